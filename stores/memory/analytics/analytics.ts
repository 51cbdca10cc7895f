import type { PublicationId } from '../../../engine/model/ids.ts'
import type { CountRow, QuarterRow } from '../../../engine/model/rollup.ts'
import type { AnalyticsStore } from '../../../engine/ports/rollups.ts'
import { everyPublication, largest } from '../../rules/rollup.ts'
import type { MemoryState } from '../state.ts'

export function createAnalytics(state: MemoryState): AnalyticsStore {
  const { rollups } = state
  const among = (ids: readonly PublicationId[] | null, id: PublicationId) => ids === null || ids.includes(id)

  const domains = (ids: readonly PublicationId[] | null, top: number) =>
    largest(
      [...rollups.counts.values()]
        .filter((row) => row.dimension === 'domain' && row.type === 'sent' && among(ids, row.publicationId))
        .map(({ value, n }) => [value, n]),
      top,
    )

  return {
    async counts({ publicationIds, dimension, from, to, byDay, byPublication, top }) {
      const found = [...rollups.counts.values()].filter(
        (row) =>
          row.dimension === dimension &&
          among(publicationIds, row.publicationId) &&
          row.day >= (from ?? row.day) &&
          row.day <= (to ?? row.day),
      )
      const sums = new Map<string, CountRow>()
      for (const row of found.toSorted((a, b) => a.day - b.day)) {
        const publicationId = byPublication ? row.publicationId : everyPublication
        const key = JSON.stringify([publicationId, byDay && row.day, row.value, row.type, row.class])
        const sum = sums.get(key) ?? { ...row, publicationId, n: 0 }
        sums.set(key, { ...sum, n: sum.n + row.n })
      }
      const rows = [...sums.values()].filter(({ n }) => n !== 0)
      const values = rows.map(({ value, n }) => [value, n] as const)
      const kept = cut(rows, top, (count) =>
        dimension === 'domain' ? domains(publicationIds, count) : largest(values, count),
      )
      return byDay ? kept.toSorted((a, b) => a.publicationId - b.publicationId || a.day - b.day) : kept
    },
    async people({ publicationIds, dimension, top }) {
      const rows = [...rollups.people.values()].filter(
        (row) => row.dimension === dimension && publicationIds.includes(row.publicationId),
      )
      const values = rows.map(({ value, people }) => [value, people] as const)
      return cut(rows, top, (count) =>
        dimension === 'domain' ? domains(publicationIds, count) : largest(values, count),
      )
    },
    async quarters({ publicationIds, from, to, byPublication }) {
      const sums = new Map<string, QuarterRow>()
      for (const row of rollups.quarters.values()) {
        if (!among(publicationIds, row.publicationId) || row.quarter < from || row.quarter >= to) continue
        const publicationId = byPublication ? row.publicationId : everyPublication
        const key = JSON.stringify([publicationId, row.quarter, row.type, row.class])
        sums.set(key, { ...row, publicationId, n: row.n + (sums.get(key)?.n ?? 0) })
      }
      return [...sums.values()]
        .filter(({ n }) => n !== 0)
        .sort((a, b) => a.publicationId - b.publicationId || a.quarter - b.quarter)
    },
    async scores() {
      return [...rollups.bins]
        .map(([bin, people]) => ({ bin, people }))
        .filter(({ people }) => people !== 0)
        .sort((a, b) => a.bin - b.bin)
    },
    async score(subscriberId) {
      const log2 = rollups.scores.get(subscriberId)
      return log2 === undefined ? null : { subscriberId, log2 }
    },
    async cohorts({ from, to }) {
      return [...rollups.cohorts.values()]
        .filter(({ cohort }) => cohort >= from && cohort <= to)
        .sort((a, b) => a.cohort - b.cohort || a.month - b.month)
    },
    async cursor() {
      const last = state.events.findLast((event) => event !== undefined)?.id ?? 0
      return { rolledTo: rollups.rolledTo, last }
    },
  }
}

interface Keyed {
  readonly publicationId: PublicationId
  readonly value: string
}

/** Those of the largest values, by publication and value. */
function cut<Row extends Keyed>(
  rows: readonly Row[],
  top: number | undefined,
  largestOf: (top: number) => ReadonlySet<string>,
): readonly Row[] {
  const values = top === undefined ? null : largestOf(top)
  return rows
    .filter(({ value }) => values === null || values.has(value))
    .toSorted(
      (a, b) => a.publicationId - b.publicationId || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0),
    )
}
