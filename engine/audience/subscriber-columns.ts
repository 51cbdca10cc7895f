import { BroadsheetError } from '../errors.ts'
import { CellError, type Columns, jsonCell, useColumns } from './columns.ts'

const known = {
  address: 'address',
  email: 'address',
  mail: 'address',
  emailaddress: 'address',
  name: 'name',
  language: 'language',
  locale: 'language',
  timezone: 'timeZone',
  status: 'status',
  topics: 'topics',
  lists: 'ignored',
}
const refused = ['__proto__', 'constructor', 'prototype']

/** Columns of a subscriber file. Any column that is not known is an attribute of its own name; cells are
 *  text, an empty one says nothing. Without a `name`, `first_name` and `last_name` make one (and are
 *  attributes as well). `topics` is `slug:weight;slug:weight` or JSON. */
export function subscriberColumns(header: readonly string[]): Columns {
  const attributeOf = (column: string): string => {
    const key = column.startsWith('attributes.') ? column.slice('attributes.'.length) : column
    if (key === '' || key.length > 64 || refused.includes(key))
      throw new BroadsheetError(
        'E_INPUT',
        `The column "${column.slice(0, 80)}" cannot be an attribute: names have 1 to 64 characters and are not ${refused.join(', ')}.`,
        { issues: [{ path: 'header', message: `"${column.slice(0, 80)}" cannot be an attribute` }] },
      )
    return `attributes.${key}`
  }
  const uses = useColumns(header, known, attributeOf, ['address'])
  const hasName = uses.some((use) => use.field === 'name')

  return {
    uses,
    read(cells) {
      const row: Record<string, unknown> = {}
      const attributes: Record<string, string> = {}
      let hasAttributes = false
      for (let index = 0; index < uses.length; index++) {
        const { field } = uses[index]!
        const cell = cells[index]!.trim()
        if (cell === '' && field !== 'address') continue
        if (field === 'topics') {
          row.topics = topicWeights(cell)
        } else if (field.startsWith('attributes.')) {
          attributes[field.slice('attributes.'.length)] = cell
          hasAttributes = true
        } else if (field !== 'ignored') {
          row[field] = cell
        }
      }
      if (hasAttributes) row.attributes = attributes
      if (!hasName) {
        const name = [attributes.first_name, attributes.last_name].filter(Boolean).join(' ')
        if (name !== '') row.name = name
      }
      return row
    },
  }
}

/** `security:0.8;markets` as weights by slug; a topic without one weighs 1. */
function topicWeights(cell: string): unknown {
  const json = jsonCell('topics', cell)
  if (Array.isArray(json)) return Object.fromEntries(json.map((slug) => [String(slug), 1]))
  if (json !== undefined) return json
  const weights: Record<string, number> = {}
  for (const part of cell.split(';')) {
    const [slug = '', weight] = part.split(':').map((piece) => piece.trim())
    if (slug === '') continue
    const value = weight === undefined ? 1 : Number(weight)
    if (weight === '' || !Number.isFinite(value))
      throw new CellError('topics', part, `has no number behind "${slug}:", e.g. "security:0.8;markets:0.3"`)
    weights[slug] = value
  }
  return weights
}
