import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupOf, type Rule, ruleOfRow, textOf } from '../../../app/console/rules/tree.ts'
import { parseRule } from '../../../engine/audience/segment/parse.ts'
import { printRule } from '../../../engine/audience/segment/print.ts'

const field = fc.constantFrom('name', 'domain', { attribute: ['plan'] }, { attribute: ['address', 'city'] })
const when = fc.oneof(
  fc.record({ within: fc.integer({ min: 1, max: 900 }), unit: fc.constantFrom('hours', 'days', 'weeks') }),
  fc.constantFrom({ before: '2026-01-31' }, { after: '2026-01-31' }, { since: '2026-01-31T18:00Z' }),
)
const text = fc.stringMatching(/^[a-z .]{1,12}$/)
const leaf = fc.oneof(
  fc.record({ is: fc.constant('compare'), field, op: fc.constant('='), value: text }),
  fc.record({
    is: fc.constant('compare'),
    field: fc.constant({ attribute: ['seats'] }),
    op: fc.constantFrom('<', '<=', '>', '>=', '='),
    value: fc.integer(),
  }),
  fc.record({ is: fc.constant('in'), field, values: fc.array(text, { minLength: 1, maxLength: 4 }) }),
  fc.record({
    is: fc.constant('in'),
    field: fc.constant({ attribute: ['seats'] }),
    values: fc.array(fc.oneof(text, fc.integer(), fc.boolean()), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    is: fc.constant('match'),
    field,
    how: fc.constantFrom('contains', 'starts with', 'ends with'),
    text,
  }),
  fc.record({ is: fc.constant('missing'), field }),
  fc.record({
    is: fc.constant('time'),
    field: fc.constantFrom('joined', 'updated', { attribute: ['renewed'] }),
    when,
  }),
  fc.record({
    is: fc.constant('topic'),
    topic: fc.constantFrom('security', 'climate'),
    op: fc.constantFrom('=', '<', '<=', '>', '>='),
    weight: fc.constantFrom(0, 0.5, 1),
  }),
  fc.record({
    is: fc.constant('member'),
    list: fc.constantFrom('vip', 'news'),
    membership: fc.constantFrom('active', 'unconfirmed', 'unsubscribed'),
  }),
  fc.record({
    is: fc.constant('event'),
    event: fc.constantFrom('sent', 'opened', 'clicked', 'unsubscribed'),
    campaign: fc.constantFrom(null, 'weekly'),
    when: fc.oneof(fc.constant(null), when),
  }),
)
const { rule } = fc.letrec((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ is: fc.constant('not'), rule: tie('rule') }),
    fc.record({
      is: fc.constantFrom('and', 'or'),
      rules: fc.array(tie('rule'), { minLength: 2, maxLength: 4 }),
    }),
  ),
}))

describe('the rows of the rule builder', () => {
  it('say every rule again, word for word', () => {
    fc.assert(
      fc.property(rule, (made) => {
        const written = printRule(made as Rule)
        expect(textOf(groupOf(made as Rule))).toBe(written)
        expect(parseRule(written)).toHaveProperty('ok')
      }),
      { numRuns: 500 },
    )
  })

  it('leave out what is not complete', () => {
    const group = groupOf({
      is: 'and',
      rules: [
        { is: 'topic', topic: 'security', op: '>=', weight: 0.5 },
        { is: 'member', list: 'vip', membership: 'active' },
      ],
    })
    const [first, second] = group.rows
    expect(textOf({ ...group, rows: [first!, { ...second!, name: '' } as typeof second & object] })).toBe(
      'topic:security >= 0.5',
    )
    expect(ruleOfRow({ ...group, rows: [] })).toBeNull()
  })

  it('are none for everyone', () => {
    expect(groupOf({ is: 'everyone' }).rows).toHaveLength(0)
    expect(textOf(groupOf(null))).toBeNull()
  })
})
