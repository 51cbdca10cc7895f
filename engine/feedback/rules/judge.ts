import { RE2JS } from 're2js'
import type { BounceAction, BounceRule } from '../../model/bounce-rule.ts'
import type { BounceClass } from '../../model/rollup.ts'
import { smtpIn, statusIn } from '../codes.ts'
import { builtInRules } from './table.ts'

/** What a server said. */
export interface Answer {
  readonly status: string | null
  readonly smtp: number | null
  readonly text: string
  /** Around it, for words that say nothing. */
  readonly context?: string
  /** The recipient's. */
  readonly domain: string | null
}

export interface Verdict {
  readonly class: BounceClass
  readonly action: BounceAction
  /** The line that decided; null: none fits, and it is soft. */
  readonly rule: string | null
  /** It was one of the operator's. */
  readonly own: boolean
}

export interface Judge {
  /** The same answer, the same verdict. Time is that of the text's length, which is cut at 2,000 characters. */
  (answer: Answer): Verdict
  /** The verdict where the class is known. */
  of(given: BounceClass): Verdict
  /** What is tried, in this order. */
  readonly rules: readonly (BounceRule & { readonly own: boolean })[]
}

const actions: { readonly [bounce in BounceClass]: BounceAction } = {
  hard: 'suppress',
  soft: 'count',
  full: 'count',
  block: 'note',
  policy: 'note',
}
const maxChars = 2000

/** `own`: the operator's lines, which go before the built-in ones. */
export function createJudge(own: readonly BounceRule[]): Judge {
  const rules = [
    ...own.map((rule) => ({ ...rule, own: true })),
    ...builtInRules.map((rule) => ({ ...rule, own: false })),
  ]
  const tests = rules.map((rule, index) => ({ rule, index, fits: testOf(rule) }))
  const first = (answer: Look) => tests.find(({ fits }) => fits(answer))

  const judge = (answer: Answer): Verdict => {
    const look = lookOf(answer, answer.text)
    const found =
      first(look) ?? (answer.context === undefined ? undefined : first(lookOf(answer, answer.context)))
    if (found === undefined) return { class: 'soft', action: 'count', rule: null, own: false }
    const { rule, index } = found
    const name = rule.name ?? `rule ${index + 1}`
    // RFC 5321 4.2.1: a 4yz says that it may pass, whatever the words (greylisting, addresses that are not looked up yet).
    const passes = !rule.own && rule.class === 'hard' && isTemporary(look)
    const given = passes ? 'soft' : rule.class
    return {
      class: given,
      action: (passes ? undefined : rule.action) ?? actions[given],
      rule: name,
      own: rule.own,
    }
  }
  const of = (given: BounceClass): Verdict => ({
    class: given,
    action: actions[given],
    rule: null,
    own: false,
  })
  return Object.assign(judge, { rules, of })
}

interface Look {
  readonly status: readonly string[] | null
  readonly smtp: string | null
  readonly text: string
  readonly domain: string | null
}

const isTemporary = ({ status, smtp }: Look): boolean =>
  status === null || status[0] === '5'
    ? smtp?.startsWith('4') === true && status?.[0] !== '5'
    : status[0] === '4'

const lookOf = ({ status, smtp, domain }: Answer, words: string): Look => {
  const text = words.slice(0, maxChars)
  const code = smtp ?? smtpIn(text)
  return {
    status: (status ?? statusIn(text))?.split('.') ?? null,
    smtp: code === null ? null : String(code),
    text: text.toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' '),
    domain,
  }
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T]

function testOf(rule: BounceRule): (look: Look) => boolean {
  const all: ((look: Look) => boolean)[] = []
  const add = <T>(value: T | readonly T[] | undefined, fits: (one: T, look: Look) => boolean) => {
    const values = listOf(value)
    if (values.length > 0) all.push((look) => values.some((one) => fits(one, look)))
  }
  add(rule.status?.length === 0 ? undefined : splitAll(rule.status), (parts, { status }) =>
    parts.every((part, i) => status !== null && (part === '*' || part === status[i])),
  )
  add(rule.smtp, (digits, { smtp }) =>
    Array.from(digits).every((digit, i) => smtp !== null && (digit === 'x' || digit === smtp[i])),
  )
  add(
    listOf(rule.text).map((phrase) => phrase.toLowerCase()),
    (phrase, { text }) => text.includes(phrase),
  )
  add(rule.domain, (name, { domain }) =>
    name.startsWith('*.') ? (domain?.endsWith(name.slice(1)) ?? false) : domain === name,
  )
  if (rule.pattern !== undefined) {
    const expression = RE2JS.compile(rule.pattern, RE2JS.CASE_INSENSITIVE)
    all.push(({ text }) => expression.matcher(text).find())
  }
  return (look) => all.every((fits) => fits(look))
}

const splitAll = (status: BounceRule['status']): readonly (readonly string[])[] =>
  listOf(status).map((one) => one.split('.'))
