import type { EventType, ReadClass } from '../model/event.ts'
import type { PublicationId, SubscriberId } from '../model/ids.ts'
import {
  type ActiveRow,
  binOf,
  bounceClasses,
  type CohortRow,
  type CountedEvent,
  type CountRow,
  type Dimension,
  dayOf,
  dimensions,
  type EventClass,
  isRead,
  monthOf,
  type PeopleRow,
  type QuarterRow,
  quarterOf,
  type ScoreBin,
  type ScoreRow,
} from '../model/rollup.ts'
import type { CountKnown, CountNeeds, CountStep } from '../ports/rollups.ts'
import { createReachOf, type Reach } from './reach.ts'
import { addedScore } from './score.ts'
import { linkSlot, readSlots, type Slots, slotOf, writeSlots } from './slots.ts'

/** What does not change once a publication has begun. */
export interface CountFacts {
  /** Which ranker chose for this reader; '' where there was one only. */
  variantOf(publicationId: PublicationId, subscriberId: SubscriberId): string
  /** Topics of the item that a link leads to. */
  topicsOf(publicationId: PublicationId, link: number): readonly string[]
  providerOf(domain: string): string
}

const pairKey = (publicationId: number, subscriberId: number) => `${publicationId} ${subscriberId}`

/** What `fold` must be told to count these. */
export function needsOf(events: readonly CountedEvent[]): CountNeeds {
  const subscribers = new Set<SubscriberId>()
  const scores = new Set<SubscriberId>()
  const touches = new Map<string, readonly [PublicationId, SubscriberId]>()
  const active = new Map<string, readonly [SubscriberId, number]>()
  for (const event of events) {
    const { publicationId, subscriberId } = event
    subscribers.add(subscriberId)
    if (slotOf(event.type, event.class) === null) continue
    touches.set(pairKey(publicationId, subscriberId), [publicationId, subscriberId])
    if (!isRead(event.type) || (event.class !== 'human' && event.was !== 'human')) continue
    scores.add(subscriberId)
    const month = monthOf(event.at)
    active.set(pairKey(subscriberId, month), [subscriberId, month])
  }
  return {
    subscribers: [...subscribers],
    touches: [...touches.values()],
    scores: [...scores],
    active: [...active.values()],
  }
}

/** Count the events after the cursor `from`. The numbers of a set of events are the same in whatever order and in whatever steps
 *  they are counted, but that a correction comes after what it corrects; scores up to rounding. Distinct people are exact:
 *  what each has done so far is known, and somebody is counted when their first read comes, and not any more when the last one turns out not to be theirs.
 *  Of those that were erased only events are counted: nothing is kept by person. */
export function fold(
  from: number,
  events: readonly CountedEvent[],
  known: CountKnown,
  facts: CountFacts,
): CountStep {
  const people = new Map(known.people.map((person) => [person.subscriberId, person]))
  const counts = createPlaces<Omit<CountRow, 'dimension' | 'value' | 'n'>>()
  const quarters = createSums<QuarterRow>('n')
  const distinct = createPlaces<Omit<PeopleRow, 'dimension' | 'value' | 'people'>>()
  const bins = createSums<ScoreBin>('people')
  const cohorts = createSums<CohortRow>('people')
  const touches = new Map<string, Touched>()
  const before = new Map(
    known.touches.map((touch) => [pairKey(touch.publicationId, touch.subscriberId), touch]),
  )
  const scores = new Map(known.scores.map(({ subscriberId, log2 }) => [subscriberId, log2]))
  const scored = new Set<SubscriberId>()
  const active = new Map(known.active.map((row) => [pairKey(row.subscriberId, row.month), row]))
  const changedActive = new Map<string, ActiveRow>()

  const isErased = ({ subscriberId }: CountedEvent) => (people.get(subscriberId)?.domain ?? '') === ''
  const valuesOf = (event: CountedEvent): readonly (readonly [Dimension, string])[] => {
    const { publicationId, subscriberId } = event
    const person = people.get(subscriberId)
    const domain = person?.domain ?? ''
    return [
      ['all', ''],
      ['domain', domain],
      ['provider', domain === '' ? '' : facts.providerOf(domain)],
      ['language', person?.language ?? ''],
      ['variant', facts.variantOf(publicationId, subscriberId)],
    ]
  }
  const linkValuesOf = ({ publicationId, type, link }: CountedEvent): (readonly [Dimension, string])[] =>
    type !== 'clicked' || link === null
      ? []
      : [
          ['link', String(link)],
          ...facts.topicsOf(publicationId, link).map((topic) => ['topic', topic] as const),
        ]

  function add(
    event: CountedEvent,
    values: readonly (readonly [Dimension, string])[],
    type: EventType,
    counted: EventClass,
    n: number,
  ): void {
    const { publicationId, at } = event
    const day = dayOf(at)
    const places = counts.of(`${publicationId} ${day} ${type} ${counted}`, () => ({
      publicationId,
      day,
      type,
      class: counted,
    }))
    for (const [dimension, value] of values) addTo(places[dimension], value, n)
    const quarter = quarterOf(at)
    quarters.add(`${publicationId} ${quarter} ${type} ${counted}`, n, () => ({
      publicationId,
      quarter,
      type,
      class: counted,
      n: 0,
    }))
  }

  const touchedOf = (event: CountedEvent): Touched => {
    const { publicationId, subscriberId } = event
    const key = pairKey(publicationId, subscriberId)
    const there = touches.get(key)
    if (there !== undefined) return there
    const slots = readSlots(before.get(key)?.counts ?? [])
    const touched = { event, before: new Map(slots), slots }
    touches.set(key, touched)
    return touched
  }

  function scoreRead(event: CountedEvent, sign: 1 | -1): void {
    const { subscriberId, at, type } = event
    const old = scores.get(subscriberId) ?? null
    const now = addedScore(old, type as 'opened' | 'clicked', at, sign)
    scores.set(subscriberId, now)
    scored.add(subscriberId)
    for (const [log2, n] of [[old, -1] as const, [now, 1] as const])
      if (log2 !== null) bins.add(String(binOf(log2)), n, () => ({ bin: binOf(log2), people: 0 }))
    const month = monthOf(at)
    const key = pairKey(subscriberId, month)
    const had = active.get(key)?.n ?? 0
    const row = { subscriberId, month, n: Math.max(0, had + sign) }
    active.set(key, row)
    changedActive.set(key, row)
    const person = people.get(subscriberId)
    const step = Number(row.n > 0) - Number(had > 0)
    if (step === 0 || person === undefined) return
    const cohort = monthOf(person.joinedAt)
    cohorts.add(`${cohort} ${month}`, step, () => ({ cohort, month, people: 0 }))
  }

  function read(event: CountedEvent, by: ReadClass, sign: 1 | -1): void {
    const values = [...valuesOf(event), ...linkValuesOf(event)]
    add(event, values, event.type, by, sign)
    if (isErased(event)) return
    const { slots } = touchedOf(event)
    bump(slots, slotOf(event.type, by)!, sign)
    if (event.type === 'clicked' && event.link !== null) bump(slots, linkSlot(event.link, by), sign)
    if (by === 'human') scoreRead(event, sign)
  }

  for (const event of events) {
    if (isRead(event.type)) {
      read(event, event.class ?? 'unknown', 1)
      if (event.was !== null) read(event, event.was, -1)
      continue
    }
    add(event, valuesOf(event), event.type, event.type === 'bounced' ? bounceClassOf(event) : '', 1)
    const slot = slotOf(event.type, null)
    if (slot !== null && !isErased(event)) bump(touchedOf(event).slots, slot, 1)
  }

  const reachOf = createReachOf()
  for (const { event, before, slots } of touches.values()) {
    const { publicationId } = event
    const topicsOf = (link: number) => facts.topicsOf(publicationId, link)
    const was = reachOf(before, topicsOf)
    const is = reachOf(slots, topicsOf)
    const values = valuesOf(event)
    const tell = ({ dimension, value, type, class: by }: Reach, people: 1 | -1) => {
      const places = distinct.of(`${publicationId} ${type} ${by}`, () => ({ publicationId, type, class: by }))
      if (dimension !== null) addTo(places[dimension], value, people)
      else for (const [every, its] of values) addTo(places[every], its, people)
    }
    for (const found of is) if (!was.has(found)) tell(found, 1)
    for (const found of was) if (!is.has(found)) tell(found, -1)
  }

  return {
    from,
    to: events.at(-1)?.id ?? from,
    touches: [...touches.values()].map(({ event, slots }) => ({
      publicationId: event.publicationId,
      subscriberId: event.subscriberId,
      counts: writeSlots(slots),
    })),
    scores: [...scored].map((subscriberId): ScoreRow => ({ subscriberId, log2: scores.get(subscriberId)! })),
    active: [...changedActive.values()],
    counts: counts.rows((head, dimension, value, n): CountRow => ({ ...head, dimension, value, n })),
    people: distinct.rows(
      (head, dimension, value, people): PeopleRow => ({ ...head, dimension, value, people }),
    ),
    quarters: quarters.rows(),
    bins: bins.rows(),
    cohorts: cohorts.rows(),
  }
}

interface Touched {
  /** The first of this step: for whom and of what. */
  readonly event: CountedEvent
  readonly before: Slots
  readonly slots: Slots
}

/** Never below 0: what is corrected may have been forgotten. */
const bump = (slots: Slots, slot: number, by: 1 | -1): void =>
  void slots.set(slot, Math.max(0, (slots.get(slot) ?? 0) + by))

/** `hard` of `hard: no such user`. */
export function bounceClassOf({ detail }: Pick<CountedEvent, 'detail'>): EventClass {
  const [word] = (detail ?? '').split(':', 1)
  return bounceClasses.find((known) => known === word) ?? ''
}

/** Sums by dimension and value of what is alike in all else. Two steps to a number: most of an event's are found by one key, which is
 *  what costs. */
function createPlaces<Head>() {
  type Places = { readonly [D in Dimension]: Map<string, number> }
  const found = new Map<string, { readonly head: Head; readonly places: Places }>()
  return {
    of(key: string, make: () => Head): Places {
      let there = found.get(key)
      if (there === undefined) {
        const places = Object.fromEntries(dimensions.map((dimension) => [dimension, new Map()])) as never
        there = { head: make(), places }
        found.set(key, there)
      }
      return there.places
    },
    rows<Row>(make: (head: Head, dimension: Dimension, value: string, n: number) => Row): Row[] {
      const rows: Row[] = []
      for (const { head, places } of found.values())
        for (const dimension of dimensions)
          for (const [value, n] of places[dimension]) if (n !== 0) rows.push(make(head, dimension, value, n))
      return rows
    },
  }
}

const addTo = (sums: Map<string, number>, value: string, n: number): void =>
  void sums.set(value, (sums.get(value) ?? 0) + n)

/** Rows whose numbers add up by key; what comes to nothing is left out. */
function createSums<Row>(number: { [K in keyof Row]: Row[K] extends number ? K : never }[keyof Row]) {
  const sums = new Map<string, { readonly row: Row; sum: number }>()
  return {
    add(key: string, n: number, make: () => Row): void {
      const there = sums.get(key)
      if (there === undefined) sums.set(key, { row: make(), sum: n })
      else there.sum += n
    },
    rows: (): Row[] =>
      [...sums.values()].filter(({ sum }) => sum !== 0).map(({ row, sum }) => ({ ...row, [number]: sum })),
  }
}
