import { printRule } from '../../../engine/audience/segment/print.ts'
import type {
  Attribute,
  Comparison,
  Rule,
  Scalar,
  SpanUnit,
  TextField,
  TextMatch,
  TimeField,
  When,
} from '../../../engine/model/segment.ts'

export type { Rule } from '../../../engine/model/segment.ts'

/** What a line asks about. */
export type About = TextField | TimeField | 'attribute' | 'topic' | 'list' | EventName
export type EventName = 'sent' | 'opened' | 'clicked' | 'failed' | 'bounced' | 'complained' | 'unsubscribed'
/** How it asks. Negations are ways of their own, as people say them. */
export type Way =
  | Comparison
  | '!='
  | TextMatch
  | `not ${TextMatch}`
  | 'in'
  | 'not in'
  | 'missing'
  | 'not missing'
  | 'within'
  | 'not within'
  | 'before'
  | 'after'
  | 'since'
  | 'active'
  | 'not active'
  | 'unconfirmed'
  | 'unsubscribed'
  | 'happened'
  | 'not happened'

/** One condition as a form has it: all texts, also while it is not complete. */
export interface Line {
  readonly kind: 'line'
  readonly id: string
  readonly about: About
  readonly way: Way
  /** Of an attribute its path (`address.city`), of a topic or a list its name. */
  readonly name: string
  /** What is compared with; of `in` several. */
  readonly values: readonly string[]
  /** How values of attributes are meant. */
  readonly type: 'text' | 'number' | 'yes-no'
  /** Of events: of letters of this campaign; empty: of any. */
  readonly campaign: string
  /** Of `within` and of events, which may also be at any time. */
  readonly time: 'any' | 'within' | 'before' | 'after' | 'since'
  readonly amount: number
  readonly unit: SpanUnit
  readonly date: string
}

/** What no line can show: it is kept as it is. */
export interface Kept {
  readonly kind: 'kept'
  readonly id: string
  readonly rule: Rule
}

export interface Group {
  readonly kind: 'group'
  readonly id: string
  readonly join: 'and' | 'or'
  readonly not: boolean
  readonly rows: readonly Row[]
}
export type Row = Line | Kept | Group

export const events = [
  'sent',
  'opened',
  'clicked',
  'failed',
  'bounced',
  'complained',
  'unsubscribed',
] as const
export const isEvent = (about: About): about is EventName => (events as readonly string[]).includes(about)
const textFields: readonly About[] = ['address', 'domain', 'name', 'language', 'timezone', 'status']

const texts: readonly Way[] = [
  '=',
  '!=',
  'in',
  'not in',
  'contains',
  'not contains',
  'starts with',
  'ends with',
  'missing',
  'not missing',
]
const times: readonly Way[] = ['within', 'not within', 'before', 'after', 'since']

/** The ways in which something can be asked about. */
export function waysOf(about: About): readonly Way[] {
  if (isEvent(about)) return ['happened', 'not happened']
  switch (about) {
    case 'topic':
      return ['>', '>=', '=', '<', '<=', '!=']
    case 'list':
      return ['active', 'not active', 'unconfirmed', 'unsubscribed']
    case 'joined':
    case 'updated':
      return times
    case 'attribute':
      return [...texts, '>', '>=', '<', '<=', ...times]
    default:
      return texts
  }
}

let last = 0
const id = (): string => `row${++last}`

export const emptyLine = (about: About = 'topic'): Line => ({
  kind: 'line',
  id: id(),
  about,
  way: waysOf(about)[0]!,
  name: '',
  values: about === 'topic' ? ['0'] : [],
  type: 'text',
  campaign: '',
  time: isEvent(about) ? 'any' : 'within',
  amount: 30,
  unit: 'days',
  date: '',
})

export const emptyGroup = (rows: readonly Row[] = []): Group => ({
  kind: 'group',
  id: id(),
  join: 'and',
  not: false,
  rows,
})

/** A rule as a group of rows. `everyone` and null are a group without any. */
export function groupOf(rule: Rule | null): Group {
  if (rule === null || rule.is === 'everyone') return emptyGroup()
  if (rule.is === 'and' || rule.is === 'or')
    return { kind: 'group', id: id(), join: rule.is, not: false, rows: rule.rules.map(rowOf) }
  if (rule.is === 'not' && (rule.rule.is === 'and' || rule.rule.is === 'or'))
    return { ...groupOf(rule.rule), not: true }
  return emptyGroup([rowOf(rule)])
}

function rowOf(rule: Rule): Row {
  const inner = rule.is === 'not' ? rule.rule : rule
  if (inner.is === 'and' || inner.is === 'or') return { ...groupOf(inner), not: rule.is === 'not' }
  const line = lineOf(inner, rule.is === 'not')
  // What a form would say otherwise stays as it was written.
  return line !== null && same(ruleOfRow(line), rule) ? line : { kind: 'kept', id: id(), rule }
}

const same = (a: Rule | null, b: Rule): boolean => a !== null && printRule(a) === printRule(b)

function lineOf(rule: Rule, not: boolean): Line | null {
  const way = (plain: Way, negated: Way | null): Way | null => (not ? negated : plain)
  const made = (about: About, chosen: Way | null, more: Partial<Line>): Line | null =>
    chosen === null ? null : { ...emptyLine(about), way: chosen, ...more }
  switch (rule.is) {
    case 'compare':
      return made(...aboutField(rule.field, way(rule.op, rule.op === '=' ? '!=' : null)), {
        ...nameOf(rule.field),
        values: [String(rule.value)],
        type: typeOf(rule.value),
      })
    case 'in': {
      const [first] = rule.values
      if (rule.values.some((one) => typeof one !== typeof first)) return null
      return made(...aboutField(rule.field, way('in', 'not in')), {
        ...nameOf(rule.field),
        values: rule.values.map(String),
        type: typeOf(first!),
      })
    }
    case 'match':
      return made(...aboutField(rule.field, way(rule.how, `not ${rule.how}`)), {
        ...nameOf(rule.field),
        values: [rule.text],
      })
    case 'missing':
      return made(...aboutField(rule.field, way('missing', 'not missing')), nameOf(rule.field))
    case 'time': {
      const when = partsOf(rule.when)
      return made(
        ...aboutField(rule.field, way(when.time as Way, when.time === 'within' ? 'not within' : null)),
        {
          ...nameOf(rule.field),
          ...when,
        },
      )
    }
    case 'topic':
      return made('topic', way(rule.op, rule.op === '=' ? '!=' : null), {
        name: rule.topic,
        values: [String(rule.weight)],
      })
    case 'member':
      return made('list', way(rule.membership as Way, rule.membership === 'active' ? 'not active' : null), {
        name: rule.list,
      })
    case 'event':
      return made(rule.event, way('happened', 'not happened'), {
        campaign: rule.campaign ?? '',
        ...(rule.when === null ? { time: 'any' as const } : partsOf(rule.when)),
      })
    default:
      return null
  }
}

const aboutField = (field: TextField | TimeField | Attribute, way: Way | null): [About, Way | null] => [
  typeof field === 'string' ? field : 'attribute',
  way,
]
const nameOf = (field: TextField | TimeField | Attribute): { name: string } => ({
  name: typeof field === 'string' ? '' : field.attribute.join('.'),
})
const typeOf = (value: Scalar): Line['type'] =>
  typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'yes-no' : 'text'

function partsOf(when: When): Pick<Line, 'time' | 'amount' | 'unit' | 'date'> {
  const none = { amount: 30, unit: 'days', date: '' } as const
  if ('within' in when) return { ...none, time: 'within', amount: when.within, unit: when.unit }
  if ('before' in when) return { ...none, time: 'before', date: when.before }
  if ('after' in when) return { ...none, time: 'after', date: when.after }
  return { ...none, time: 'since', date: when.since }
}

/** The rule of a row; null while it is not complete. A group leaves out what is not. */
export function ruleOfRow(row: Row): Rule | null {
  if (row.kind === 'kept') return row.rule
  if (row.kind === 'line') return ruleOfLine(row)
  const rules = row.rows.map(ruleOfRow).filter((rule) => rule !== null)
  const [first] = rules
  if (first === undefined) return null
  const joined: Rule = rules.length === 1 ? first : { is: row.join, rules }
  return row.not ? { is: 'not', rule: joined } : joined
}

function ruleOfLine(line: Line): Rule | null {
  const { about, way, name } = line
  if (isEvent(about)) {
    const when = line.time === 'any' ? null : whenOf(line, line.time)
    if (line.time !== 'any' && when === null) return null
    return negated(way === 'not happened', {
      is: 'event',
      event: about,
      campaign: line.campaign === '' ? null : line.campaign,
      when,
    })
  }
  if (about === 'topic') {
    const weight = numberOf(line.values[0])
    if (name === '' || weight === null) return null
    const op = way === '!=' ? '=' : (way as Comparison)
    return negated(way === '!=', { is: 'topic', topic: name, op, weight })
  }
  if (about === 'list') {
    if (name === '') return null
    const membership = way === 'not active' ? 'active' : (way as 'active' | 'unconfirmed' | 'unsubscribed')
    return negated(way === 'not active', { is: 'member', list: name, membership })
  }
  const path = name.split('.').filter((step) => step !== '')
  if (about === 'attribute' && path.length === 0) return null
  const field = about === 'attribute' ? { attribute: path } : about
  const not = way === '!=' || way.startsWith('not ')
  const plain = (way === '!=' ? '=' : way.replace(/^not /, '')) as Way
  if (plain === 'within' || plain === 'before' || plain === 'after' || plain === 'since') {
    const when = whenOf(line, plain)
    return when === null ? null : negated(not, { is: 'time', field: field as TimeField | Attribute, when })
  }
  const text = field as TextField | Attribute
  if (plain === 'missing') return negated(not, { is: 'missing', field: text })
  if (plain === 'contains' || plain === 'starts with' || plain === 'ends with') {
    const [value = ''] = line.values
    return value === '' ? null : negated(not, { is: 'match', field: text, how: plain, text: value })
  }
  const values = line.values.map((value) => scalarOf(line, value)).filter((value) => value !== null)
  const [first] = values
  if (first === undefined || values.length < line.values.length) return null
  if (plain === 'in') return negated(not, { is: 'in', field: text, values })
  return negated(not, { is: 'compare', field: text, op: plain as Comparison, value: first })
}

const negated = (not: boolean, rule: Rule): Rule => (not ? { is: 'not', rule } : rule)

function whenOf(line: Line, time: 'within' | 'before' | 'after' | 'since'): When | null {
  if (time === 'within')
    return Number.isInteger(line.amount) && line.amount > 0 ? { within: line.amount, unit: line.unit } : null
  if (line.date === '') return null
  switch (time) {
    case 'before':
      return { before: line.date }
    case 'after':
      return { after: line.date }
    case 'since':
      return { since: line.date }
  }
}

function scalarOf({ about, type, way }: Line, value: string): Scalar | null {
  const ordered = way === '<' || way === '<=' || way === '>' || way === '>='
  if (about === 'attribute' && (type === 'number' || ordered)) return numberOf(value)
  if (about === 'attribute' && type === 'yes-no') return value === 'true'
  return value === '' && !textFields.includes(about) ? null : value
}

function numberOf(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null
  const number = Number(text)
  return Number.isFinite(number) ? number : null
}

/** The rule as text, in its canonical form; null where nothing is asked. */
export function textOf(group: Group): string | null {
  const rule = ruleOfRow(group)
  return rule === null ? null : printRule(rule)
}

/** The same group with one row changed, or taken away (null), wherever in it that is. */
export function withRow(group: Group, rowId: string, change: (row: Row) => Row | null): Group {
  return {
    ...group,
    rows: group.rows.flatMap((row): readonly Row[] => {
      if (row.id === rowId) {
        const changed = change(row)
        return changed === null ? [] : [changed]
      }
      return [row.kind === 'group' ? withRow(row, rowId, change) : row]
    }),
  }
}
