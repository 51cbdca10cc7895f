import { LRUCache } from 'lru-cache'
import type { Outcome } from '../channel/index.ts'
import type { PublicationId, SubscriberId } from '../model/ids.ts'

/** Letters at which a channel fails although it works for others: a server that hangs up whenever it hears one
 *  address. The channel's own trouble costs no attempt, so without this such a letter would be tried for ever,
 *  and its campaign would never end. Kept in memory only: a restart gives it another few tries. */
export interface Stumbles {
  /** The outcome as the ledger should take it. From the third time on, with the channel proven alive since the
   *  time before, it is this recipient's: tried again with back-off until the deadline, like any other refusal. */
  judge(
    outcome: Outcome,
    letter: {
      readonly publicationId: PublicationId
      readonly subscriberId: SubscriberId
      /** Proofs of life of the channel so far (`Courier.lives`). */
      readonly lives: number
    },
  ): Outcome
}

const allowed = 3
/** An outage touches as many as there are lanes times batch; what is forgotten is only tried more often. */
const remembered = 10_000

export function createStumbles(): Stumbles {
  const known = new LRUCache<string, { readonly times: number; readonly lives: number }>({ max: remembered })
  return {
    judge(outcome, { publicationId, subscriberId, lives }) {
      // Who was told when to come back did not stumble.
      const blameless =
        outcome.status === 'unsent' ||
        (outcome.status === 'transient' && outcome.scope === 'channel' && outcome.retryAfterMs === null)
      if (!blameless) return outcome
      const key = `${publicationId}/${subscriberId}`
      const before = known.get(key)
      // Down all the time says nothing about a letter.
      const times = before === undefined ? 1 : lives > before.lives ? before.times + 1 : before.times
      known.set(key, { times, lives })
      if (times < allowed) return outcome
      const { id, code, detail } = outcome
      return { id, status: 'transient', code, detail, scope: 'recipient', retryAfterMs: null }
    },
  }
}
