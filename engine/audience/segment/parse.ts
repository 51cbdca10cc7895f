import { type EventType, eventTypes } from '../../model/event.ts'
import { type Membership, memberships } from '../../model/list.ts'
import {
  type Attribute,
  type Comparison,
  comparisons,
  isoTime,
  type Rule,
  type Scalar,
  type SpanUnit,
  segmentLimits,
  spanUnits,
  type TextField,
  type TimeField,
  textFields,
  timeFields,
  type When,
} from '../../model/segment.ts'
import { slugSchema } from '../../model/values.ts'
import { nearest } from '../../template/nearest.ts'
import { LexError, type Token, tokensOf } from './lexer.ts'
import { type Place, placeOf, type SegmentProblem } from './problem.ts'

export type ParseResult =
  | {
      readonly ok: Rule
      /** Where the name of a list or a campaign stands, by the node that has it. */
      readonly places: ReadonlyMap<Rule, Place>
    }
  | { readonly problem: SegmentProblem }

/** Words that ask what happened; `sent` and `received` are one. */
const eventWords: { readonly [word: string]: EventType } = {
  ...Object.fromEntries(eventTypes.map((type) => [type, type])),
  received: 'sent',
}
const prefixes = ['topic', 'list', 'attr', 'campaign']
const starters = [...textFields, ...timeFields, ...prefixes, ...Object.keys(eventWords), 'not', 'everyone']
const maxSpan: { readonly [unit in SpanUnit]: number } = { hours: 876_000, days: 36_500, weeks: 5_200 }

class ParseError extends Error {
  readonly at: { readonly from: number; readonly to: number }
  constructor(message: string, at: { readonly from: number; readonly to: number }) {
    super(message)
    this.at = at
  }
}

/** Read a rule. Says of a text that is none what is wrong first, where, and what to do. */
export function parseRule(text: string): ParseResult {
  try {
    if (text.length > segmentLimits.characters)
      throw new ParseError(
        `A rule has at most ${segmentLimits.characters.toLocaleString('en')} characters; this has ${text.length.toLocaleString('en')}. Split it into several segments.`,
        { from: 0, to: 1 },
      )
    return readTokens(text, tokensOf(text))
  } catch (error) {
    if (error instanceof ParseError)
      return { problem: { ...placeOf(text, error.at.from, error.at.to), message: error.message } }
    if (error instanceof LexError)
      return { problem: { ...placeOf(text, error.from, error.to), message: error.message } }
    throw error
  }
}

function readTokens(text: string, tokens: readonly Token[]): ParseResult {
  const places = new Map<Rule, Place>()
  let next = 0
  let nodes = 0
  const peek = (): Token => tokens[next]!
  const take = (): Token => tokens[Math.min(next++, tokens.length - 1)]!
  const isWord = (word: string, token = peek()) => token.kind === 'word' && token.text.toLowerCase() === word
  const isSign = (sign: string, token = peek()) => token.kind === 'sign' && token.text === sign
  const takeIf = (yes: boolean): boolean => {
    if (yes) next += 1
    return yes
  }
  function fail(message: string, token: { from: number; to: number } = peek()): never {
    throw new ParseError(message, token)
  }
  const shown = (token: Token): string =>
    token.kind === 'end' ? 'the end' : `"${text.slice(token.from, token.to).slice(0, 40)}"`
  const node = <T extends Rule>(rule: T, token: Token): T => {
    nodes += 1
    if (nodes > segmentLimits.nodes)
      fail(`A rule has at most ${segmentLimits.nodes} conditions. Split it into several segments.`, token)
    return rule
  }
  const meant = (word: string, known: readonly string[]): string => {
    const near = nearest(word, known)
    return near === null ? '' : ` Did you mean "${near}"?`
  }

  function chain(is: 'and' | 'or', sign: string, part: (depth: number) => Rule, depth: number): Rule {
    const first = peek()
    const rules = [part(depth)]
    while (takeIf(isWord(is) || isSign(sign))) rules.push(part(depth))
    return rules.length === 1 ? rules[0]! : node({ is, rules }, first)
  }
  const either = (depth: number): Rule => chain('or', '||', both, depth)
  const both = (depth: number): Rule => chain('and', '&&', unary, depth)

  function unary(depth: number): Rule {
    const token = peek()
    if (depth > segmentLimits.depth)
      fail(`Brackets and "not" nest at most ${segmentLimits.depth} deep. Say it with fewer.`)
    if (takeIf(isWord('not') || isSign('!'))) return node({ is: 'not', rule: unary(depth + 1) }, token)
    if (takeIf(isSign('('))) {
      const inner = either(depth + 1)
      if (!takeIf(isSign(')')))
        fail(`The bracket is not closed: "and", "or" or ")" must stand here, not ${shown(peek())}.`)
      return inner
    }
    return condition()
  }

  function condition(): Rule {
    const token = take()
    if (token.kind !== 'word')
      return fail(
        token.kind === 'end'
          ? 'A condition is missing here, such as topic:security >= 0.5 or list:news.'
          : `A condition must begin here, with a field such as attr.country, topic:security or list:news, not ${shown(token)}.`,
        token,
      )
    const word = token.text.toLowerCase()
    switch (word) {
      case 'everyone':
        return node({ is: 'everyone' }, token)
      case 'attr':
        return attribute(token)
      case 'topic':
        return topic(token)
      case 'list':
        return member(token)
    }
    const event = Object.hasOwn(eventWords, word) ? eventWords[word] : undefined
    if (event !== undefined) return happened(token, event)
    const text = textFields.find((field) => field === word)
    if (text !== undefined) return textual(token, text)
    const time = timeFields.find((field) => field === word)
    if (time !== undefined) return timed(token, time)
    return fail(
      `There is no field "${token.text.slice(0, 40)}".${meant(token.text, starters) || ` There are: ${starters.slice(0, -2).join(', ')}.`}`,
      token,
    )
  }

  /** The name behind `list:`, `topic:` or `campaign:`. */
  function reference(token: Token): { name: string; at: Token } {
    const at = peek()
    if (at.kind !== 'ref')
      fail(`A name must follow "${token.text}", as in ${token.text.toLowerCase()}:news.`, token)
    next += 1
    if (!slugSchema.safeParse(at.text).success)
      fail(`"${at.text.slice(0, 70)}" is no name: names are lower-case letters, digits, "-", "_" or ".".`, at)
    return { name: at.text, at }
  }

  function member(token: Token): Rule {
    const { name, at } = reference(token)
    let membership: Membership = 'active'
    let negated = false
    if (takeIf(isWord('is'))) {
      negated = takeIf(isWord('not'))
      const word = take()
      const found = memberships.find((one) => isWord(one, word))
      if (found === undefined)
        return fail(
          `A membership is ${memberships.join(', ')}, not ${shown(word)}.${meant(word.text, memberships)}`,
          word,
        )
      membership = found
    }
    const rule = node({ is: 'member', list: name, membership } as const, token)
    places.set(rule, placeOf(text, at.from, at.to))
    return negated ? node({ is: 'not', rule }, token) : rule
  }

  function topic(token: Token): Rule {
    const { name } = reference(token)
    const sign = peek()
    if (!(sign.kind === 'sign' && (sign.text === '!=' || comparisons.some((op) => op === sign.text))))
      return node({ is: 'topic', topic: name, op: '>', weight: 0 }, token)
    next += 1
    const weight = scalar()
    if (typeof weight !== 'number')
      return fail(`A topic’s weight is a number from 0 to 1, as in topic:${name} >= 0.5.`, tokens[next - 1])
    if (sign.text === '!=')
      return node({ is: 'not', rule: node({ is: 'topic', topic: name, op: '=', weight }, token) }, token)
    return node({ is: 'topic', topic: name, op: sign.text as Comparison, weight }, token)
  }

  function happened(token: Token, event: EventType): Rule {
    let campaign: string | null = null
    let at: Token | null = null
    if (isWord('campaign')) {
      const found = reference(take())
      campaign = found.name
      at = found.at
    }
    const when = isWhen() ? readWhen() : null
    const rule = node({ is: 'event', event, campaign, when } as const, token)
    if (at !== null) places.set(rule, placeOf(text, at.from, at.to))
    return rule
  }

  function attribute(token: Token): Rule {
    const path: string[] = []
    while (peek().kind === 'step') path.push(take().text)
    if (path.length === 0) fail('An attribute needs its name: write attr.country.', token)
    if (path.length > segmentLimits.path) fail(`An attribute has at most ${segmentLimits.path} steps.`, token)
    return compared(token, { attribute: path })
  }

  function textual(token: Token, field: TextField): Rule {
    return compared(token, field)
  }

  function timed(token: Token, field: TimeField): Rule {
    const negated = takeIf(isWord('not'))
    if (!isWhen())
      return fail(`After "${field}" comes a time: ${field} within 30 days, or before, after or since a date.`)
    const rule = node({ is: 'time', field, when: readWhen() } as const, token)
    return negated ? node({ is: 'not', rule }, token) : rule
  }

  function compared(token: Token, field: TextField | Attribute): Rule {
    const label = typeof field === 'string' ? field : text.slice(token.from, tokens[next - 1]!.to)
    const sign = peek()
    if (sign.kind === 'sign') {
      if (sign.text === '!=' || comparisons.some((op) => op === sign.text)) {
        next += 1
        const at = peek()
        const value = scalar()
        const op = sign.text === '!=' ? '=' : (sign.text as Comparison)
        if (op !== '=' && typeof value !== 'number')
          return fail(
            `"${op}" compares numbers: write ${label} ${op} 3, or for dates ${label} before 2026-01-31.`,
            at,
          )
        checkValue(field, value, at)
        const rule = node({ is: 'compare', field, op, value } as const, token)
        return sign.text === '!=' ? node({ is: 'not', rule }, token) : rule
      }
      return fail(`An operator must follow "${label}", as in ${label} = "x", not ${shown(sign)}.`, sign)
    }
    let negated = takeIf(isWord('not'))
    const wrap = (rule: Rule): Rule => (negated ? node({ is: 'not', rule }, token) : rule)
    if (takeIf(isWord('is'))) {
      if (negated) return fail(`Write ${label} is not missing.`, tokens[next - 2])
      negated = takeIf(isWord('not'))
      if (takeIf(isWord('missing'))) return wrap(node({ is: 'missing', field }, token))
      const at = peek()
      if (at.kind !== 'string' && at.kind !== 'literal' && !isWord('true') && !isWord('false'))
        return fail(`After "is" comes "missing" or a value, as in ${label} is "x", not ${shown(at)}.`, at)
      const value = scalar()
      checkValue(field, value, at)
      return wrap(node({ is: 'compare', field, op: '=', value }, token))
    }
    if (takeIf(isWord('in'))) return wrap(node({ is: 'in', field, values: values(field) }, token))
    const how = isWord('contains')
      ? 'contains'
      : isWord('starts') || isWord('ends')
        ? (`${peek().text.toLowerCase()} with` as 'starts with' | 'ends with')
        : null
    if (how !== null) {
      next += 1
      if (how !== 'contains' && !takeIf(isWord('with'))) return fail(`Write ${label} ${how} "x".`)
      const at = take()
      if (at.kind !== 'string') return fail(`"${how}" takes a text in quotes, as in ${label} ${how} "x".`, at)
      if (at.text === '') return fail(`"${how}" needs at least one character.`, at)
      return wrap(node({ is: 'match', field, how, text: at.text }, token))
    }
    if (typeof field !== 'string' && isWhen())
      return wrap(node({ is: 'time', field, when: readWhen() }, token))
    const operators = [
      'in',
      'contains',
      'starts',
      'ends',
      'is',
      ...(typeof field === 'string' ? [] : ['within', 'before', 'after', 'since']),
    ]
    const here = peek()
    const near = here.kind === 'word' ? meant(here.text, operators) : ''
    return fail(
      `An operator must follow "${label}": =, !=, <, <=, >, >=, in, contains, starts with, ends with or is missing; here is ${shown(peek())}.${near}`,
    )
  }

  function checkValue(field: TextField | Attribute, value: Scalar, at: Token): void {
    if (typeof field === 'string' && typeof value !== 'string')
      fail(`"${field}" is a text: put the value in quotes, as in ${field} = "x".`, at)
  }

  function values(field: TextField | Attribute): Scalar[] {
    if (!takeIf(isSign('('))) fail('After "in" come values in brackets, as in ("DE", "AT").')
    const found: Scalar[] = []
    do {
      const at = peek()
      const value = scalar()
      checkValue(field, value, at)
      found.push(value)
      if (found.length > segmentLimits.values)
        fail(`At most ${segmentLimits.values} values stand in one "in". Put them on a list instead.`, at)
    } while (takeIf(isSign(',')))
    if (!takeIf(isSign(')'))) fail(`A comma or ")" must stand here, not ${shown(peek())}.`)
    return found
  }

  function scalar(): Scalar {
    const token = take()
    if (token.kind === 'string') return token.text
    if (isWord('true', token)) return true
    if (isWord('false', token)) return false
    if (token.kind === 'literal') {
      if (/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(token.text)) {
        const number = Number(token.text)
        if (!Number.isFinite(number)) return fail('This number is too large.', token)
        // No minus zero: it would be printed as 0.
        return number + 0
      }
      return fail(
        isoTime(token.text) === null
          ? `${shown(token)} is not a number. Texts stand in quotes.`
          : `Dates are compared with before, after or since, as in attr.born before ${token.text}.`,
        token,
      )
    }
    return fail(
      token.kind === 'word'
        ? `Texts stand in quotes: write "${token.text}".`
        : `A value must stand here, a text in quotes, a number, true or false, not ${shown(token)}.`,
      token,
    )
  }

  function isWhen(): boolean {
    return ['within', 'before', 'after', 'since'].some((word) => isWord(word))
  }

  function readWhen(): When {
    const word = take().text.toLowerCase()
    if (word === 'within') {
      const amount = take()
      if (amount.kind !== 'literal' || !/^\d{1,6}$/.test(amount.text) || Number(amount.text) === 0)
        return fail(
          'After "within" comes a whole number of hours, days or weeks, as in within 90 days.',
          amount,
        )
      const unit = take()
      const found = spanUnits.find((one) => isWord(one, unit) || isWord(one.slice(0, -1), unit))
      if (found === undefined)
        return fail(
          `A time is in ${spanUnits.join(', ')}, not ${shown(unit)}.${meant(unit.text, spanUnits)}`,
          unit,
        )
      if (Number(amount.text) > maxSpan[found])
        return fail(`That is more than 100 years: at most ${maxSpan[found]} ${found}.`, amount)
      return { within: Number(amount.text), unit: found }
    }
    const at = take()
    if ((at.kind !== 'literal' && at.kind !== 'string') || isoTime(at.text) === null)
      return fail(
        `After "${word}" comes a date, as in ${word} 2026-01-31 or ${word} 2026-01-31T18:00Z, not ${shown(at)}.`,
        at,
      )
    return word === 'before'
      ? { before: at.text }
      : word === 'after'
        ? { after: at.text }
        : { since: at.text }
  }

  const ok = either(1)
  const rest = peek()
  if (rest.kind !== 'end')
    fail(
      isSign(')')
        ? 'This bracket was never opened: take it away.'
        : `"and" or "or" must stand between two conditions, not ${shown(rest)}.${rest.kind === 'word' ? meant(rest.text, ['and', 'or']) : ''}`,
    )
  return { ok, places }
}
