import type { ListId, SubscriberId } from '../../engine/model/ids.ts'
import type { DeliveryStore } from '../../engine/ports/ledger.ts'
import { countsOf, noRows } from '../rules/ledger.ts'
import { pageOf } from '../rules/page.ts'
import { isWanted, type MemoryState } from './state.ts'

/** Who a publication to these lists would reach now, in id order. */
export function audienceAfter(
  state: MemoryState,
  query: {
    readonly lists: readonly ListId[]
    readonly excludeLists: readonly ListId[]
    readonly after: number
    readonly limit: number
  },
): readonly SubscriberId[] {
  const ids: SubscriberId[] = []
  for (let i = query.after; i < state.subscribers.length && ids.length < query.limit; i += 1) {
    const row = state.subscribers[i]
    if (row?.status === 'active' && isWanted(state, query, row.id)) ids.push(row.id)
  }
  return ids
}

export function createDeliveries(state: MemoryState): DeliveryStore {
  return {
    async audience(query) {
      return audienceAfter(state, query)
    },
    async recipients(ids) {
      const rows = [...new Set(ids)]
        .sort((a, b) => a - b)
        .map((id) => state.subscribers[id - 1])
        .filter((row) => row !== undefined)
        .map((row) => [row.id, row.address, row.name, row.language, row.timeZone, row.attributes, row.topics])
      return JSON.stringify(rows)
    },
    async seen(publications, ids) {
      const found = []
      for (const publicationId of publications)
        for (const subscriberId of ids) {
          const row = state.publications.get(publicationId)?.deliveries.get(subscriberId)
          if (row === undefined || row.picks === null) continue
          if (row.state === 'sent' || row.state === 'unknown' || row.state === 'handing')
            found.push({ subscriberId, picks: row.picks })
        }
      return found
    },
    async get(publicationId, subscriberId) {
      return state.publications.get(publicationId)?.deliveries.get(subscriberId) ?? null
    },
    async page({ publicationId, state: wanted, after, limit }) {
      const deliveries = state.publications.get(publicationId)?.deliveries
      const rows = [...(deliveries?.values() ?? [])]
        .filter((row) => row.subscriberId > after && (wanted === undefined || row.state === wanted))
        .sort((a, b) => a.subscriberId - b.subscriberId)
        .slice(0, limit + 1)
      return pageOf(rows, limit, (row) => row.subscriberId)
    },
    async counts(publicationId) {
      const run = state.publications.get(publicationId)
      return run === undefined ? countsOf(0, noRows()) : countsOf(run.audience, run.rows)
    },
    async waitsUntil(publicationId, now) {
      const open = (state.publications.get(publicationId)?.chunks ?? []).filter(
        (chunk) => chunk.state !== 'done',
      )
      const first = Math.min(...open.map((chunk) => chunk.dueAt ?? 0))
      return open.length === 0 || first <= now ? null : first
    },
    async timeZones() {
      return [...new Set(state.subscribers.map(({ timeZone }) => timeZone))].filter((zone) => zone !== null)
    },
  }
}
