import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainRows } from '../../../engine/audience/import/plain-row.ts'
import { importRowSchema } from '../../../engine/audience/import/row-schema.ts'

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    7,
    -1,
    1.5,
    true,
    [],
    {},
    'x'.repeat(300),
    '__proto__',
    '\u0130',
    'ſ',
    'a\0b',
    'half \ud83d',
    'whole 😀',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const address = fc.oneof(
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...Array.from('abZ09._+-\'ü ß"@İK')), maxLength: 8 }),
      fc.string({ unit: fc.constantFrom(...Array.from('abX09.-xnü_。')), maxLength: 12 }),
      fc.constantFrom('org', 'de', 'x', '0x1', 'ORG', 'xn--p1ai', 'o-g', '1'),
    )
    .map(([local, host, end]) => `${local}@${host}.${end}`),
  fc.constantFrom(
    'a@b.org',
    ' A@B.ORG ',
    `${'l'.repeat(64)}@b.org`,
    `${'l'.repeat(65)}@b.org`,
    `a@${'d.'.repeat(120)}org`,
  ),
  odd,
)
const key = fc.oneof(
  fc.constantFrom('plan', 'a b', 'constructor', '__proto__', '', 'k'.repeat(65), 'Ünï', 'a\0'),
  fc.string({ maxLength: 6 }),
)
/** Mostly usual, or nearly every row would be odd somewhere. */
const mostly = <T>(usual: readonly T[], rare: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: fc.constantFrom<unknown>(...usual) }, { weight: 1, arbitrary: rare })
const row = fc
  .record(
    {
      address: mostly(['a@b.org', 'Ada.L+x@mail.example.de'], address),
      name: mostly(
        ['Ada', ''],
        fc.oneof(
          fc.constantFrom('Ada', ' Ada ', 'n'.repeat(200), `${'n'.repeat(200)} `, 'n'.repeat(201)),
          odd,
        ),
      ),
      language: mostly(['de', 'pt-BR', 'DE-at'], fc.oneof(fc.constantFrom('nope!', 'x'), odd)),
      timeZone: mostly(['Europe/Berlin', 'UTC'], fc.oneof(fc.constant('Mars/One'), odd)),
      status: mostly(['active', 'paused'], fc.oneof(fc.constantFrom('nope', 'toString'), odd)),
      attributes: mostly(
        [{ plan: 'gold', 'Shoe size': '38' }, {}],
        fc.oneof(
          fc
            .array(fc.tuple(key, fc.oneof(fc.string(), odd)), { maxLength: 4 })
            .map((pairs) => Object.fromEntries(pairs)),
          fc.constant(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, '']))),
          fc.constant({ long: '\u0001'.repeat(2400) }),
          fc.constant({ long: '\u0001'.repeat(3000) }),
          odd,
        ),
      ),
      topics: mostly(
        [{ news: 0.5, 'a.b': 1 }, {}],
        fc.oneof(
          fc.dictionary(
            fc.constantFrom('news', 'a.b', 'Bad', ''),
            fc.oneof(fc.constantFrom(0, 0.5, 1, 1.1, -0, NaN), odd),
          ),
          odd,
        ),
      ),
      createdAt: mostly([0, 1_700_000_000_000, 8.64e15], fc.oneof(fc.constantFrom(8.65e15, 0.5), odd)),
      extra: fc.oneof({ weight: 12, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant(7) }),
    },
    { requiredKeys: ['address'] },
  )
  .map((made) => {
    // Most rows have nothing extra.
    if (typeof made.extra === 'string') delete made.extra
    return made
  })

test('the fast way says what the schema says, or nothing', () => {
  const plain = plainRows()
  let answered = 0
  fc.assert(
    fc.property(row, (value) => {
      const fast = plain(structuredClone(value))
      if (fast === null) return
      answered++
      expect({ success: true, data: fast }).toEqual(importRowSchema.safeParse(value))
    }),
    { numRuns: 10_000 },
  )
  expect(answered).toBeGreaterThan(2000)
})

test('the rows that most files have go the fast way', () => {
  const plain = plainRows()
  expect(
    plain({
      address: 'Ada.Lovelace+news@mail.example.org',
      name: 'Ada Lovelace',
      language: 'de-AT',
      timeZone: 'Europe/Vienna',
      status: 'active',
      attributes: { plan: 'gold', city: 'Wien' },
      topics: { security: 0.8 },
    }),
  ).not.toBeNull()
})
