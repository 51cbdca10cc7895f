import { type EventType, type ReadClass, readClasses } from '../../model/event.ts'
import {
  type BounceClass,
  bounceClasses,
  type CountRow,
  countedIn,
  type PeopleClass,
  type PeopleRow,
} from '../../model/rollup.ts'
import { type Interval, wilson } from '../../personalise/compare.ts'

/** How many did it, how often, and which share of those who were sent a letter: with Wilson's interval of 95 %, since of few
 *  letters a share says little. Null where none was sent. */
export interface Tally {
  readonly recipients: number
  readonly events: number
  readonly share: Interval | null
}

/** Opens or clicks. Always both numbers: `people` (human and proxy) is what people did as far as can be told, `all` is everything
 *  that came. `classes` adds up to `all` in events, not in recipients: one person may be read by a scanner and a human. */
export interface ReadTally {
  readonly people: Tally
  readonly all: Tally
  readonly classes: { readonly [read in ReadClass]: Tally }
}

export interface BounceTally extends Tally {
  /** Events; `other` are those of which no class is known. */
  readonly classes: { readonly [bounce in BounceClass | 'other']: number }
}

/** What happened to the letters of one value of a dimension. `sent` and `failed` are events, one a recipient. */
export interface Outcomes {
  readonly sent: number
  readonly failed: number
  readonly opened: ReadTally
  readonly clicked: ReadTally
  readonly bounced: BounceTally
  readonly complained: Tally
  readonly unsubscribed: Tally
}

/** Rows of one publication and value, or of several that are added up. */
export interface Rows {
  readonly counts: readonly Pick<CountRow, 'type' | 'class' | 'n'>[]
  readonly people: readonly Pick<PeopleRow, 'type' | 'class' | 'people'>[]
}

const unions = { people: ['human', 'proxy'], all: readClasses } as const

export const shareOf = (hits: number, of: number): Interval | null =>
  // More may have done it than were sent it: a letter that is passed on, or rows that were forgotten.
  of <= 0 ? null : wilson({ hits: Math.min(hits, of), of })

export const eventsOf = (
  counts: Rows['counts'],
  type: EventType,
  classes: readonly string[] | null = null,
): number => {
  let sum = 0
  for (const row of counts)
    if (row.type === type && (classes === null || classes.includes(row.class))) sum += row.n
  return sum
}

const recipientsOf = (people: Rows['people'], type: EventType, by: PeopleClass): number => {
  let sum = 0
  for (const row of people) if (row.type === type && row.class === by) sum += row.people
  return sum
}

/** `of`: those who were sent one. */
export function readTally(rows: Rows, type: 'opened' | 'clicked', of: number): ReadTally {
  const tally = (by: PeopleClass, classes: readonly string[]): Tally => {
    const recipients = recipientsOf(rows.people, type, by)
    return { recipients, events: eventsOf(rows.counts, type, classes), share: shareOf(recipients, of) }
  }
  const classes = Object.fromEntries(readClasses.map((read) => [read, tally(read, [read])]))
  return {
    people: tally('people', unions.people),
    all: tally('all', unions.all),
    classes: classes as ReadTally['classes'],
  }
}

export function plainTally(rows: Rows, type: EventType, of: number): Tally {
  const recipients = recipientsOf(rows.people, type, '')
  return { recipients, events: eventsOf(rows.counts, type), share: shareOf(recipients, of) }
}

export function bounceTally(rows: Rows, of: number): BounceTally {
  return { ...plainTally(rows, 'bounced', of), classes: bounceEvents(rows.counts) }
}

export function bounceEvents(counts: Rows['counts']): BounceTally['classes'] {
  const classes = Object.fromEntries(
    bounceClasses.map((bounce) => [bounce, eventsOf(counts, 'bounced', [bounce])]),
  )
  return { ...classes, other: eventsOf(counts, 'bounced', ['']) } as BounceTally['classes']
}

export function outcomesOf(rows: Rows, sent: number = eventsOf(rows.counts, 'sent')): Outcomes {
  return {
    sent,
    failed: eventsOf(rows.counts, 'failed'),
    opened: readTally(rows, 'opened', sent),
    clicked: readTally(rows, 'clicked', sent),
    bounced: bounceTally(rows, sent),
    complained: plainTally(rows, 'complained', sent),
    unsubscribed: plainTally(rows, 'unsubscribed', sent),
  }
}

/** Opens and clicks as events, for lines over time: distinct people of an hour are not kept. */
export interface EventCounts {
  readonly sent: number
  readonly failed: number
  readonly opened: { readonly people: number; readonly all: number }
  readonly clicked: { readonly people: number; readonly all: number }
  readonly bounced: number
  readonly complained: number
  readonly unsubscribed: number
}

export function eventCounts(counts: Rows['counts']): EventCounts {
  const reads = (type: 'opened' | 'clicked') => ({
    people: eventsOf(counts, type, unions.people),
    all: eventsOf(counts, type),
  })
  return {
    sent: eventsOf(counts, 'sent'),
    failed: eventsOf(counts, 'failed'),
    opened: reads('opened'),
    clicked: reads('clicked'),
    bounced: eventsOf(counts, 'bounced'),
    complained: eventsOf(counts, 'complained'),
    unsubscribed: eventsOf(counts, 'unsubscribed'),
  }
}

/** Is an open or click of this class one of a person? */
export const isOfPeople = (read: string): boolean =>
  read in countedIn && countedIn[read as ReadClass].includes('people')
