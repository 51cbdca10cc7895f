import type { SubscriberId } from '../model/ids.ts'
import {
  type CountClass,
  type CountedEvent,
  type CountedPerson,
  type CountRow,
  countedIn,
  dayOf,
  isRead,
  type PeopleRow,
} from '../model/rollup.ts'
import { bounceClassOf, type CountFacts } from './fold.ts'

/** The numbers of all those events at once, told from nothing but them: what rollups must say. Slow: for proofs. */
export function recount(
  events: readonly CountedEvent[],
  people: ReadonlyMap<SubscriberId, CountedPerson>,
  facts: CountFacts,
): { readonly counts: readonly CountRow[]; readonly people: readonly PeopleRow[] } {
  const counts = new Map<string, CountRow>()
  // By number and person: how often.
  const did = new Map<string, { readonly row: PeopleRow; readonly by: Map<SubscriberId, number> }>()

  for (const event of events)
    for (const [by, sign] of signed(event))
      for (const [dimension, value] of valuesOf(event, people.get(event.subscriberId), facts)) {
        const { publicationId, subscriberId, type } = event
        const day = dayOf(event.at)
        const row = { publicationId, dimension, value, type, class: by }
        const key = JSON.stringify([...Object.values(row), day])
        counts.set(key, { ...row, day, n: (counts.get(key)?.n ?? 0) + sign })
        if (type === 'sent' || type === 'failed') continue
        const counted = isRead(type) ? by : ''
        const number = { publicationId, dimension, value, type, class: counted, people: 0 }
        const name = JSON.stringify(Object.values(number))
        const found = did.get(name) ?? { row: number, by: new Map() }
        did.set(name, found)
        found.by.set(subscriberId, (found.by.get(subscriberId) ?? 0) + sign)
      }
  return {
    counts: [...counts.values()].filter(({ n }) => n !== 0),
    people: [...did.values()]
      .map(({ row, by }) => ({ ...row, people: [...by.values()].filter((n) => n > 0).length }))
      .filter(({ people }) => people > 0),
  }
}

function* signed(event: CountedEvent): Generator<readonly [CountClass, 1 | -1]> {
  if (!isRead(event.type)) {
    yield [event.type === 'bounced' ? bounceClassOf(event) : '', 1]
    return
  }
  for (const counted of countedIn[event.class ?? 'unknown']) yield [counted, 1]
  if (event.was !== null) for (const counted of countedIn[event.was]) yield [counted, -1]
}

function valuesOf(
  { publicationId, subscriberId, type, link }: CountedEvent,
  person: CountedPerson | undefined,
  facts: CountFacts,
): readonly (readonly [PeopleRow['dimension'], string])[] {
  const domain = person?.domain ?? ''
  return [
    ['all', ''],
    ['domain', domain],
    ['provider', domain === '' ? '' : facts.providerOf(domain)],
    ['language', person?.language ?? ''],
    ['variant', facts.variantOf(publicationId, subscriberId)],
    ...(type === 'clicked' && link !== null
      ? [
          ['link', String(link)] as const,
          ...facts.topicsOf(publicationId, link).map((topic) => ['topic', topic] as const),
        ]
      : []),
  ]
}
