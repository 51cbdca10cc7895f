import type { EpochMs } from '../model/ids.ts'

/** When the store was last at work: what a daemon asks before it takes up where somebody left off. */
export interface PresenceStore {
  /** As it was before this process's first `beat`. `lastActiveAt` is null in a store that never worked. `restored`:
   *  the data are older than what was here before, as after a backup was copied back. A store that cannot know
   *  says false: then only the time tells. */
  found(): Promise<{ readonly lastActiveAt: EpochMs | null; readonly restored: boolean }>
  /** A daemon is at work. Called at its start, every half minute and at its end. */
  beat(now: EpochMs): Promise<void>
}
