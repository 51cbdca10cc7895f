import type { Outcome } from '../channel/index.ts'
import type { AlertSettings } from '../model/alert-settings.ts'
import type { EpochMs } from '../model/ids.ts'
import type { PostingRef, PostingSettlement } from '../ports/notifications.ts'
import { retryAt } from './backoff.ts'

const maxDetail = 500

/** What the books write for the outcome of an alert's post. What is unknown goes again: twice rather than never. */
export function postingSettlementOf(
  outcome: Outcome,
  of: {
    readonly posting: PostingRef
    readonly retryUntil: EpochMs
    readonly config: Pick<AlertSettings, 'retryBaseMs' | 'retryCapMs'>
    /** When the channel takes something again; null: now. */
    readonly blockedUntil: EpochMs | null
    readonly now: EpochMs
    readonly random: () => number
  },
): PostingSettlement {
  const { posting, retryUntil, config, blockedUntil, now, random } = of
  const { notificationId, target, attempt } = posting
  const base = {
    notificationId,
    target,
    attempt,
    code: outcome.code,
    detail: outcome.detail === null ? null : outcome.detail.slice(0, maxDetail),
    dueAt: null,
    receipt: null,
    suppress: false,
  }
  const later = (retryAfterMs: number | null) =>
    retryAt(config, attempt, now, retryUntil, random, retryAfterMs)
  switch (outcome.status) {
    case 'sent':
      return { ...base, state: 'sent', receipt: outcome.receipt ?? null }
    case 'permanent':
      return { ...base, state: 'failed', suppress: outcome.suppress }
    case 'transient': {
      // Trouble of the channel or the place says nothing of this post: it costs no attempt.
      if (outcome.scope !== 'recipient') {
        const at = now + Math.max(outcome.retryAfterMs ?? config.retryBaseMs, 1)
        return { ...base, state: 'unsent', dueAt: Math.max(at, blockedUntil ?? 0) }
      }
      const dueAt = later(outcome.retryAfterMs)
      if (dueAt !== null) return { ...base, state: 'retry', dueAt }
      return { ...base, state: 'failed', detail: `Gave up after ${attempt} attempts: ${base.detail}` }
    }
    case 'unknown':
      return { ...base, state: 'unknown', dueAt: later(null) }
    case 'unsent':
      return { ...base, state: 'unsent', dueAt: blockedUntil ?? now + config.retryBaseMs }
  }
}
