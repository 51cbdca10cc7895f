import type { SubscriberId } from '../../../engine/model/ids.ts'
import type { DeliveryStore } from '../../../engine/ports/ledger.ts'
import { countsOf, noRows } from '../../rules/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import { audienceAfter, countAudience } from '../audience.ts'
import type { MemoryState } from '../state.ts'

export function createDeliveries(state: MemoryState): DeliveryStore {
  const learnedOf = (id: SubscriberId): unknown => {
    const weights = state.affinities.get(id)?.weights
    return weights === undefined || state.settings.get(id)?.tracking === 'denied' ? null : JSON.parse(weights)
  }
  return {
    async audience({ after, limit, ...audience }) {
      const rows = audienceAfter(state, audience, { after, limit })
      return { rows, next: rows.length < limit ? null : (rows.at(-1) ?? null) }
    },
    async count(audience, { budgetMs }) {
      return countAudience(state, audience, budgetMs)
    },
    async recipients(ids) {
      const rows = [...new Set(ids)]
        .sort((a, b) => a - b)
        .map((id) => state.subscribers[id - 1])
        .filter((row) => row !== undefined)
        .map((row) => [
          row.id,
          row.address,
          row.name,
          row.language,
          row.timeZone,
          row.attributes,
          row.topics,
          state.settings.get(row.id)?.tracking ?? 'unknown',
          learnedOf(row.id),
        ])
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
    async remove({ before, limit }) {
      let left = limit
      for (const run of state.publications.values()) {
        const { state: stands, createdAt } = run.publication
        if ((stands !== 'finished' && stands !== 'cancelled') || createdAt >= before) continue
        for (const id of [...run.deliveries.keys()].slice(0, left)) {
          run.deliveries.delete(id)
          left -= 1
        }
        if (run.deliveries.size === 0) run.chunks.splice(0)
      }
      return limit - left
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
    async ofSubscriber({ subscriberId, after, limit }) {
      const rows = [...state.publications]
        .filter(([id]) => id > after)
        .sort(([a], [b]) => a - b)
        .flatMap(([, run]) => run.deliveries.get(subscriberId) ?? [])
      return pageOf(rows.slice(0, limit + 1), limit, (row) => row.publicationId)
    },
    async counts(publicationId) {
      const run = state.publications.get(publicationId)
      return run === undefined ? countsOf(0, noRows()) : countsOf(run.audience, run.rows)
    },
    async reasons({ publicationId, state: wanted, limit }) {
      const found = new Map<string | null, { code: string | null; count: number; example: string | null }>()
      for (const { state: at, code, detail } of state.publications.get(publicationId)?.deliveries.values() ??
        []) {
        if (at !== wanted) continue
        const reason = found.get(code) ?? { code, count: 0, example: null }
        reason.count += 1
        if (detail !== null && (reason.example === null || detail < reason.example)) reason.example = detail
        found.set(code, reason)
      }
      return [...found.values()]
        .sort((a, b) => b.count - a.count || ((a.code ?? '') < (b.code ?? '') ? -1 : 1))
        .slice(0, limit)
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
