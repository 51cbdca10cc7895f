import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertInputSchema, readPlainInput } from '../../../engine/model/alert-input.ts'

const word = fc.oneof(
  fc.constantFrom('disk-full', 'Disk Full', 'Ägypten'),
  fc.string({ minLength: 1, maxLength: 20 }),
)
const names = fc.dictionary(word, fc.string({ maxLength: 20 }), { maxKeys: 4, noNullPrototype: true })
const moment = fc.integer({ min: 0, max: 2 ** 41 })
const usual = fc.record(
  {
    key: word,
    title: word,
    text: fc.string(),
    topic: fc.constantFrom('storage', 'a.b-c_1', null),
    status: fc.constantFrom('firing', 'resolved'),
    severity: fc.constantFrom('info', 'warning', 'error', 'critical'),
    labels: names,
    annotations: names,
    startsAt: moment,
    endsAt: moment,
  },
  { requiredKeys: ['title'] },
)
const odd = fc.oneof(
  fc.constantFrom(null, true, 7, [], {}, ['a'], 'text', { a: 1 }, { '': 'a' }, { a: '\0' }, { a: '\ud800' }),
  fc.constantFrom('', ' ', ' padded ', '\0', '\ud800', '__proto__', 'Storage', `a${'b'.repeat(64)}`),
  fc.constantFrom('x'.repeat(200), 'x'.repeat(201), 'x'.repeat(301), 'x'.repeat(20_001)),
  fc.constantFrom(-1, 0, 0.5, 999, 1000, 8.64e15, 8.64e15 + 2, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY),
)
const field = fc.constantFrom(
  ...'key title text topic status severity labels annotations links startsAt endsAt ttlMs more'.split(' '),
)
const input = fc
  .tuple(usual, fc.dictionary(field, odd, { maxKeys: 2, noNullPrototype: true }))
  .map(([plain, others]) => ({ ...plain, ...others }))

test('what is read at once is what the schema makes of it; what the schema refuses never is', () => {
  let read = 0
  fc.assert(
    fc.property(fc.oneof({ weight: 20, arbitrary: input as fc.Arbitrary<unknown> }, odd), (value) => {
      const plain = readPlainInput(value)
      if (plain === null) return
      read++
      expect(alertInputSchema.safeParse(value)).toStrictEqual({ success: true, data: plain })
    }),
    { numRuns: 20_000, seed: 5 },
  )
  expect(read).toBeGreaterThan(1000)
})

test('what sources usually send is read at once', () => {
  const whole = {
    key: 'disk/db-1',
    status: 'resolved',
    topic: 'storage',
    severity: 'critical',
    title: 'Disk full',
    text: 'No space is left.\nÄgypten 🙂',
    labels: { alertname: 'DiskFull', host: 'db-1' },
    annotations: { runbook: 'https://example.org/runbook' },
    startsAt: 1_795_000_000_000,
    ttlMs: 3_600_000,
  }
  for (const value of [whole, { title: 'Disk full' }, { key: 'disk' }]) {
    expect(readPlainInput(value)).not.toBeNull()
    expect(readPlainInput(value)).toStrictEqual(alertInputSchema.parse(value))
  }
})

test.each([
  [
    'a name too many',
    { title: 'a', labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, ''])) },
  ],
  ['an end and a time to live', { title: 'a', endsAt: 1, ttlMs: 1000 }],
  ['neither title nor key', { text: 'a' }],
  ['a list', [{ title: 'a' }]],
])('%s is left to the schema', (_name, value) => {
  expect(readPlainInput(value)).toBeNull()
  expect(alertInputSchema.safeParse(value).success).toBe(false)
})
