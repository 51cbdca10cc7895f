import type { Consent, NewConsent } from '../model/consent.ts'
import type { EpochMs, Page, SubscriberId } from '../model/ids.ts'

/** Ways in and out with their proofs, in the order they were written. Those that come with a change are written by the
 *  call that makes the change, in its transaction. */
export interface ConsentStore {
  /** What changed nothing that is kept elsewhere. */
  append(consents: readonly NewConsent[]): Promise<void>
  /** By seq; `after` is the last one seen, 0 to begin. */
  page(query: {
    readonly subscriberId: SubscriberId
    readonly after: number
    readonly limit: number
  }): Promise<Page<Consent>>
  /** Retention: take address and program of the request out of up to `limit` proofs from before that time. Resolves with
   *  how many; less than `limit`: there are no more. */
  forget(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}
