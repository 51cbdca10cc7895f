import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileMatcher, matchesOne, printMatchers } from '../../../engine/alerts/matchers/matcher.ts'
import { compilePattern, patternLimits } from '../../../engine/alerts/matchers/pattern.ts'
import {
  parseClassicMatchers,
  parseMatchers,
  parseUtf8Matchers,
  type ReadMatchers,
} from '../../../engine/alerts/matchers/text.ts'

const shown = (read: ReadMatchers) => ('ok' in read ? printMatchers(read.ok) : `${read.at}: ${read.error}`)

describe('matchers', () => {
  // Each was read by Alertmanager 0.28's own parsers; the first ones are of its documentation.
  test.each([
    ['{foo = "bar", dings != "bums", }', '{foo="bar",dings!="bums"}'],
    ['foo=bar,dings!=bums', '{foo="bar",dings!="bums"}'],
    ['foo=bar, dings!=bums', '{foo="bar",dings!="bums"}'],
    [
      '{quote="She said: \\"Hi, ladies! That\'s gender-neutral…\\""}',
      '{quote="She said: \\"Hi, ladies! That\'s gender-neutral…\\""}',
    ],
    ['statuscode=~"5.."', '{statuscode=~"5.."}'],
    ['foo=', '{foo=""}'],
    ['foo="\\xf0\\x9f\\x99\\x82"', '{foo="\\\\xf0\\\\x9f\\\\x99\\\\x82"}'],
    ['foo="a\\tb"', '{foo="a\\\\tb"}'],
    ['', '{}'],
    ['{}', '{}'],
    ['foo=[a-z]+', '{foo="[a-z]+"}'],
    ['foo=a b', '{foo="a b"}'],
    ['foo=~\\d+', '{foo=~"\\\\d+"}'],
    ['foo=~"\\d+"', '{foo=~"\\\\d+"}'],
    ['foo=~"\\\\d+"', '{foo=~"\\\\d+"}'],
    ['{foo=bar', '{foo="bar"}'],
    ['"a b"=c', '{"a b"="c"}'],
    ['🙂=ü', '{🙂="ü"}'],
    ['foo=bar}', '{foo="bar"}'],
    ['foo="a,b",baz!~c', '{foo="a,b",baz!~"c"}'],
  ])('%s is read as %s', (text, expected) => {
    expect(shown(parseMatchers(text))).toBe(expected)
  })

  test.each([
    ['foo', '3: expected =, !=, =~ or !~, found the end'],
    ['ü x=a', '2: expected =, !=, =~ or !~, found "x"'],
    ['"a b=c', '0: has a quote that does not end'],
    ['"a b"=c d', '8: expected a comma, found "d"'],
    ['"a b"="\\q"', '7: has "\\\\q" in quotes, which is no escape: a backslash is \\\\'],
    ['foo="a\\,",b=c', '6: has "\\\\," in quotes, which is no escape: a backslash is \\\\'],
    ['"a b"=,', '6: expected a value: the empty one is "", found ","'],
  ])('%s is refused', (text, expected) => {
    expect(shown(parseMatchers(text))).toBe(expected)
  })

  test('the two syntaxes differ where they should', () => {
    expect(shown(parseUtf8Matchers('foo='))).toMatch(/^4: expected a value/)
    expect(shown(parseClassicMatchers('"foo"=bar'))).toMatch(/^0: expected the name of a label/)
    expect(shown(parseUtf8Matchers('{foo=bar'))).toBe('8: has a "{" without its "}"')
  })

  test('what is printed is read back', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
    const matcher = fc.record({
      name: text.filter((name) => name !== ''),
      operator: fc.constantFrom('=' as const, '!=' as const),
      value: text,
    })
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 4 }), (matchers) => {
        expect(shown(parseMatchers(printMatchers(matchers)))).toBe(printMatchers(matchers))
      }),
      { numRuns: 500 },
    )
  })

  test('a label that is not there is the empty text, also one that objects have', () => {
    const fits = (operator: '=' | '!=' | '=~' | '!~', value: string, name = 'a') => {
      const compiled = compileMatcher({ name, operator, value })
      return 'ok' in compiled && matchesOne(compiled.ok, { b: '1' })
    }
    expect(fits('=', '')).toBe(true)
    expect(fits('!=', '1')).toBe(true)
    expect(fits('=~', '.*')).toBe(true)
    expect(fits('=~', '.+')).toBe(false)
    expect(fits('!~', '.+')).toBe(true)
    expect(fits('=', '', 'constructor')).toBe(true)
  })
})

describe('patterns', () => {
  const matches = (pattern: string, text: string) => {
    const compiled = compilePattern(pattern)
    return 'ok' in compiled ? compiled.ok.matches(text) : compiled.error
  }

  // Each was asked of Go's regexp, anchored as Alertmanager does.
  test.each([
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
    ['ab', 'xab', false],
    ['.*', 'a\nb', false],
    ['(?s).*', 'a\nb', true],
    ['.+', '', false],
    ['(?i)straSSe', 'STRASSE', true],
    ['(?i)k', '\u212a', true],
    ['\\bfoo\\b.*', 'foo bar', true],
    ['\\d{3}', '٣٣٣', false],
    ['\\pL+', 'größe', true],
    ['a{2,3}', 'aaaa', false],
    ['^a$', 'a', true],
    ['a$|^b', 'ab', false],
    ['.', '😀', true],
    ['[^a]', '😀', true],
    ['host-(1|2)\\.example', 'host-2.example', true],
  ])('%s on %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected)
  })

  test.each(['(', 'a**b', '[b-a]', '(?=a)', '\\1', 'a)|(b', 'a{2,1}', '\\q'])('%s is refused', (pattern) => {
    expect(matches(pattern, '')).toMatch(/^is not a regular expression of RE2's syntax: /)
  })

  test('lists of texts and open ends are read as the engine reads them', () => {
    const piece = fc.tuple(
      fc.constantFrom('', '.*', '.+'),
      fc.constantFrom('', 'a', 'ab', '😀', 'a-b', '\n'),
      fc.constantFrom('', '.*', '.+'),
    )
    const pattern = fc
      .array(piece, { minLength: 1, maxLength: 3 })
      .map((pieces) => pieces.map((parts) => parts.join('')).join('|'))
    const text = fc
      .array(fc.constantFrom('a', 'b', '-', '😀', '\n'), { maxLength: 5 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        expect(matches(pattern, text)).toBe(matches(`(?:${pattern})`, text))
      }),
      { numRuns: 5000 },
    )
  })

  test('a long list of texts is fine, a large program is not', () => {
    const hosts = Array.from({ length: 70 }, (_, i) => `host${i}:9100`).join('|')
    expect(hosts.length).toBeLessThan(patternLimits.length)
    expect(matches(hosts, 'host69:9100')).toBe(true)
    expect(matches('(a?){400}', '')).toMatch(/^repeats too much/)
    expect(matches('((a{100}){100}){100}', '')).toMatch(/^repeats too much|invalid repeat/)
    expect(matches('a'.repeat(1001), '')).toMatch(/^is longer than 1000 characters/)
  })
})
