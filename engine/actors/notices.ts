import { type Clock, pause } from '../clock.ts'
import type { EngineConfig } from '../config.ts'
import { retryAt } from '../delivery/backoff.ts'
import type { Courier } from '../delivery/courier.ts'
import type { NoticePress } from '../delivery/notice-press.ts'
import type { Log } from '../log.ts'
import { bareProof } from '../model/consent.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Notice } from '../model/notice.ts'
import type { Subscriber } from '../model/subscriber.ts'
import type { NoticeStore } from '../ports/notices.ts'
import type { Store } from '../ports/store.ts'
import type { FeedbackIntake } from './feedback/intake.ts'
import type { SubscriptionActors } from './subscription.ts'
import { createSweeper } from './sweeper.ts'

const dayMs = 86_400_000
/** A mail that is on the wire longer than this was lost with its process. */
const leaseMs = 120_000
const claimed = 50

type Settled = Parameters<NoticeStore['settle']>[1]

/** Hands over the mails that no campaign sends, and ends pauses. Its rows are the truth: it looks for what is due, and
 *  holds nothing between two looks. */
export interface NoticeActor {
  start(): void
  /** Something is due now. */
  kick(): void
  /** Begins nothing more; resolves when what is on the wire was answered and settled, at the deadline at the latest:
   *  what is left goes again with the next start. */
  stop(deadlineMs: number): Promise<void>
}

export function startNoticeActor(parts: {
  readonly config: EngineConfig
  readonly store: Store
  readonly press: NoticePress
  readonly actors: SubscriptionActors
  readonly feedback: Pick<FeedbackIntake, 'refused'>
  readonly courier: () => Courier | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}): NoticeActor {
  const { config, store, press, actors, feedback, courier, clock, random, log } = parts
  const settings = config.subscriptions
  const stopping = new AbortController()

  const later = (attempt: number, retryAfterMs: number | null = null): EpochMs | null =>
    retryAt(config.delivery, Math.max(1, attempt), clock.now(), Number.MAX_SAFE_INTEGER, random, retryAfterMs)

  /** What a row says when its mail was taken: when the next one of its series is due. */
  function taken(notice: Notice, code: string | null, detail: string | null): Settled {
    const now = clock.now()
    const { kind, mail, uncertain, expiresAt } = notice
    const next = mail < settings.reminders ? now + settings.reminderDays * dayMs : expiresAt
    const dueAt = kind === 'confirm' ? Math.min(next, expiresAt) : null
    return { state: 'sent', mail: mail + 1, attempt: 0, uncertain, dueAt, sentAt: now, code, detail }
  }

  /** Null: somebody else's series by now, or nobody is left. */
  async function recipientOf(notice: Notice): Promise<Subscriber | null> {
    const [row] = await store.subscribers.get([notice.subscriberId])
    return row === undefined || row.status === 'erased' ? null : row
  }

  async function hand(notice: Notice): Promise<Settled> {
    const { mail, attempt, uncertain, sentAt } = notice
    const kept = { mail, attempt, uncertain, sentAt, code: null, detail: null, dueAt: null }
    const row = await recipientOf(notice)
    const over = notice.expiresAt <= clock.now() || mail > settings.reminders
    if (row === null || over) return { ...kept, state: 'lapsed' }
    const [suppressed] = await store.suppressions.byAddress([row.address])
    if (suppressed !== undefined) return { ...kept, state: 'failed', code: suppressed.reason }
    const way = courier()
    if (way === undefined) return { ...kept, state: 'failed', code: 'channel' }
    const blockedUntil = way.blockedUntil()
    if (blockedUntil !== null)
      return { ...kept, state: 'due', attempt: attempt - 1, dueAt: blockedUntil, code: 'channel' }
    let pressed: Awaited<ReturnType<NoticePress['press']>>
    try {
      pressed = await press.press(notice, row, clock.now())
    } catch (error) {
      // Not this mail's fault alone: a missing sender, a thread that ended. It is tried again while it may be.
      const detail = (error instanceof Error ? error.message : String(error)).slice(0, 500)
      log.error({ subscriberId: row.id, kind: notice.kind, reason: detail }, 'notice.not_made')
      return { ...kept, state: 'due', dueAt: later(attempt), code: 'render', detail }
    }
    const { from, to, mime, utf8, key } = pressed
    const [outcome] = await way.send(
      [{ id: 1, from, to, bytes: mime, eightBit: utf8, utf8, key }],
      stopping.signal,
    )
    if (outcome === undefined)
      return { ...kept, state: 'unknown', uncertain: uncertain + 1, dueAt: later(attempt) }
    const { code, detail } = outcome
    switch (outcome.status) {
      case 'sent':
        return taken(notice, code, detail)
      case 'transient':
        return { ...kept, state: 'due', dueAt: later(attempt, outcome.retryAfterMs), code, detail }
      case 'unsent':
        return { ...kept, state: 'due', attempt: attempt - 1, dueAt: later(attempt), code, detail }
      case 'unknown':
        // A confirmation that is missing helps nobody; a second one does no harm.
        return { ...kept, state: 'unknown', uncertain: uncertain + 1, dueAt: later(attempt), code, detail }
      case 'permanent':
        await feedback.refused(row, outcome)
        return { ...kept, state: 'failed', code, detail }
    }
  }

  async function work(notice: Notice): Promise<void> {
    const { subscriberId, kind, askedAt, mail } = notice
    const settled = await hand(notice)
    const written = await store.notices.settle({ subscriberId, kind, askedAt, mail }, settled)
    log.info(
      { subscriberId, kind, mail, state: settled.state, code: settled.code, written },
      'notice.settled',
    )
  }

  async function endPauses(): Promise<void> {
    const now = clock.now()
    for (const id of await store.subscriptions.duePauses({ now, limit: 1000 }))
      await actors.apply(id, (row) =>
        row.status !== 'paused'
          ? null
          : {
              event: { type: 'resume' },
              settings: { pausedUntil: null },
              consents: [{ ...bareProof('system', now), kind: 'resume', lists: [] }],
              now,
            },
      )
  }

  async function sweep(): Promise<void> {
    await endPauses()
    while (!stopping.signal.aborted) {
      const due = await store.notices.claim({ now: clock.now(), leaseMs, limit: claimed })
      const results = await Promise.allSettled(due.map(work))
      // What failed stays `handing` and is handed over again when its lease is over.
      for (const result of results)
        if (result.status === 'rejected') log.error({ reason: String(result.reason) }, 'notice.failed')
      if (due.length < claimed) return
    }
  }

  const sweeper = createSweeper({
    clock,
    everyMs: settings.sweepMs,
    sweep,
    onError: (error) => log.warn({ reason: String(error) }, 'notices.failed'),
  })

  return {
    start: sweeper.start,
    kick: sweeper.kick,
    async stop(deadlineMs) {
      stopping.abort()
      const ended = new AbortController()
      await Promise.race([sweeper.stop(), pause(clock, deadlineMs, ended.signal)])
      ended.abort()
    },
  }
}
