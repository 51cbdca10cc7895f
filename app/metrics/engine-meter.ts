import { Counter, Histogram, type Registry } from 'prom-client'
import type { Meter } from '../../engine/ports/meter.ts'

const quick = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30]

/** What the engine says of its work. */
export function engineMeter(registry: Registry): Meter {
  const registers = [registry]
  const made = new Counter({
    name: 'broadsheet_letters_made_total',
    help: 'Letters that were rendered and composed, by result: letter, failed (its template had a problem), skipped (too few items).',
    labelNames: ['work', 'result'] as const,
    registers,
  })
  const making = new Histogram({
    name: 'broadsheet_letters_batch_seconds',
    help: 'From reading the recipients of a batch to its finished letters, with the wait for a thread.',
    labelNames: ['work'] as const,
    buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers,
  })
  const answers = new Counter({
    name: 'broadsheet_channel_messages_total',
    help: 'Messages by what the channel that carried them said: sent, transient, permanent, unknown, unsent.',
    labelNames: ['channel', 'answer'] as const,
    registers,
  })
  const calls = new Histogram({
    name: 'broadsheet_channel_call_seconds',
    help: 'Time of a call of a channel with a batch of messages, without the wait for its turn. urgent: with an alert in it.',
    labelNames: ['channel', 'urgent'] as const,
    buckets: quick,
    registers,
  })
  const settled = new Counter({
    name: 'broadsheet_deliveries_settled_total',
    help: 'Deliveries by what the books say: sent, failed, retry, unknown, unsent (nothing left, tried again). channel: the one that was asked for.',
    labelNames: ['work', 'channel', 'outcome'] as const,
    registers,
  })
  const held = new Counter({
    name: 'broadsheet_limiter_held_total',
    help: 'Messages that rate limits held back; one that is held twice counts twice.',
    labelNames: ['channel'] as const,
    registers,
  })
  const waits = new Histogram({
    name: 'broadsheet_limiter_wait_seconds',
    help: 'How long rate limits hold a part of a batch back at least.',
    labelNames: ['channel'] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
    registers,
  })
  const decided = new Counter({
    name: 'broadsheet_alerts_decided_total',
    help: 'Alerts, new or changed, of which it was decided what to tell.',
    registers,
  })
  const deciding = new Histogram({
    name: 'broadsheet_alert_decide_seconds',
    help: 'From the acceptance of the first alert of a commit to the decision what to tell, written. group_wait is not in it.',
    buckets: quick,
    registers,
  })
  const told = new Histogram({
    name: 'broadsheet_alert_delivery_seconds',
    help: 'From the decision to tell an alert to the answer of the channel that took it, a batch of its messages. lane: direct, fan (one of very many), later (tried again).',
    labelNames: ['channel', 'lane'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers,
  })
  const moves = new Counter({
    name: 'broadsheet_channel_breaker_changes_total',
    help: 'Changes of a breaker, by the state it went to: open, half-open, closed.',
    labelNames: ['channel', 'state'] as const,
    registers,
  })
  const phases = new Histogram({
    name: 'broadsheet_channel_phase_seconds',
    help: 'Steps of a protocol. Of smtp: connect (TCP, TLS), ehlo (with the greeting), starttls, auth, envelope (MAIL, RCPT, DATA), data (the letter), of every 16th letter.',
    labelNames: ['channel', 'phase'] as const,
    buckets: quick,
    registers,
  })
  const learned = new Counter({
    name: 'broadsheet_learner_letters_total',
    help: 'Letters that the learner has learned from.',
    registers,
  })
  const versions = new Counter({
    name: 'broadsheet_learner_versions_total',
    help: 'Versions of what was learned that letters are ranked by.',
    registers,
  })
  const imported = new Counter({
    name: 'broadsheet_import_rows_total',
    help: 'Rows of imports that are done with, by result: created, updated, unchanged, rejected.',
    labelNames: ['kind', 'result'] as const,
    registers,
  })

  const looked = new Counter({
    name: 'broadsheet_preflights_total',
    help: 'Campaigns to many that were looked at before they went. occasion: asked (somebody starts or schedules), due (its schedule does). outcome: passed, warned, refused, forced, held, unknown.',
    labelNames: ['occasion', 'outcome'] as const,
    registers,
  })
  // There from the beginning: an alert waits for the first, and Prometheus sees no increase in a series that begins with 1.
  looked.inc({ occasion: 'due', outcome: 'held' }, 0)

  return {
    made(work, { letters, failed, skipped, seconds }) {
      if (letters > 0) made.inc({ work, result: 'letter' }, letters)
      if (failed > 0) made.inc({ work, result: 'failed' }, failed)
      if (skipped > 0) made.inc({ work, result: 'skipped' }, skipped)
      making.observe({ work }, seconds)
    },
    answered(channel, tally, { seconds, urgent }) {
      for (const [answer, count] of Object.entries(tally)) answers.inc({ channel, answer }, count)
      calls.observe({ channel, urgent: String(urgent) }, seconds)
    },
    settled(work, channel, tally) {
      for (const [outcome, count] of Object.entries(tally)) settled.inc({ work, channel, outcome }, count)
    },
    held(channel, messages, seconds) {
      held.inc({ channel }, messages)
      waits.observe({ channel }, seconds)
    },
    decided(alerts, seconds) {
      decided.inc(alerts)
      deciding.observe(seconds)
    },
    told: (channel, lane, seconds) => told.observe({ channel, lane }, seconds),
    moved: (channel, state) => moves.inc({ channel, state }),
    phase: (channel, phase, seconds) => phases.observe({ channel, phase }, seconds),
    learned(letters, version) {
      learned.inc(letters)
      if (version) versions.inc()
    },
    imported(kind, rows) {
      for (const [result, count] of Object.entries(rows)) if (count > 0) imported.inc({ kind, result }, count)
    },
    looked: (occasion, outcome) => looked.inc({ occasion, outcome }),
  }
}
