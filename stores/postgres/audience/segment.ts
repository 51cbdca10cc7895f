import {
  type Attribute,
  type Comparison,
  foldText,
  type ResolvedRule,
  type Scalar,
  type Span,
  type TextField,
  type TextMatch,
} from '../../../engine/model/segment.ts'
import { compares } from '../../rules/segment.ts'
import type { Values } from '../database/sql.ts'

/** How a condition is asked. `each`: of one row after the other, whatever the planner believes: what it looks up, it
 *  looks up by key. `all`: the planner may begin with what is looked up. */
export type Asked = 'each' | 'all'

/** The end of a subquery. Postgres makes no join of one that has an OFFSET, and no hash table of all it holds. */
export const fence: { readonly [asked in Asked]: string } = { each: 'OFFSET 0', all: '' }

/** A condition that is true or false, never NULL, for the row `s` of subscriber: stores/rules/segment.ts in SQL. Texts are
 *  folded by JavaScript alone, in `folded` and in what is bound, and compared byte by byte. */
export function compileRule(rule: ResolvedRule, values: Values, asked: Asked = 'each'): string {
  switch (rule.is) {
    case 'everyone':
      return 'TRUE'
    case 'and':
      return `(${rule.rules.map((one) => compileRule(one, values, asked)).join(' AND ')})`
    case 'or':
      return `(${rule.rules.map((one) => compileRule(one, values, asked)).join(' OR ')})`
    case 'not':
      return `(NOT ${compileRule(rule.rule, values, asked)})`
    case 'compare':
      return typeof rule.value === 'number' && rule.op !== '='
        ? exceeds(rule.field, rule.op, rule.value, values)
        : equalsOne(rule.field, [rule.value], values)
    case 'in':
      return equalsOne(rule.field, rule.values, values)
    case 'match': {
      const text = foldText(rule.text)
      if (typeof rule.field === 'string') return textFits(column[rule.field], rule.how, text, values)
      const { attribute } = rule.field
      const own = `(CASE WHEN jsonb_typeof(${valueAt(attribute, values)}) = 'string'
        THEN ${textFits(textAt(attribute, values), rule.how, text, values)} ELSE FALSE END)`
      return rule.how === 'contains' ? `(${own} OR ${holds(attribute, [text], values)})` : own
    }
    case 'missing':
      return typeof rule.field === 'string'
        ? `(${column[rule.field]} IS NULL)`
        : `(coalesce(jsonb_typeof(${valueAt(rule.field.attribute, values)}), 'null') = 'null')`
    case 'time': {
      if (rule.field === 'joined') return inSpan('s.created_at', rule.when, values)
      if (rule.field === 'updated') return inSpan('s.updated_at', rule.when, values)
      // Not in `folded`: a "t" is no "T". Nothing but a string can look like a date.
      const time = `iso_ms(${textAt(rule.field.attribute, values, 's.attributes')})`
      return `coalesce(${inSpan(time, rule.when, values)}, FALSE)`
    }
    case 'topic': {
      const [name, weight] = [values(rule.topic), values(JSON.stringify(rule.weight))]
      const fits = `${rule.op} ${weight}::jsonb`
      // Only who has the topic can fit: said such that the index over topics is of use.
      return compares(0, rule.op, rule.weight)
        ? `(coalesce(s.topics -> ${name}::text, '0') ${fits})`
        : `(s.interests @> ARRAY[${name}::text] AND s.topics -> ${name}::text ${fits})`
    }
    case 'member':
      return `EXISTS (
        SELECT 1 FROM membership m
        WHERE m.list_id = ${values(rule.list)} AND m.subscriber_id = s.id AND m.status = ${values(rule.membership)}
        ${fence[asked]}
      )`
    case 'event':
      return `EXISTS (
        SELECT 1 FROM event e
        WHERE e.subscriber_id = s.id AND e.type = ${values(rule.event)}
        ${rule.when === null ? '' : `AND ${inSpan('e.at', rule.when, values)}`}
        ${
          rule.campaign === null
            ? ''
            : `AND (SELECT p.campaign_id FROM publication p WHERE p.id = e.publication_id) = ${values(rule.campaign)}`
        }
        ${fence[asked]}
      )`
  }
}

// Languages and time zones are ASCII, which is all that "C" folds. An address is folded as it comes in, but for what
// lower case leaves to be composed.
const column: { readonly [field in TextField]: string } = {
  address: 'normalize(s.address)',
  domain: "split_part(s.address, '@', -1)",
  name: 's.folded_name',
  language: 'lower(s.language COLLATE "C")',
  timezone: 'lower(s.time_zone COLLATE "C")',
  status: 's.status',
}

type Path = Attribute['attribute']

/** jsonb -> text finds keys of objects only, never an array's index. */
const valueAt = (path: Path, values: Values, document = 's.folded'): string =>
  path.reduce((inner, step) => `(${inner} -> ${values(step)}::text)`, document)

const textAt = (path: Path, values: Values, document = 's.folded'): string =>
  `(${valueAt(path.slice(0, -1), values, document)} ->> ${values(path.at(-1))}::text)`

/** Is this what stands there, or for a list: in the list? By type and value; what is told from each other by JSON is told
 *  from each other by jsonb. */
function holds(path: Path, value: Scalar | readonly [string], values: Values): string {
  // As text: a key may be "__proto__".
  const document = path.reduceRight(
    (inner, step) => `{${JSON.stringify(step)}:${inner}}`,
    JSON.stringify(value),
  )
  return `s.folded @> ${values(document)}::jsonb`
}

// More are compared through a hash table, which no index helps: some 0.15 us each else.
const maxLookedUp = 8

/** Equal to one of the wanted, each only to values of its own type. */
function equalsOne(field: TextField | Attribute, wanted: readonly Scalar[], values: Values): string {
  const folded = wanted.map((one) => (typeof one === 'string' ? foldText(one) : one))
  if (typeof field === 'string') {
    const texts = folded.filter((one) => typeof one === 'string')
    return `coalesce(${column[field]} COLLATE "C" = ANY(${values(texts)}::text[]), FALSE)`
  }
  if (folded.length <= maxLookedUp)
    return `(${folded.map((one) => holds(field.attribute, one, values)).join(' OR ')})`
  const documents = folded.map((one) => JSON.stringify(one))
  return `coalesce(${valueAt(field.attribute, values)} = ANY(${values(documents)}::jsonb[]), FALSE)`
}

function exceeds(field: TextField | Attribute, op: Comparison, number: number, values: Values): string {
  if (typeof field === 'string') return 'FALSE'
  const value = valueAt(field.attribute, values)
  // As jsonb, whose numbers are exact: a double's shortest digits keep the order of doubles.
  return `coalesce(jsonb_typeof(${value}) = 'number' AND ${value} ${op} ${values(JSON.stringify(number))}::jsonb, FALSE)`
}

function textFits(text: string, how: TextMatch, folded: string, values: Values): string {
  const [own, wanted] = [`${text} COLLATE "C"`, `${values(folded)}::text`]
  switch (how) {
    case 'contains':
      return `coalesce(strpos(${own}, ${wanted}) > 0, FALSE)`
    case 'starts with':
      return `coalesce(starts_with(${own}, ${wanted}), FALSE)`
    case 'ends with':
      return `coalesce(right(${own}, length(${wanted})) = ${wanted}, FALSE)`
  }
}

function inSpan(time: string, { from, to }: Span, values: Values): string {
  const parts: string[] = []
  if (from !== null) parts.push(`${time} >= ${values(from)}::bigint`)
  if (to !== null) parts.push(`${time} < ${values(to)}::bigint`)
  return `(${parts.length === 0 ? `${time} IS NOT NULL` : parts.join(' AND ')})`
}
