import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFollowIndex, type Interest } from '../../../engine/alerts/follow-index.ts'
import { compileMatchers, matchesAll } from '../../../engine/alerts/matchers/matcher.ts'
import { createSlotTable } from '../../../engine/alerts/tables/slot-table.ts'
import { type Alert, severities } from '../../../engine/model/alert.ts'

type Seen = Pick<Alert, 'topic' | 'severity' | 'labels'>

const topic = fc.constantFrom('sport', 'news', 'team')
const interest: fc.Arbitrary<Interest> = fc.record({
  topics: fc.uniqueArray(topic, { maxLength: 3 }),
  minSeverity: fc.constantFrom(...severities),
  filter: fc.array(
    fc.record({
      name: fc.constantFrom('team', 'zone'),
      operator: fc.constantFrom('=', '!=', '=~', '!~'),
      value: fc.constantFrom('', 'a', 'b', 'a|b', '[ab]', '.+'),
    }),
    { maxLength: 3 },
  ),
})
const alert: fc.Arbitrary<Seen> = fc.record({
  topic: fc.option(topic),
  severity: fc.constantFrom(...severities),
  labels: fc.dictionary(fc.constantFrom('team', 'zone', 'sport'), fc.constantFrom('', 'a', 'b', 'c')),
})

function wants({ topics, minSeverity, filter }: Interest, { topic, severity, labels }: Seen): boolean {
  const compiled = compileMatchers(filter)
  return (
    (topics.length === 0 || (topic !== null && topics.includes(topic))) &&
    severities.indexOf(severity) >= severities.indexOf(minSeverity) &&
    'ok' in compiled &&
    matchesAll(compiled.ok, labels)
  )
}
const ascending = (ids: Iterable<number>) => [...ids].sort((a, b) => a - b)

test('the index finds whom a scan finds, after any additions, replacements and removals', () => {
  const id = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 2 ** 32 - 4, max: 2 ** 32 - 1 }))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(id, fc.option(interest)), { maxLength: 60 }),
      fc.array(alert, { minLength: 1 }),
      (changes, alerts) => {
        const index = createFollowIndex()
        const all = new Map<number, Interest>()
        for (const [id, wanted] of changes) {
          if (wanted === null) expect(index.remove(id)).toBe(all.delete(id))
          else {
            expect(index.add(id, wanted)).toBe(true)
            all.set(id, wanted)
          }
        }
        expect(index.size).toBe(all.size)
        for (const one of alerts) {
          const scan = [...all].filter(([, interest]) => wants(interest, one)).map(([id]) => id)
          expect(ascending(index.match(one))).toEqual(ascending(scan))
        }
        for (const id of all.keys()) index.remove(id)
        expect(index).toMatchObject({ size: 0, kept: 0 })
      },
    ),
    { numRuns: 500 },
  )
})

test('a filter that does not compile is not there, and takes the follow it replaces with it', () => {
  const index = createFollowIndex()
  const filter = (value: string): Interest => ({
    topics: [],
    minSeverity: 'info',
    filter: [{ name: 'team', operator: '=~', value }],
  })
  expect(index.add(7, filter('a[b]'))).toBe(true)
  expect(index.add(7, filter('a['))).toBe(false)
  expect(index.size).toBe(0)
  expect(index.match({ topic: null, severity: 'critical', labels: { team: 'ab' } })).toHaveLength(0)
})

test('a table of slots keeps what a map keeps', () => {
  const id = fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), id), { maxLength: 600, size: 'max' }), (acts) => {
      const ids: number[] = []
      const table = createSlotTable((slot) => ids[slot]!)
      const map = new Map<number, number>()
      for (const [put, id] of acts) {
        if (put && !map.has(id)) {
          map.set(id, ids.push(id) - 1)
          table.add(ids.length - 1)
        } else if (!put) {
          table.remove(id)
          map.delete(id)
        }
      }
      expect(table.size).toBe(map.size)
      for (const [, id] of acts) expect(table.find(id)).toBe(map.get(id))
    }),
    { numRuns: 300 },
  )
})
