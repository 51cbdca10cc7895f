import { domainOf } from '../../../engine/model/address.ts'
import type { EventId, SubscriberId } from '../../../engine/model/ids.ts'
import { type CountedEvent, type CountedPerson, monthOf } from '../../../engine/model/rollup.ts'
import type { RollupStore } from '../../../engine/ports/rollups.ts'
import type { MemoryState } from '../state.ts'
import { activeKey, createRollupState, touchKey } from './state.ts'

export function createRollups(state: MemoryState): RollupStore {
  const { rollups } = state
  const present = <Key, Row>(rows: ReadonlyMap<Key, Row>, keys: readonly Key[]): Row[] =>
    keys.flatMap((key) => rows.get(key) ?? [])

  return {
    async next(limit) {
      const events: CountedEvent[] = []
      for (let i = rollups.rolledTo; i < state.events.length && events.length < limit; i += 1) {
        const event = state.events[i]
        if (event !== undefined) events.push(counted(event))
      }
      return { cursor: rollups.rolledTo, events }
    },
    async known(needs) {
      return {
        people: needs.subscribers.flatMap((id) => personOf(state, id) ?? []),
        touches: present(
          rollups.touches,
          needs.touches.map(([publicationId, subscriberId]) => touchKey(publicationId, subscriberId)),
        ),
        scores: needs.scores.flatMap((subscriberId) => {
          const log2 = rollups.scores.get(subscriberId)
          return log2 === undefined ? [] : [{ subscriberId, log2 }]
        }),
        active: present(
          rollups.active,
          needs.active.map(([subscriberId, month]) => activeKey(subscriberId, month)),
        ),
      }
    },
    async apply(step) {
      const kept = [...step.touches, ...step.scores, ...step.active]
      const erased = kept.some(({ subscriberId }) => state.subscribers[subscriberId - 1]?.status === 'erased')
      if (step.from !== rollups.rolledTo || erased) return false
      rollups.rolledTo = step.to
      for (const touch of step.touches)
        put(
          rollups.touches,
          touchKey(touch.publicationId, touch.subscriberId),
          touch.counts.length === 0 ? null : touch,
        )
      for (const { subscriberId, log2 } of step.scores) put(rollups.scores, subscriberId, log2)
      for (const row of step.active)
        put(rollups.active, activeKey(row.subscriberId, row.month), row.n === 0 ? null : row)
      addAll(rollups.counts, step.counts, 'n')
      addAll(rollups.people, step.people, 'people')
      addAll(rollups.quarters, step.quarters, 'n')
      addAll(rollups.cohorts, step.cohorts, 'people')
      for (const { bin, people } of step.bins) rollups.bins.set(bin, (rollups.bins.get(bin) ?? 0) + people)
      return true
    },
    async reset() {
      for (const rows of Object.values(rollups)) if (rows instanceof Map) rows.clear()
      rollups.rolledTo = createRollupState().rolledTo
    },
    async forget({ before, limit }) {
      const old = [
        ...[...rollups.touches].flatMap(([key, { publicationId }]) => {
          const createdAt = state.publications.get(publicationId)?.publication.createdAt ?? 0
          return createdAt < before ? [() => rollups.touches.delete(key)] : []
        }),
        ...[...rollups.active].flatMap(([key, { month }]) =>
          month < monthOf(before) ? [() => rollups.active.delete(key)] : [],
        ),
      ].slice(0, limit)
      for (const forget of old) forget()
      return old.length
    },
  }
}

const counted = ({
  id,
  publicationId,
  subscriberId,
  type,
  at,
  class: by,
  was,
  link,
  detail,
}: MemoryState['events'][number]): CountedEvent => ({
  id: id as EventId,
  publicationId,
  subscriberId,
  type,
  at,
  class: by,
  was,
  link,
  detail,
})

function personOf(state: MemoryState, subscriberId: SubscriberId): CountedPerson | null {
  const row = state.subscribers[subscriberId - 1]
  if (row === undefined) return null
  const domain = row.status === 'erased' ? '' : domainOf(row.address)
  return { subscriberId, domain, language: row.language, joinedAt: row.createdAt }
}

function put<Key, Row>(rows: Map<Key, Row>, key: Key, row: Row | null): void {
  if (row === null) rows.delete(key)
  else rows.set(key, row)
}

/** Add rows to those with the same key: all that they say but their number. */
function addAll<Row extends object>(
  rows: Map<string, Row>,
  added: readonly Row[],
  number: { [K in keyof Row]: Row[K] extends number ? K : never }[keyof Row],
): void {
  for (const row of added) {
    const key = JSON.stringify({ ...row, [number]: null })
    const there = rows.get(key)
    const sum = Number(there?.[number] ?? 0) + Number(row[number])
    put(rows, key, sum === 0 ? null : { ...row, [number]: sum })
  }
}
