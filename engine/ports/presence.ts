import type { EpochMs } from '../model/ids.ts'

/** When the store was last at work: what a daemon asks before it takes up where somebody left off. */
export interface PresenceStore {
  /** As it was before this process's first `beat`. `lastActiveAt` is null in a store that never worked. `restored`:
   *  the data are older than what was here before, as after a backup was copied back. A store that cannot know
   *  says false: then only the time tells. */
  found(): Promise<{ readonly lastActiveAt: EpochMs | null; readonly restored: boolean }>
  /** A daemon is at work. Called at its start, every half minute and at its end. */
  beat(now: EpochMs): Promise<void>
  /** Why the books may have lost what they acknowledged while this process was at work, as when a database fails over to a
   *  replica that was behind; null: they did not. Until `trust`, `intend` halts. A store that cannot know says null. */
  doubt(): Promise<string | null>
  /** Somebody has dealt with it: whatever might go out twice was stopped. */
  trust(): Promise<void>
}
