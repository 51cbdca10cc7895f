import type { EpochMs } from '../../../engine/model/ids.ts'
import type { PresenceStore } from '../../../engine/ports/presence.ts'

export function createPresence(): PresenceStore {
  let lastActiveAt: EpochMs | null = null
  return {
    // Nothing can be copied back into a process's memory.
    found: async () => ({ lastActiveAt, restored: false }),
    async beat(now) {
      lastActiveAt = now
    },
    doubt: async () => null,
    async trust() {},
  }
}
