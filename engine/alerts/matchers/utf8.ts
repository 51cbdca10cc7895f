import type { LabelMatcher } from '../../model/follow.ts'
import { type FoundMatcher, MatcherProblem } from './problem.ts'

const reserved = /[\p{White_Space}{}!=~,\\"'`]/u
const space = /\p{White_Space}/u
const operators = ['!=', '!~', '=~', '='] as const

/** Alertmanager's matcher/parse. @throws MatcherProblem */
export function readUtf8(text: string): readonly FoundMatcher[] {
  let at = 0
  const skip = () => {
    while (at < text.length && space.test(text[at]!)) at++
  }
  const here = () => (at < text.length ? `"${String.fromCodePoint(text.codePointAt(at)!)}"` : 'the end')
  function expect(what: string): never {
    throw new MatcherProblem(`expected ${what}, found ${here()}`, at)
  }
  function word(what: string): string {
    skip()
    const from = at
    if (text[at] === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++
      if (at >= text.length) throw new MatcherProblem('has a quote that does not end', from)
      at++
      return unquote(text.slice(from + 1, at - 1), from + 1)
    }
    while (at < text.length && !reserved.test(text[at]!)) at++
    return at === from ? expect(what) : text.slice(from, at)
  }
  function operator(): LabelMatcher['operator'] {
    skip()
    const found = operators.find((sign) => text.startsWith(sign, at)) ?? expect('=, !=, =~ or !~')
    at += found.length
    return found
  }

  const found: FoundMatcher[] = []
  skip()
  const braced = text[at] === '{'
  if (braced) at++
  skip()
  while (at < text.length && text[at] !== '}') {
    const name = word('the name of a label')
    const sign = operator()
    skip()
    const valueAt = at
    found.push({ name, operator: sign, value: word('a value: the empty one is ""'), valueAt })
    skip()
    if (at >= text.length || text[at] === '}') break
    if (text[at] !== ',') expect('a comma')
    at++
    skip()
  }
  if (braced && text[at] !== '}') throw new MatcherProblem('has a "{" without its "}"', at)
  if (!braced && text[at] === '}') throw new MatcherProblem('has a "}" without its "{"', at)
  if (braced) at++
  skip()
  return at < text.length ? expect('the end') : found
}

const letters: { readonly [letter: string]: string } = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
}
const escapes = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]?))|\n/gu

/** Go's strconv.Unquote, but that \x and octals stand for single bytes there: those of several bytes are refused. */
function unquote(inner: string, from: number): string {
  return inner.replace(escapes, (all, x, u, long, octal, letter, index: number) => {
    if (typeof letter === 'string' && Object.hasOwn(letters, letter)) return letters[letter]!
    const byte = x !== undefined || octal !== undefined
    const code =
      octal === undefined ? Number.parseInt(x ?? u ?? long ?? 'none', 16) : Number.parseInt(octal, 8)
    // Neither a surrogate nor U+0000, which no label can have.
    if (code > 0 && code <= (byte ? 0x7f : 0x10ffff) && (code < 0xd800 || code > 0xdfff))
      return String.fromCodePoint(code)
    throw new MatcherProblem(
      `has ${JSON.stringify(all)} in quotes, which is no escape: a backslash is \\\\`,
      from + index,
    )
  })
}
