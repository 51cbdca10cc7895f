import { recount } from '../../../../engine/analytics/recount.ts'
import { scoreHalfLifeMs, scoreWeights } from '../../../../engine/analytics/score.ts'
import { domainOf } from '../../../../engine/model/address.ts'
import type { DeliveryEvent } from '../../../../engine/model/event.ts'
import type { SubscriberId } from '../../../../engine/model/ids.ts'
import {
  type CohortRow,
  type CountedPerson,
  isRead,
  monthOf,
  type QuarterRow,
  quarterMs,
} from '../../../../engine/model/rollup.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { facts } from './roll.ts'

/** All that a store's rollups must say, from nothing but its events and people. */
export async function rawOf(store: Store, upTo = Number.POSITIVE_INFINITY) {
  const events = (await eventsOf(store)).filter(({ id }) => id <= upTo)
  const people = await peopleOf(store, events)
  const reads = readsOf(events, people)
  return {
    ...recount(events, people, facts),
    quarters: quartersOf(events),
    scores: scoresOf(reads),
    cohorts: cohortsOf(reads, people),
  }
}

export async function eventsOf(store: Store): Promise<readonly DeliveryEvent[]> {
  const all: DeliveryEvent[] = []
  for (let after: number | null = 0; after !== null; ) {
    const { rows, next } = await store.events.page({ after, limit: 500 })
    all.push(...rows)
    after = next
  }
  return all
}

async function peopleOf(
  store: Store,
  events: readonly DeliveryEvent[],
): Promise<ReadonlyMap<SubscriberId, CountedPerson>> {
  const ids = [...new Set(events.map(({ subscriberId }) => subscriberId))]
  const rows = await store.subscribers.get(ids.toSorted((a, b) => a - b))
  return new Map(
    rows.map(({ id, address, status, language, createdAt }) => [
      id,
      {
        subscriberId: id,
        domain: status === 'erased' ? '' : domainOf(address),
        language,
        joinedAt: createdAt,
      },
    ]),
  )
}

function quartersOf(events: readonly DeliveryEvent[]): readonly QuarterRow[] {
  const rows = new Map<string, QuarterRow>()
  const add = (event: DeliveryEvent, by: QuarterRow['class'], n: 1 | -1) => {
    const { publicationId, type, at } = event
    const row = { publicationId, quarter: Math.floor(at / quarterMs), type, class: by, n }
    const key = [publicationId, row.quarter, type, by].join()
    rows.set(key, { ...row, n: (rows.get(key)?.n ?? 0) + n })
  }
  for (const event of events) {
    const bounce = ['hard', 'soft', 'block', 'full', 'policy'] as const
    if (isRead(event.type)) add(event, event.class ?? 'unknown', 1)
    else
      add(
        event,
        (event.type === 'bounced' && bounce.find((one) => event.detail?.startsWith(`${one}:`))) || '',
        1,
      )
    if (event.was !== null) add(event, event.was, -1)
  }
  return [...rows.values()].filter(({ n }) => n !== 0)
}

interface Read {
  readonly subscriberId: SubscriberId
  readonly type: 'opened' | 'clicked'
  readonly at: number
  n: number
}

/** Of people, by people who were not erased; what turned out to be no person's is not among them. */
function readsOf(
  events: readonly DeliveryEvent[],
  people: ReadonlyMap<SubscriberId, CountedPerson>,
): readonly Read[] {
  const reads = new Map<string, Read>()
  for (const { subscriberId, type, at, class: by, was } of events) {
    if (!isRead(type) || people.get(subscriberId)?.domain === '') continue
    const key = [subscriberId, type, at].join()
    const read = reads.get(key) ?? { subscriberId, type, at, n: 0 }
    read.n += Number(by === 'human') - Number(was === 'human')
    reads.set(key, read)
  }
  return [...reads.values()].filter(({ n }) => n > 0)
}

function scoresOf(reads: readonly Read[]): ReadonlyMap<SubscriberId, number> {
  const sums = new Map<SubscriberId, number>()
  // Beside a time that all are near, so that powers stay small.
  const near = Math.max(0, ...reads.map(({ at }) => at))
  for (const { subscriberId, type, at, n } of reads) {
    const worth = n * scoreWeights[type] * 2 ** ((at - near) / scoreHalfLifeMs)
    sums.set(subscriberId, (sums.get(subscriberId) ?? 0) + worth)
  }
  return new Map([...sums].map(([id, sum]) => [id, Math.log2(sum) + near / scoreHalfLifeMs]))
}

function cohortsOf(
  reads: readonly Read[],
  people: ReadonlyMap<SubscriberId, CountedPerson>,
): readonly CohortRow[] {
  const months = new Map<string, Set<SubscriberId>>()
  for (const { subscriberId, at } of reads) {
    const key = `${monthOf(people.get(subscriberId)!.joinedAt)} ${monthOf(at)}`
    months.set(key, (months.get(key) ?? new Set()).add(subscriberId))
  }
  return [...months].map(([key, readers]) => {
    const [cohort, month] = key.split(' ').map(Number)
    return { cohort: cohort!, month: month!, people: readers.size }
  })
}
