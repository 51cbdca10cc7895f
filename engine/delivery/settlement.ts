import type { Outcome } from '../channel/index.ts'
import type { EngineConfig } from '../config.ts'
import type { Verdict } from '../feedback/rules/judge.ts'
import type { EpochMs, SubscriberId } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { Settlement } from '../ports/ledger.ts'
import { retryAt } from './backoff.ts'

const maxDetail = 500

/** What the ledger writes for an outcome. */
export function settlementOf(
  outcome: Outcome,
  of: {
    readonly subscriberId: SubscriberId
    readonly attempt: number
    readonly spec: Pick<PublicationSpec, 'uncertain' | 'retryUntil'>
    readonly config: EngineConfig['delivery']
    /** Of a refusal: what the rule table makes of it; null: nothing. */
    readonly verdict: Verdict | null
    readonly now: EpochMs
    readonly random: () => number
  },
): Settlement {
  const { subscriberId, attempt, spec, config, verdict, now, random } = of
  const base = {
    subscriberId,
    code: outcome.code,
    detail: outcome.detail === null ? null : outcome.detail.slice(0, maxDetail),
    dueAt: null,
    suppress: false,
  }
  const later = (retryAfterMs: number | null) =>
    retryAt(config, attempt, now, spec.retryUntil, random, retryAfterMs)
  switch (outcome.status) {
    case 'sent':
      return { ...base, state: 'sent' }
    case 'permanent':
      return { ...base, state: 'failed', suppress: verdict?.action === 'suppress' }
    case 'transient': {
      // The channel's own trouble says nothing of this recipient: it costs no attempt.
      if (outcome.scope === 'channel') return { ...base, state: 'unsent' }
      const dueAt = later(outcome.retryAfterMs)
      if (dueAt !== null) return { ...base, state: 'retry', dueAt }
      return { ...base, state: 'failed', detail: `Gave up after ${attempt} attempts: ${base.detail}` }
    }
    case 'unknown': {
      const dueAt = spec.uncertain === 'resend' ? later(null) : null
      return { ...base, state: 'unknown', dueAt }
    }
    case 'unsent':
      return { ...base, state: 'unsent' }
  }
}
