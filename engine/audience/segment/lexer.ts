import { segmentLimits } from '../../model/segment.ts'

/** `word`: and, topic, within ... `literal`: what begins with a digit or a sign, a number or a date. `ref`: the
 *  rest of `list:vip` after the word. `path`: the steps of `attr.a."b c"` after the word. */
export type Token = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'ref'; readonly text: string }
  | { readonly kind: 'step'; readonly text: string }
  | { readonly kind: 'end'; readonly text: '' }
)

/** What cannot be a rule, and where. */
export class LexError extends Error {
  readonly from: number
  readonly to: number
  constructor(message: string, from: number, to: number) {
    super(message)
    this.from = from
    this.to = to
  }
}

// Sticky, one class of characters each: a step never looks back, so the whole is linear.
const space = /[\s\uFEFF]+/uy
const wordRun = /[\p{L}\p{M}\p{N}_-]+/uy
const literalRun = /[\p{L}\p{N}_:+.-]+/uy
const refRun = /[\p{L}\p{N}_.-]+/uy
const startsWord = /[\p{L}_]/u
const signs = ['<=', '>=', '!=', '<>', '==', '=', '<', '>', '(', ')', ',', '&&', '||', '!'] as const
const spellings: { readonly [sign: string]: string } = { '<>': '!=', '==': '=' }
const unprintable = /[\u0000-\u001F\u007F\uFFFD]/

/** Why a text cannot be compared with, or null. */
export function textTrouble(text: string): string | null {
  if (text.length > segmentLimits.text)
    return `is longer than ${segmentLimits.text} characters: use a shorter one`
  if (!text.isWellFormed() || unprintable.test(text))
    return 'has a character that cannot be printed: leave it out'
  return null
}

/** Why this is no step of an attribute's path, or null. A quote cannot be said in SQLite's JSON paths. */
export const stepTrouble = (step: string): string | null =>
  step === '' ? 'is empty' : /["\\]/.test(step) ? 'has a quote or a backslash: rename the attribute' : null

/** All tokens of a text, the last of kind `end`. Throws LexError. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const run = (pattern: RegExp): string => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? ''
  }
  const add = (kind: 'word' | 'literal' | 'sign' | 'ref' | 'step' | 'string', value: string, to: number) => {
    tokens.push({ kind, text: value, from: at, to })
    at = to
  }

  /** From its opening quote. */
  const quoted = (kind: 'string' | 'step') => {
    const quote = text[at]!
    let value = ''
    let end = at + 1
    for (; ; end += 1) {
      const char = text[end]
      if (char === undefined || char === '\n')
        throw new LexError(`This text has no end: close it with ${quote}.`, at, end)
      if (char === quote) break
      if (char !== '\\') value += char
      else {
        const next = text[end + 1]
        if (next !== '"' && next !== "'" && next !== '\\')
          throw new LexError(
            'A backslash may stand before a quote or a backslash only: write \\\\ for one.',
            end,
            end + 2,
          )
        value += next
        end += 1
      }
    }
    const trouble = textTrouble(value)
    if (trouble !== null) throw new LexError(`This text ${trouble}.`, at, end + 1)
    if (kind === 'step' && stepTrouble(value) !== null)
      throw new LexError(`This name ${stepTrouble(value)}.`, at, end + 1)
    add(kind, value, end + 1)
  }

  const path = () => {
    while (text[at] === '.') {
      at += 1
      if (text[at] === '"' || text[at] === "'") quoted('step')
      else {
        const step = run(wordRun)
        if (step === '')
          throw new LexError(
            'An attribute’s name is missing: write attr.country, or attr."first name".',
            at - 1,
            at,
          )
        add('step', step, at + step.length)
      }
    }
  }

  for (;;) {
    // Most tokens follow each other: a regular expression that finds nothing costs as much as one that does.
    if (!(text.charCodeAt(at) > 32 && text.charCodeAt(at) < 128)) at += run(space).length
    const char = text[at]
    if (char === undefined) break
    const code = text.codePointAt(at)!
    if (char === '"' || char === "'") quoted('string')
    else if (startsWord.test(String.fromCodePoint(code))) {
      const word = run(wordRun)
      add('word', word, at + word.length)
      if (text[at] === ':') {
        at += 1
        const ref = run(refRun)
        if (ref === '')
          throw new LexError(`A name must follow "${word}:" at once, as in ${word}:news.`, at - 1, at)
        add('ref', ref, at + ref.length)
      } else if (text[at] === '.') path()
    } else if (isDigit(char) || ((char === '-' || char === '+') && isDigit(text[at + 1]))) {
      const literal = run(literalRun)
      add('literal', literal, at + literal.length)
    } else {
      const sign = signs.find((one) => text.startsWith(one, at))
      if (sign === undefined)
        throw new LexError(
          `"${String.fromCodePoint(code)}" means nothing here: put texts in quotes, as in name contains "${String.fromCodePoint(code)}".`,
          at,
          at + String.fromCodePoint(code).length,
        )
      add('sign', spellings[sign] ?? sign, at + sign.length)
    }
  }
  tokens.push({ kind: 'end', text: '', from: at, to: at })
  return tokens
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9'
