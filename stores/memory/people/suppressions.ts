import type { Suppression, SuppressionStore } from '../../../engine/ports/subscribers.ts'
import { pageOf } from '../../rules/page.ts'
import type { MemoryState } from '../state.ts'

export interface MemorySuppressions extends SuppressionStore {
  /** False when the address was suppressed already: the first reason stays. */
  suppress(entry: Omit<Suppression, 'id'>): boolean
}

export function createSuppressions({ suppressions }: Pick<MemoryState, 'suppressions'>): MemorySuppressions {
  let lastId = 0
  const suppress = (entry: Omit<Suppression, 'id'>): boolean => {
    if (suppressions.has(entry.address)) return false
    lastId += 1
    suppressions.set(entry.address, { ...entry, id: lastId })
    return true
  }
  return {
    suppress,
    async add(entries, now) {
      return entries.filter(({ address, reason, detail }) =>
        suppress({ address, reason, detail, createdAt: now }),
      ).length
    },
    async remove(address) {
      return suppressions.delete(address)
    },
    async byAddress(addresses) {
      const wanted = new Set(addresses)
      return [...suppressions.values()].filter((entry) => wanted.has(entry.address))
    },
    async page({ after, limit, search = '' }) {
      const rows = [...suppressions.values()]
        .filter(({ id, address }) => id > after && address.includes(search))
        .slice(0, limit + 1)
      return pageOf(rows, limit, (entry) => entry.id)
    },
  }
}
