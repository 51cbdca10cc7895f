import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createInhibitor } from '../../../engine/alerts/inhibitor.ts'
import { matchesAll } from '../../../engine/alerts/matchers/matcher.ts'
import { type AlertRules, needRules } from '../../../engine/alerts/rules.ts'
import { type Labels, labelOf } from '../../../engine/model/alert.ts'

const rulesOf = (inhibit_rules: readonly object[]): AlertRules =>
  needRules({ route: { receiver: 'desk' }, inhibit_rules }, { receivers: new Set(['desk']) })

describe('inhibition', () => {
  const rules = rulesOf([
    { source_match: { s1: '1' }, target_match: { t1: '1' }, equal: ['e'] },
    { source_matchers: ['s2=1'], target_match_re: { t2: '1' }, equal: ['e'] },
  ])
  // Alertmanager's own cases (inhibit_test.go, TestInhibitRuleMatches).
  test.each<[Labels, string | null]>([
    [{ t1: '1', e: '1' }, 'one'],
    [{ t2: '1', e: '1' }, 'both'],
    [{ t1: '1', t3: '1', e: '1' }, 'one'],
    [{ t1: '1', t2: '1', e: '1' }, 'one'],
    [{ t1: '0', e: '1' }, null],
    [{ s1: '1', t1: '1', e: '1' }, 'one'],
    [{ s2: '1', t2: '1', e: '1' }, null],
    [{ t1: '1', e: '0' }, null],
  ])('of %j: %s', (labels, by) => {
    const inhibitor = createInhibitor(rules)
    inhibitor.fire('one', { s1: '1', t1: '2', e: '1' })
    inhibitor.fire('both', { s2: '1', t2: '1', e: '1' })
    expect(inhibitor.inhibitedBy(labels)).toBe(by)
  })

  test('is by the same value of a label, also when neither has it', () => {
    const inhibitor = createInhibitor(
      rulesOf([
        {
          source_matchers: ['severity="critical"'],
          target_matchers: ['severity="warning"'],
          equal: ['alertname', 'cluster'],
        },
      ]),
    )
    inhibitor.fire('k', { severity: 'critical', alertname: 'down' })
    expect(inhibitor.inhibitedBy({ severity: 'warning', alertname: 'down' })).toBe('k')
    expect(inhibitor.inhibitedBy({ severity: 'warning', alertname: 'down', cluster: '' })).toBe('k')
    expect(inhibitor.inhibitedBy({ severity: 'warning', alertname: 'down', cluster: 'a' })).toBeNull()
    inhibitor.fire('k', { severity: 'critical', alertname: 'down', cluster: 'a' })
    expect(inhibitor.inhibitedBy({ severity: 'warning', alertname: 'down' })).toBeNull()
    expect(inhibitor.inhibitedBy({ severity: 'warning', alertname: 'down', cluster: 'a' })).toBe('k')
    inhibitor.resolve('k')
    expect(inhibitor.inhibitedBy({ severity: 'warning', alertname: 'down', cluster: 'a' })).toBeNull()
  })

  test('is as looking at all that fires would find it', () => {
    const value = fc.constantFrom('', '1', '2')
    const labels = fc.record({ a: value, b: value, c: value })
    const side = fc.array(
      fc
        .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('=', '!=', '=~'), fc.constantFrom('1', '2', ''))
        .map(([name, operator, value]) => `${name}${operator}"${value}"`),
      { maxLength: 2 },
    )
    const rule = fc.record({
      source_matchers: side,
      target_matchers: side,
      equal: fc.subarray(['b', 'c']),
    })
    const change = fc.tuple(fc.constantFrom('k', 'l', 'm'), fc.option(labels))
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 3 }), fc.array(change), labels, (inputs, changes, target) => {
        const own = rulesOf(inputs)
        const inhibitor = createInhibitor(own)
        const firing = new Map<string, Labels>()
        for (const [key, state] of changes)
          if (state === null) {
            inhibitor.resolve(key)
            firing.delete(key)
          } else {
            inhibitor.fire(key, state)
            firing.set(key, state)
          }
        const found = own.inhibitRules.some(
          ({ source, target: sink, equal }) =>
            matchesAll(sink, target) &&
            [...firing.values()].some(
              (one) =>
                matchesAll(source, one) &&
                equal.every((name) => labelOf(one, name) === labelOf(target, name)) &&
                !(matchesAll(source, target) && matchesAll(sink, one)),
            ),
        )
        expect(inhibitor.inhibitedBy(target) !== null).toBe(found)
      }),
      { numRuns: 1000 },
    )
  })

  test('asks no firing alert when there are ten thousand', () => {
    const inhibitor = createInhibitor(rules)
    for (let i = 0; i < 10_000; i++) {
      // Whoever looked at its labels later would be told.
      const labels: Record<string, string> = { s1: '1', e: `${i}` }
      inhibitor.fire(`k${i}`, labels)
      Object.defineProperty(labels, 'e', {
        get: () => {
          throw new Error('It was asked.')
        },
      })
    }
    expect(inhibitor.inhibitedBy({ t1: '1', e: '9999' })).toBe('k9999')
    expect(inhibitor.inhibitedBy({ t1: '1', e: 'x' })).toBeNull()
  })
})
