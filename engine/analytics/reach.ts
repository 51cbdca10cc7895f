import { type EventType, readClasses } from '../model/event.ts'
import { countedIn, type Dimension, type PeopleClass } from '../model/rollup.ts'
import { clickSlots, linkOf, openSlots, type Slots } from './slots.ts'

/** A number that somebody is one of. `dimension` null: those of all the values that a person has. */
export interface Reach {
  readonly dimension: Extract<Dimension, 'link' | 'topic'> | null
  readonly value: string
  readonly type: EventType
  readonly class: PeopleClass
}

const plain: readonly (readonly [slot: number, type: EventType])[] = [
  [10, 'bounced'],
  [11, 'complained'],
  [12, 'unsubscribed'],
]

/** The numbers that one person counts in with what they did with one publication, by key. */
export function reachOf(
  slots: Slots,
  topicsOf: (link: number) => readonly string[],
): ReadonlyMap<string, Reach> {
  const found = new Map<string, Reach>()
  const add = (dimension: Reach['dimension'], value: string, type: EventType, counted: PeopleClass) =>
    void found.set(`${dimension} ${type} ${counted} ${value}`, { dimension, value, type, class: counted })

  for (const [slot, type] of plain) if (happened(slots, slot)) add(null, '', type, '')
  for (const [index, read] of readClasses.entries()) {
    if (happened(slots, openSlots[index]!))
      for (const counted of countedIn[read]) add(null, '', 'opened', counted)
    if (happened(slots, clickSlots[index]!))
      for (const counted of countedIn[read]) add(null, '', 'clicked', counted)
  }
  for (const [slot, n] of slots) {
    const link = n > 0 ? linkOf(slot) : null
    if (link === null) continue
    for (const counted of countedIn[link.read]) {
      add('link', String(link.link), 'clicked', counted)
      for (const topic of topicsOf(link.link)) add('topic', topic, 'clicked', counted)
    }
  }
  return found
}

const happened = (slots: Slots, slot: number): boolean => (slots.get(slot) ?? 0) > 0
