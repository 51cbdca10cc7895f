import {
  type Attribute,
  type Comparison,
  foldText,
  type ResolvedRule,
  type Scalar,
  type Span,
  type TextField,
} from '../../../engine/model/segment.ts'

export type BoundValue = string | number

/** What the texts of a statement are bound to, `:p0`, `:p1` ...: nothing of a rule but ids stands in the SQL. */
export interface Bindings {
  /** The parameter's name in SQL. */
  add(value: BoundValue): string
  readonly values: { readonly [name: string]: BoundValue }
}

export function createBindings(): Bindings {
  const values: { [name: string]: BoundValue } = {}
  let count = 0
  return {
    values,
    add(value) {
      const name = `p${count++}`
      values[name] = value
      return `:${name}`
    },
  }
}

/** A condition that is 1 or 0, never NULL, for the row `s` of subscriber: stores/rules/segment.ts in SQL. */
export function compileRule(rule: ResolvedRule, bind: Bindings): string {
  switch (rule.is) {
    case 'everyone':
      return 'TRUE'
    case 'and':
      return `(${rule.rules.map((one) => compileRule(one, bind)).join(' AND ')})`
    case 'or':
      return `(${rule.rules.map((one) => compileRule(one, bind)).join(' OR ')})`
    case 'not':
      return `(NOT ${compileRule(rule.rule, bind)})`
    case 'compare':
      return compare(rule.field, rule.op, [rule.value], bind)
    case 'in':
      return compare(rule.field, '=', rule.values, bind)
    case 'match': {
      const text = bind.add(foldText(rule.text))
      if (typeof rule.field === 'string')
        return `text_fits(${column[rule.field]}, ${bind.add(rule.how)}, ${text})`
      const path = bind.add(pathOf(rule.field))
      const own = `(${typeIs(path, 'text')} AND text_fits(json_extract(s.attributes, ${path}), ${bind.add(rule.how)}, ${text}))`
      if (rule.how !== 'contains') return own
      return `(${own} OR (${typeIs(path, 'array')} AND EXISTS (
        SELECT 1 FROM json_each(s.attributes, ${path}) v WHERE v.type = 'text' AND folded(v.value) = ${text}
      )))`
    }
    case 'missing':
      return typeof rule.field === 'string'
        ? `(${column[rule.field]} IS NULL)`
        : `(coalesce(json_type(s.attributes, ${bind.add(pathOf(rule.field))}), 'null') = 'null')`
    case 'time': {
      if (rule.field === 'joined') return inSpan('s.created_at', rule.when, bind)
      if (rule.field === 'updated') return inSpan('s.updated_at', rule.when, bind)
      const path = bind.add(pathOf(rule.field))
      const time = `iso_ms(json_extract(s.attributes, ${path}))`
      return `(${typeIs(path, 'text')} AND coalesce(${inSpan(time, rule.when, bind)}, 0))`
    }
    case 'topic': {
      const weight = `coalesce(json_extract(s.topics, ${bind.add(`$."${rule.topic}"`)}), 0)`
      return `(CAST(${weight} AS REAL) ${rule.op} ${bind.add(rule.weight)})`
    }
    case 'member':
      return `EXISTS (
        SELECT 1 FROM membership m
        WHERE m.list_id = ${Number(rule.list)} AND m.subscriber_id = s.id AND m.status = ${bind.add(rule.membership)}
      )`
    case 'event':
      // A person has tens of events, a publication a million: only the index over people will do.
      return `EXISTS (
        SELECT 1 FROM event e INDEXED BY event_subscriber
        WHERE e.subscriber_id = s.id AND e.type = ${bind.add(rule.event)}
        ${rule.when === null ? '' : `AND ${inSpan('e.at', rule.when, bind)}`}
        ${
          rule.campaign === null
            ? ''
            : `AND (SELECT p.campaign_id FROM publication p WHERE p.id = e.publication_id) = ${Number(rule.campaign)}`
        }
      )`
  }
}

const column: { readonly [field in TextField]: string } = {
  address: 's.address',
  // An address has one "@" at least, and what stands behind the last is its domain; no domain has one.
  domain: "substr(s.address, instr(s.address, '@') + 1)",
  name: 's.name',
  language: 's.language',
  timezone: 's.time_zone',
  status: 's.status',
}

/** Steps hold no quote and no backslash: the language refuses both. */
const pathOf = ({ attribute }: Attribute): string => `$${attribute.map((step) => `."${step}"`).join('')}`

const typeIs = (path: string, ...types: readonly string[]): string =>
  types.length === 1
    ? `coalesce(json_type(s.attributes, ${path}) = '${types[0]}', 0)`
    : `coalesce(json_type(s.attributes, ${path}) IN (${types.map((type) => `'${type}'`).join(', ')}), 0)`

/** Equal to one of the values (of one, for the other operators): each only to values of its own type. */
function compare(
  field: TextField | Attribute,
  op: Comparison,
  values: readonly Scalar[],
  bind: Bindings,
): string {
  const texts = values.filter((value) => typeof value === 'string').map((value) => bind.add(foldText(value)))
  if (typeof field === 'string')
    return texts.length === 0 ? 'FALSE' : `coalesce(folded(${column[field]}) IN (${texts.join(', ')}), 0)`
  const path = bind.add(pathOf(field))
  const value = `json_extract(s.attributes, ${path})`
  const arms: string[] = []
  if (texts.length > 0) arms.push(`(${typeIs(path, 'text')} AND folded(${value}) IN (${texts.join(', ')}))`)
  // As REAL: JSON may write an integer with more digits than a double keeps.
  const numbers = values.filter((one) => typeof one === 'number').map((one) => bind.add(one))
  if (numbers.length > 0) {
    const fits = op === '=' ? `IN (${numbers.join(', ')})` : `${op} ${numbers[0]}`
    arms.push(`(${typeIs(path, 'integer', 'real')} AND CAST(${value} AS REAL) ${fits})`)
  }
  const words = [...new Set(values.filter((one) => typeof one === 'boolean'))].map(String)
  if (words.length > 0) arms.push(typeIs(path, ...words))
  return `(${arms.join(' OR ')})`
}

/** Bound too: the times of a rule differ with every `now`, and each text is a statement to keep. */
function inSpan(time: string, { from, to }: Span, bind: Bindings): string {
  const parts: string[] = []
  if (from !== null) parts.push(`${time} >= ${bind.add(from)}`)
  if (to !== null) parts.push(`${time} < ${bind.add(to)}`)
  return `(${parts.length === 0 ? `${time} IS NOT NULL` : parts.join(' AND ')})`
}
