import fc from 'fast-check'
import { eventTypes } from '../../../../engine/model/event.ts'
import type { Json } from '../../../../engine/model/ids.ts'
import { memberships } from '../../../../engine/model/list.ts'
import {
  comparisons,
  type Rule,
  spanUnits,
  textFields,
  textMatches,
  timeFields,
} from '../../../../engine/model/segment.ts'
import { now } from '../scene.ts'

// Few words and few keys, so that rules and people meet; strange ones among them.
const words = [
  'de',
  'DE',
  'Straße',
  'STRASSE',
  'é',
  'e\u0301',
  'İstanbul',
  'a"b\\c',
  "it's",
  '%_',
  '',
  ' ',
  '1',
  'true',
  'née',
  'ÉCOLE',
  '😀',
]
export const keys = ['country', 'plan', 'first name', 'constructor', 'toString', 'ünï', 'x-1', '2', 'deep']
export const topicNames = ['security', 'world-news', 'constructor', 'a.b']
export const listNames = ['alpha', 'beta']
export const campaignNames = ['weekly', 'other']
const days = ['2026-12-31', '2027-01-10', '2027-01-15', '2024-02-29']
const dates = [...days, '2027-01-15T08:00Z', '2027-01-14T23:30:00.250-02:00']

const word = fc.constantFrom(...words)
const number = fc.oneof(
  fc.constantFrom(0, 1, 2, 0.5, -1, 1e21, 9007199254740992, 4611686018427388000, 0.1),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
)
const scalar = fc.oneof(word, number, fc.boolean())
const key = fc.constantFrom(...keys)
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  fc.constant(null),
  fc.constantFrom(...dates, '2027-02-30', '2027-1-1', 'soon'),
  fc.array(fc.oneof(word, number, fc.constant(null)), { maxLength: 3 }),
  fc.dictionary(key, scalar, { maxKeys: 2, noNullPrototype: true }),
)

export const people = fc.record({
  name: fc.option(word),
  language: fc.option(fc.constantFrom('de', 'de-AT', 'en', 'pt-BR')),
  timeZone: fc.option(fc.constantFrom('UTC', 'Europe/Berlin')),
  status: fc.constantFrom('active', 'active', 'active', 'paused', 'unconfirmed', 'bounced'),
  domain: fc.constantFrom('example.org', 'mail.example.com'),
  attributes: fc.dictionary(key, value, { minKeys: 1, maxKeys: 6, noNullPrototype: true }),
  topics: fc.dictionary(
    fc.constantFrom(...topicNames),
    fc.oneof(
      fc.constantFrom(0, 0.5, 1),
      fc.double({ min: 0, max: 1, noNaN: true }).map((weight) => weight + 0),
    ),
    { maxKeys: 3, noNullPrototype: true },
  ),
  lists: fc.subarray([0, 1]),
  left: fc.subarray([0, 1]),
  joinedDaysAgo: fc.integer({ min: 0, max: 40 }),
  events: fc.array(
    fc.record({
      type: fc.constantFrom(...eventTypes),
      run: fc.integer({ min: 0, max: 2 }),
      daysAgo: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 4 },
  ),
})

const text = word.filter((one) => one !== '')
const attribute = fc.record({ attribute: fc.array(key, { minLength: 1, maxLength: 2 }) })
const textField = fc.oneof(fc.constantFrom(...textFields), attribute, attribute)
const when = fc.oneof(
  fc.record({ within: fc.integer({ min: 1, max: 60 }), unit: fc.constantFrom(...spanUnits) }),
  fc.constantFrom(...dates).map((before) => ({ before })),
  fc.constantFrom(...dates).map((after) => ({ after })),
  fc.constantFrom(...dates).map((since) => ({ since })),
)

const leaf: fc.Arbitrary<Rule> = fc.oneof(
  fc.constant({ is: 'everyone' } as const),
  fc.record({
    is: fc.constant('compare' as const),
    field: attribute,
    op: fc.constant('=' as const),
    value: scalar,
  }),
  fc.record({
    is: fc.constant('compare' as const),
    field: attribute,
    op: fc.constantFrom(...comparisons),
    value: number,
  }),
  fc.record({
    is: fc.constant('compare' as const),
    field: fc.constantFrom(...textFields),
    op: fc.constant('=' as const),
    value: fc.oneof(word, fc.constantFrom('EXAMPLE.org', 'de-at', 'Active', 'utc')),
  }),
  fc.record({
    is: fc.constant('in' as const),
    field: attribute,
    // Many, too: a database may compare those in another way.
    values: fc.array(scalar, { minLength: 1, maxLength: 12 }),
  }),
  fc.record({
    is: fc.constant('in' as const),
    field: fc.constantFrom(...textFields),
    values: fc.array(fc.oneof(word, fc.constantFrom('paused', 'en')), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    is: fc.constant('match' as const),
    field: textField,
    how: fc.constantFrom(...textMatches),
    text: fc.oneof(text, fc.constantFrom('example', 'd', 's')),
  }),
  fc.record({ is: fc.constant('missing' as const), field: textField }),
  fc.record({
    is: fc.constant('time' as const),
    field: fc.oneof(fc.constantFrom(...timeFields), attribute),
    when,
  }),
  fc.record({
    is: fc.constant('topic' as const),
    topic: fc.constantFrom(...topicNames),
    op: fc.constantFrom(...comparisons),
    weight: fc.constantFrom(0, 0.1, 0.5, 1),
  }),
  fc.record({
    is: fc.constant('member' as const),
    list: fc.constantFrom(...listNames),
    membership: fc.constantFrom(...memberships),
  }),
  fc.record({
    is: fc.constant('event' as const),
    event: fc.constantFrom(...eventTypes),
    campaign: fc.option(fc.constantFrom(...campaignNames)),
    when: fc.option(when),
  }),
)

/** Any rule over these people. */
export const rules: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule; chain: Rule; negated: Rule }>((tie) => ({
  rule: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('chain'), tie('negated')),
  chain: fc.record({
    is: fc.constantFrom('and' as const, 'or' as const),
    rules: fc.array(tie('rule'), { minLength: 2, maxLength: 3 }),
  }),
  negated: fc.record({ is: fc.constant('not' as const), rule: tie('rule') }),
})).rule

export const dayBefore = (count: number): number => now - count * 86_400_000
export type Somebody = typeof people extends fc.Arbitrary<infer T> ? T : never
