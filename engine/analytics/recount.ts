import type { SubscriberId } from '../model/ids.ts'
import {
  type CountedEvent,
  type CountedPerson,
  type CountRow,
  countedIn,
  dayOf,
  type EventClass,
  isRead,
  type PeopleClass,
  type PeopleRow,
} from '../model/rollup.ts'
import { bounceClassOf, type CountFacts } from './fold.ts'

/** The numbers of all those events at once, told from nothing but them: what rollups must say. Slow: for proofs.
 *  Of those that were erased only events are counted. */
export function recount(
  events: readonly CountedEvent[],
  people: ReadonlyMap<SubscriberId, CountedPerson>,
  facts: CountFacts,
): { readonly counts: readonly CountRow[]; readonly people: readonly PeopleRow[] } {
  const counts = new Map<string, CountRow>()
  // By number and person: how often.
  const did = new Map<string, { readonly row: PeopleRow; readonly by: Map<SubscriberId, number> }>()

  for (const event of events) {
    const { publicationId, subscriberId, type } = event
    const person = people.get(subscriberId)
    for (const [dimension, value] of valuesOf(event, person, facts)) {
      for (const [by, sign] of signed(event)) {
        const row = { publicationId, dimension, value, day: dayOf(event.at), type, class: by }
        const key = JSON.stringify(Object.values(row))
        counts.set(key, { ...row, n: (counts.get(key)?.n ?? 0) + sign })
      }
      if (type === 'sent' || type === 'failed' || (person?.domain ?? '') === '') continue
      for (const [by, sign] of peopleOf(event)) {
        const row = { publicationId, dimension, value, type, class: by, people: 0 }
        const key = JSON.stringify(Object.values(row))
        const found = did.get(key) ?? { row, by: new Map() }
        did.set(key, found)
        found.by.set(subscriberId, (found.by.get(subscriberId) ?? 0) + sign)
      }
    }
  }
  return {
    counts: [...counts.values()].filter(({ n }) => n !== 0),
    people: [...did.values()]
      .map(({ row, by }) => ({ ...row, people: [...by.values()].filter((n) => n > 0).length }))
      .filter(({ people }) => people > 0),
  }
}

function* signed(event: CountedEvent): Generator<readonly [EventClass, 1 | -1]> {
  if (event.type === 'bounced') yield [bounceClassOf(event), 1]
  else if (!isRead(event.type)) yield ['', 1]
  else {
    yield [event.class ?? 'unknown', 1]
    if (event.was !== null) yield [event.was, -1]
  }
}

function* peopleOf(event: CountedEvent): Generator<readonly [PeopleClass, 1 | -1]> {
  if (!isRead(event.type)) yield ['', 1]
  else {
    for (const counted of countedIn[event.class ?? 'unknown']) yield [counted, 1]
    if (event.was !== null) for (const counted of countedIn[event.was]) yield [counted, -1]
  }
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
