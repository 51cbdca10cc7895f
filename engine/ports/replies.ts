import type { EpochMs } from '../model/ids.ts'

export interface StoredReply {
  readonly status: number
  readonly body: string
}

/** Answers kept for `Idempotency-Key`. */
export interface ReplyStore {
  /** Claim a key for a request. `new`: do the work, then `save`. `busy`: the same request is being worked.
   *  `other`: the key was used for a different request. A claim without an answer lapses at `expiresAt`:
   *  a minute or two, since whoever claimed it may have been killed. */
  claim(claim: {
    readonly key: string
    readonly fingerprint: string
    readonly now: EpochMs
    readonly expiresAt: EpochMs
  }): Promise<
    { readonly status: 'new' | 'busy' | 'other' } | { readonly status: 'done'; readonly reply: StoredReply }
  >
  save(key: string, reply: StoredReply, expiresAt: EpochMs): Promise<void>
  /** The work failed before it changed anything: the key may be used again. */
  drop(key: string): Promise<void>
  /** Forget what expired before `now`; resolves with how many. */
  sweep(now: EpochMs): Promise<number>
}
