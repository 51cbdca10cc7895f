import type { EpochMs } from '../../engine/model/ids.ts'
import type { Posting } from '../../engine/model/notification.ts'
import type { PostingSettlement } from '../../engine/ports/notifications.ts'
import { interrupted } from './ledger.ts'

/** What a settlement makes of a row that is `handing`. */
export function settledPosting(
  { attempt, uncertain }: Pick<Posting, 'attempt' | 'uncertain'>,
  { state, dueAt }: Pick<PostingSettlement, 'state' | 'dueAt'>,
  now: EpochMs,
): Pick<Posting, 'state' | 'attempt' | 'uncertain' | 'dueAt'> {
  // Back-off with jitter comes with a fraction; times are whole milliseconds everywhere else.
  const later = dueAt === null ? null : Math.ceil(dueAt)
  switch (state) {
    case 'sent':
    case 'failed':
      return { state, attempt, uncertain, dueAt: null }
    case 'retry':
      return { state, attempt, uncertain, dueAt: later ?? now }
    case 'unknown':
      return { state: later === null ? state : 'retry', attempt, uncertain: uncertain + 1, dueAt: later }
    case 'unsent':
      return { state: 'retry', attempt: attempt - 1, uncertain, dueAt: later ?? now }
  }
}

/** What a claim makes of a row that is due, or whose holder is gone: `handing`, should nothing stand against it, or what it
 *  ends as. */
export function claimedPosting(
  { state, attempt, uncertain, code }: Pick<Posting, 'state' | 'attempt' | 'uncertain' | 'code'>,
  retryUntil: EpochMs,
  now: EpochMs,
): Pick<Posting, 'state' | 'attempt' | 'uncertain' | 'code'> {
  const lost = state === 'handing'
  const doubts = uncertain + (lost ? 1 : 0)
  if (retryUntil >= now) return { state: 'handing', attempt: attempt + 1, uncertain: doubts, code: null }
  return {
    state: doubts > 0 ? 'unknown' : 'failed',
    attempt,
    uncertain: doubts,
    code: code ?? (lost ? interrupted : 'deadline'),
  }
}
