import type { EventType } from '../../engine/model/event.ts'
import type { CountRow, Dimension, EventClass, PeopleClass, QuarterRow } from '../../engine/model/rollup.ts'

// The numbers that databases keep for the words of rollups. A number never changes its meaning.
export const dimensionCodes = {
  all: 0,
  domain: 1,
  provider: 2,
  language: 3,
  variant: 4,
  topic: 5,
  link: 6,
} as const satisfies Record<Dimension, number>
export const typeCodes = {
  sent: 0,
  failed: 1,
  opened: 2,
  clicked: 3,
  bounced: 4,
  complained: 5,
  unsubscribed: 6,
} as const satisfies Record<EventType, number>
export const classCodes = {
  '': 0,
  human: 1,
  prefetch: 2,
  proxy: 3,
  scanner: 4,
  unknown: 5,
  people: 6,
  all: 7,
  hard: 8,
  soft: 9,
  block: 10,
  full: 11,
  policy: 12,
} as const satisfies Record<EventClass | PeopleClass, number>

export const typeOfCode = Object.keys(typeCodes) as readonly EventType[]
/** Of counts never a union, of people never a bounce's: the caller knows. */
export const classOfCode = Object.keys(classCodes) as readonly (EventClass & PeopleClass)[]

/** The id under which numbers of all publications are kept. */
export const everyPublication = 0 as CountRow['publicationId']

/** What is added to single publications, as what is added to all. */
export const countsOfAll = (rows: readonly CountRow[]): readonly CountRow[] =>
  summed(rows, (row) => `${row.dimension} ${row.day} ${row.type} ${row.class} ${row.value}`)
export const quartersOfAll = (rows: readonly QuarterRow[]): readonly QuarterRow[] =>
  summed(rows, (row) => `${row.quarter} ${row.type} ${row.class}`)

type Counted = Pick<CountRow, 'publicationId' | 'n'>

function summed<Row extends Counted>(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] {
  const sums = new Map<string, Row>()
  for (const row of rows) {
    const key = keyOf(row)
    const n = row.n + (sums.get(key)?.n ?? 0)
    sums.set(key, { ...row, publicationId: everyPublication, n })
  }
  return [...sums.values()]
}

/** The values with the largest sums; of equal ones the first by name. */
export function largest(
  parts: Iterable<readonly [value: string, n: number]>,
  top: number,
): ReadonlySet<string> {
  const sums = new Map<string, number>()
  for (const [value, n] of parts) sums.set(value, (sums.get(value) ?? 0) + n)
  const order = [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return new Set(order.slice(0, top).map(([value]) => value))
}
