import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileMatchers, matchesAll } from '../../../engine/alerts/matchers/matcher.ts'
import { createSilencer } from '../../../engine/alerts/silencer.ts'
import type { LabelMatcher } from '../../../engine/model/follow.ts'
import type { SilenceId } from '../../../engine/model/ids.ts'

const silence = (id: number, matchers: readonly LabelMatcher[], startsAt = 10, endsAt = 20) => ({
  id: id as SilenceId,
  matchers,
  startsAt,
  endsAt,
})
const team: LabelMatcher = { name: 'team', operator: '=', value: 'db' }

test('a silence holds from its beginning to before its end', () => {
  const { silencedBy, nextChange } = createSilencer([silence(1, [team]), silence(2, [team], 15, 30)])
  expect([9, 10, 15, 19, 20, 29, 30].map((now) => silencedBy({ team: 'db' }, now))).toEqual([
    [],
    [1],
    [1, 2],
    [1, 2],
    [2],
    [2],
    [],
  ])
  expect([0, 10, 15, 20, 30].map(nextChange)).toEqual([10, 15, 20, 30, null])
})

test('one whose pattern does not compile silences nothing, and is named', () => {
  const broken = silence(3, [team, { name: 'a', operator: '=~', value: '(' }])
  const silencer = createSilencer([broken, silence(4, [team])])
  expect(silencer.broken).toEqual([3])
  expect(silencer.silencedBy({ team: 'db' }, 10)).toEqual([4])
})

test('silences are found as comparing with each would find them', () => {
  const matcher = fc.record({
    name: fc.constantFrom('team', 'zone'),
    operator: fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
    value: fc.constantFrom('', 'a', 'b', 'a|b'),
  })
  const labels = fc.dictionary(fc.constantFrom('team', 'zone'), fc.constantFrom('', 'a', 'b'))
  fc.assert(
    fc.property(fc.array(fc.array(matcher, { minLength: 1, maxLength: 3 })), labels, (filters, labels) => {
      const { silencedBy } = createSilencer(filters.map((matchers, i) => silence(i + 1, matchers)))
      const expected = filters.flatMap((matchers, i) => {
        const compiled = compileMatchers(matchers)
        return 'ok' in compiled && matchesAll(compiled.ok, labels) ? [i + 1] : []
      })
      expect(silencedBy(labels, 10).toSorted((a, b) => a - b)).toEqual(expected)
    }),
    { numRuns: 1000 },
  )
})
