import type { LeadershipStore } from '../../engine/ports/leadership.ts'

/** For stores that belong to one process: nodes of tests share it, and a monotonic clock times it. */
export function createLeadership(monotonic: () => number): LeadershipStore {
  const leaders = new Map<string, { readonly owner: string; readonly until: number }>()
  return {
    async lead(name, owner, leaseMs) {
      const now = monotonic()
      const held = leaders.get(name)
      if (held !== undefined && held.owner !== owner && held.until > now) return false
      leaders.set(name, { owner, until: now + leaseMs })
      return true
    },
    async resign(name, owner) {
      if (leaders.get(name)?.owner === owner) leaders.delete(name)
    },
  }
}
