import type { SoftBounceStore } from '../../../engine/ports/soft-bounces.ts'
import type { MemoryState } from '../state.ts'

export function createSoftBounces(state: Pick<MemoryState, 'softBounces' | 'subscribers'>): SoftBounceStore {
  const { softBounces, subscribers } = state
  return {
    async get(id) {
      return softBounces.get(id) ?? null
    },
    async put(next, from) {
      const person = subscribers[next.subscriberId - 1]
      if (person === undefined || person.status === 'erased') return false
      const there = softBounces.get(next.subscriberId) ?? null
      if (there?.at !== from?.at || there?.score !== from?.score) return false
      softBounces.set(next.subscriberId, { ...next })
      return true
    },
    async clear(id) {
      return softBounces.delete(id)
    },
    async remove({ before, limit }) {
      const old = [...softBounces.values()].filter(({ at }) => at < before).slice(0, limit)
      for (const { subscriberId } of old) softBounces.delete(subscriberId)
      return old.length
    },
  }
}
