import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encode, encodePart } from '../../../engine/template/quoted-printable.ts'
import { makePart, roots } from './support/peer.ts'
import { brokenRules, canonical, decodeQuotedPrintable } from './support/quoted-printable.ts'

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '=',
    '==',
    '.',
    '\n.',
    '\r\n..',
    ' ',
    '  \n',
    '\t\r\n',
    '\r',
    'é',
    '🎉',
    '\ud83c',
    '\udf89',
    '\0',
  ),
  fc.nat({ max: 160 }).map((length) => 'a'.repeat(length)),
  fc.nat({ max: 40 }).map((length) => 'ü'.repeat(length)),
)
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

test('any text decodes to itself and keeps the rules of its lines', () => {
  fc.assert(
    fc.property(text, (source) => {
      const encoded = encodePart(source)
      expect(decodeQuotedPrintable(encoded)).toBe(canonical(source))
      expect(brokenRules(encoded)).toEqual([])
    }),
    { numRuns: 2000 },
  )
})

test('what it says of its lines is so', () => {
  fc.assert(
    fc.property(text, (source) => {
      const { text: encoded, first, column, single } = encode(source)
      const lines = encoded.split('\r\n')
      expect(single).toBe(lines.length === 1)
      expect(column).toBe(lines.at(-1)!.length)
      expect(first).toBe(lines[0]!.replace(/=$/, '').length)
    }),
    { numRuns: 1000 },
  )
})

test('values meet pieces of the template at any column', () => {
  // Halves of a character, or of a line end, in two values are not put together.
  const value = text.map(canonical)
  const literal = value.map((source) => source.replaceAll(/[{}%]/g, ''))
  fc.assert(
    fc.property(fc.array(fc.tuple(literal, value), { minLength: 1, maxLength: 6 }), (pairs) => {
      const source = pairs.map(
        ([before], index) => `${before}{{ campaign.data.v${index} }}{{ subscriber.attributes.v${index} }}`,
      )
      const values = Object.fromEntries(pairs.map(([, value], index) => [`v${index}`, value]))
      const data = {
        ...roots,
        campaign: { ...roots.campaign, data: values },
        subscriber: { ...roots.subscriber, attributes: values },
      }
      for (const dialect of ['html', 'text'] as const) {
        const quoted = makePart(source.join(''), {}, dialect, 'quoted-printable').renderLetter(data)
        const plain = makePart(source.join(''), {}, dialect).renderLetter(data)
        expect(decodeQuotedPrintable(quoted)).toBe(canonical(plain))
        expect(brokenRules(quoted)).toEqual([])
      }
    }),
    { numRuns: 400 },
  )
})

test('ordinary text stays readable', () => {
  expect(encodePart('<p style="color:red">Grüße</p>\n.\nend ')).toBe(
    '<p style=3D"color:red">Gr=C3=BC=C3=9Fe</p>\r\n=2E\r\nend=20',
  )
})
