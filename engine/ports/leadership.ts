/** Work that one node does for all of them, and who does it. Timed by the store's own clock, so that no node's clock
 *  decides. Invariant: at most one owner leads a name at a time. A leader that does not ask in time has lost it without a
 *  word: what it does must be safe to do twice. */
export interface LeadershipStore {
  /** Take or keep: true while `owner` leads `name`, for `leaseMs` from now. */
  lead(name: string, owner: string, leaseMs: number): Promise<boolean>
  /** Lay it down, so that another need not wait. Of others' nothing is changed. */
  resign(name: string, owner: string): Promise<void>
}
