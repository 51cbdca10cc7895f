import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  append,
  encodedWords,
  phrase,
  singleLine,
  unstructured,
} from '../../../engine/compose/header-text.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 300 })
const unfold = (value: string): string => value.replace(/\r\n([ \t])/g, '$1')

/** RFC 2047, from its own words: decode each word by itself, drop the blanks between two. */
function decode(value: string): string {
  return unfold(value)
    .replace(/(\?=)\s+(?==\?)/g, '$1')
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/g, (_, encoding: string, text: string) => {
      const bytes =
        encoding === 'B'
          ? Buffer.from(text, 'base64')
          : Buffer.from(
              text
                .replaceAll('_', ' ')
                .replace(/=([0-9A-F]{2})/g, (__, hex: string) =>
                  String.fromCharCode(Number.parseInt(hex, 16)),
                ),
              'latin1',
            )
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    })
}

describe('a line made of any text', () => {
  it('has no control character, no blank at either end and none twice', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = singleLine(text, 1000)
        expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]|^ | $| {2}/)
        expect(line.isWellFormed()).toBe(true)
        expect(singleLine(line, 1000)).toBe(line)
      }),
    )
  })

  it('keeps what needs no change', () => {
    expect(singleLine('Zoë, "Zee" 🎉 \u00a0 naïve', 100)).toBe('Zoë, "Zee" 🎉 \u00a0 naïve')
    expect(singleLine(' one\r\n\ttwo\0three ', 100)).toBe('one two three')
  })

  it('is cut at a character, and shows it', () => {
    expect(singleLine('🎉🎉🎉🎉', 5)).toBe('🎉🎉…')
    expect(singleLine('🎉🎉🎉🎉', 6)).toBe('🎉🎉…')
    expect(singleLine('a'.repeat(5000), 10)).toBe('aaaaaaaaa…')
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, max) => {
        const line = singleLine(text, max)
        expect(line.length).toBeLessThanOrEqual(max)
        expect(line.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('encoded words', () => {
  it('decode to the text, each by itself, in words of 75 and lines of 76 characters', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 4, max: 20 }), (text, column) => {
        const line = singleLine(text, 1000)
        const value = encodedWords(line, column)
        for (const [index, part] of value.split('\r\n').entries()) {
          expect((index === 0 ? column : 0) + part.length).toBeLessThanOrEqual(76)
          if (part !== '') expect(part.trim()).toMatch(/^=\?utf-8\?[QB]\?[\x21-\x3e\x40-\x7e]*\?=$/)
          expect(part.trim().length).toBeLessThanOrEqual(75)
        }
        expect(decode(value)).toBe(line)
      }),
      { numRuns: 500 },
    )
  })

  it('take Q for few and B for many foreign characters', () => {
    expect(encodedWords('Zoë', 4)).toBe('=?utf-8?Q?Zo=C3=AB?=')
    expect(encodedWords('Zoë from Amsterdam', 4)).toBe('=?utf-8?Q?Zo=C3=AB_from_Amsterdam?=')
    expect(encodedWords('你好世界', 4)).toBe('=?utf-8?B?5L2g5aW95LiW55WM?=')
  })
})

describe('an unstructured field', () => {
  it('stays as it is where it can, and is folded at blanks', () => {
    expect(unstructured('Ten stories', 9)).toBe('Ten stories')
    const value = unstructured('word '.repeat(40).trim(), 9)
    expect(value.split('\r\n').length).toBeGreaterThan(2)
    expect(unfold(value)).toBe('word '.repeat(40).trim())
  })

  it('means the same to a reader, in lines of 76, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.lorem({ maxCount: 60 })), (text) => {
        const line = singleLine(text, 1000)
        const value = unstructured(line, 9)
        expect(value).toMatch(/^[\x20-\x7e\r\n]*$/)
        for (const [index, part] of value.split('\r\n').entries()) {
          expect(part.length + (index === 0 ? 9 : 0)).toBeLessThanOrEqual(76)
        }
        expect(decode(value)).toBe(line)
      }),
    )
  })

  it('hides text that looks like an encoded word', () => {
    const value = unstructured('=?utf-8?Q?hi?=', 9)
    expect(value).not.toBe('=?utf-8?Q?hi?=')
    expect(decode(value)).toBe('=?utf-8?Q?hi?=')
  })
})

describe('a display name', () => {
  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['Lovelace, Ada', '"Lovelace, Ada"'],
    ['Ada "the first" L.', '"Ada \\"the first\\" L."'],
    ['back\\slash', '"back\\\\slash"'],
    ['a@b.example', '"a@b.example"'],
    ['Zoë', '=?utf-8?Q?Zo=C3=AB?='],
    ['', ''],
  ])('%s is written %s', (name, written) => {
    expect(phrase(name, 4)).toBe(written)
  })

  it('goes before its address on the line that has room', () => {
    expect(append('Ada', '<ada@example.net>', 4)).toBe('Ada <ada@example.net>')
    expect(append('A'.repeat(60), '<ada@example.net>', 4)).toBe(`${'A'.repeat(60)}\r\n <ada@example.net>`)
    expect(append('', 'ada@example.net', 4)).toBe('ada@example.net')
  })
})
