import type { ChunkRef } from '../model/chunk.ts'

export interface ChunkJob extends ChunkRef {
  /** Lower goes first: alerts 0, campaigns 10. */
  readonly priority: number
}

/** Who works now. The ledger says what is done: losing the whole queue loses nothing, since the sweeper
 *  adds every due chunk again. A job that is queued or running is not added twice. */
export interface WorkQueue {
  add(jobs: readonly ChunkJob[]): Promise<void>
  /** Work jobs with up to `lanes()` at a time until the returned function is called, which resolves when
   *  none runs any more. A handler that rejects has its job dropped (the sweeper brings it back). */
  work(
    handler: (job: ChunkJob, signal: AbortSignal) => Promise<void>,
    lanes: () => number,
  ): () => Promise<void>
  depth(): Promise<{ readonly queued: number; readonly running: number }>
  /** How long the job that is queued longest, of those that go first, has been; 0: none is queued. */
  waitingMs(): Promise<number>
  close(): Promise<void>
}
