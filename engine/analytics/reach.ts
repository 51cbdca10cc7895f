import { type EventType, type ReadClass, readClasses } from '../model/event.ts'
import { countedIn, type Dimension, type PeopleClass } from '../model/rollup.ts'
import { clickSlots, linkOf, openSlots, type Slots } from './slots.ts'

/** A number that somebody is one of. `dimension` null: those of all the values that a person has. */
export interface Reach {
  readonly dimension: Extract<Dimension, 'link' | 'topic'> | null
  readonly value: string
  readonly type: EventType
  readonly class: PeopleClass
}

/** The numbers that one person counts in with what they did with one publication. Equal ones are one object. */
export type ReachOf = (slots: Slots, topicsOf: (link: number) => readonly string[]) => ReadonlySet<Reach>

export function createReachOf(): ReachOf {
  const known = new Map<string, Reach>()
  const reach = (dimension: Reach['dimension'], value: string, type: EventType, by: PeopleClass): Reach => {
    const key = `${dimension} ${type} ${by} ${value}`
    const there = known.get(key) ?? { dimension, value, type, class: by }
    known.set(key, there)
    return there
  }
  const reads = (dimension: Reach['dimension'], value: string, type: EventType, read: ReadClass) =>
    countedIn[read].map((by) => reach(dimension, value, type, by))

  /** Of the slots that are no link's. */
  const plain: ReadonlyMap<number, readonly Reach[]> = new Map([
    [10, [reach(null, '', 'bounced', '')]],
    [11, [reach(null, '', 'complained', '')]],
    [12, [reach(null, '', 'unsubscribed', '')]],
    ...readClasses.flatMap((read, i) => [
      [openSlots[i]!, reads(null, '', 'opened', read)] as const,
      [clickSlots[i]!, reads(null, '', 'clicked', read)] as const,
    ]),
  ])

  return (slots, topicsOf) => {
    const found = new Set<Reach>()
    for (const [slot, n] of slots) {
      if (n <= 0) continue
      for (const one of plain.get(slot) ?? []) found.add(one)
      const clicked = linkOf(slot)
      if (clicked === null) continue
      for (const one of reads('link', String(clicked.link), 'clicked', clicked.read)) found.add(one)
      for (const topic of topicsOf(clicked.link))
        for (const one of reads('topic', topic, 'clicked', clicked.read)) found.add(one)
    }
    return found
  }
}
