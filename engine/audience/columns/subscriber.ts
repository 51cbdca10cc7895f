import { BroadsheetError } from '../../errors.ts'
import { parseAddress } from '../../model/address.ts'
import type { Json } from '../../model/ids.ts'
import { unguardFormula } from '../files/formula.ts'
import {
  CellError,
  type Columns,
  type ColumnUse,
  jsonCell,
  parseCell,
  plainName,
  useColumns,
} from './columns.ts'
import { detectPreset, type Preset, type PresetName, presets } from './presets.ts'
import { statusOf } from './status-words.ts'
import { parseTime } from './times.ts'

const first = 'attributes.first_name'
const last = 'attributes.last_name'
/** Names of columns in English and German files, plain. */
const known: { readonly [name: string]: string } = {
  address: 'address',
  email: 'address',
  mail: 'address',
  emailaddress: 'address',
  mailaddress: 'address',
  emailadresse: 'address',
  mailadresse: 'address',
  subscriberemail: 'address',
  contactemail: 'address',
  adresse: 'address',
  name: 'name',
  fullname: 'name',
  displayname: 'name',
  vollername: 'name',
  vollständigername: 'name',
  firstname: first,
  givenname: first,
  fname: first,
  vorname: first,
  lastname: last,
  surname: last,
  familyname: last,
  lname: last,
  nachname: last,
  familienname: last,
  language: 'language',
  locale: 'language',
  lang: 'language',
  sprache: 'language',
  timezone: 'timeZone',
  zeitzone: 'timeZone',
  status: 'status',
  subscriptionstatus: 'status',
  topics: 'topics',
  themen: 'topics',
  lists: 'lists',
  listen: 'lists',
  verteiler: 'lists',
  createdat: 'createdAt',
  created: 'createdAt',
  subscribedat: 'createdAt',
  joinedat: 'createdAt',
  joined: 'createdAt',
  signupdate: 'createdAt',
  erstelltam: 'createdAt',
  angemeldetam: 'createdAt',
  anmeldedatum: 'createdAt',
  updatedat: 'updatedAt',
  attributes: 'attributes',
}
const fields = new Set([...Object.values(known), 'ignored'])
const refused = ['__proto__', 'constructor', 'prototype']

export interface SubscriberColumnChoice {
  /** Field by column, e.g. `{ "E-Mail": "address", "Land": "attributes.country" }`. */
  readonly map?: { readonly [column: string]: string } | undefined
  /** Default: seen from the header. `none`: no product's export, whatever it looks like. */
  readonly preset?: PresetName | 'none' | undefined
}

/** Columns of a subscriber file. Any column that is not known is an attribute of its own name; cells are text, an
 *  empty one says nothing. `attributes` is a JSON object, a column `attributes.x:json` holds JSON cells. Without a `name`,
 *  first and last name make one (and are attributes as well). `topics` is `slug:weight;slug:weight` or JSON, `lists` is
 *  `name;name:unsubscribed;name:active@2026-01-31T08:00:00Z`. `samples` are the first rows: where no header says which column
 *  has the addresses, the cells do. */
export function subscriberColumns(
  header: readonly string[],
  choice: SubscriberColumnChoice = {},
  samples: readonly (readonly string[])[] = [],
): Columns {
  const headerless = header.some((cell) => isAddress(cell))
  const names = headerless ? header.map((_, index) => `column ${index + 1}`) : header
  const rows = headerless ? [header, ...samples] : samples
  const preset = headerless ? null : presetOf(names, choice)
  for (const field of Object.values(choice.map ?? {})) checkField(field)

  const addressLike = (index: number) => {
    const cells = rows.map((row) => row[index]?.trim() ?? '').filter((cell) => cell !== '')
    return cells.length > 0 && cells.filter(isAddress).length * 2 > cells.length
  }
  const rules = {
    known: preset?.columns ?? known,
    otherwise: attributeOf,
    required: ['address'],
    map: choice.map,
    prefers: (field: string, index: number) => field === 'address' && addressLike(index),
  }
  const byName = useColumns(names, { ...rules, required: [] })
  const guess = byName.some(({ field }) => field === 'address')
    ? -1
    : names.findIndex((column, index) => choice.map?.[column] === undefined && addressLike(index))
  const uses =
    guess < 0
      ? useColumns(names, rules)
      : byName.map((use, index) => (index === guess ? { ...use, field: 'address' } : use))
  return { uses, preset: preset?.name ?? null, headerless, read: reader(uses, preset) }
}

const isAddress = (cell: string): boolean => cell.includes('@') && 'ok' in parseAddress(cell)

function presetOf(header: readonly string[], { preset }: SubscriberColumnChoice): Preset | null {
  if (preset === 'none') return null
  if (preset !== undefined) return presets[preset]
  return detectPreset(new Set(header.map((column) => plainName(column.trim()))))
}

function attributeOf(column: string): string {
  const key = column.startsWith('attributes.') ? column.slice('attributes.'.length) : column
  const name = key.endsWith(':json') ? key.slice(0, -':json'.length) : key
  if (name === '' || name.length > 64 || refused.includes(name))
    throw new BroadsheetError(
      'E_INPUT',
      `The column "${column.slice(0, 80)}" cannot be an attribute: names have 1 to 64 characters and are not ${refused.join(', ')}.`,
      { issues: [{ path: 'header', message: `"${column.slice(0, 80)}" cannot be an attribute` }] },
    )
  return column.startsWith('attributes.') ? `attributes.${key}` : `attributes.${name}`
}

function checkField(field: string): void {
  if (fields.has(field)) return
  if (field.startsWith('attributes.')) {
    attributeOf(field)
    return
  }
  const message = `The map names a field "${field.slice(0, 80)}". There are: ${[...fields].filter((name) => !name.includes('.')).join(', ')} and attributes.<name>.`
  throw new BroadsheetError('E_INPUT', message, { issues: [{ path: 'map', message }] })
}

/** One column of the plan: which cell goes where. */
interface Place {
  readonly index: number
  readonly field: string
  /** Of an attribute. */
  readonly key: string | null
  readonly json: boolean
}

function reader(uses: readonly ColumnUse[], preset: Preset | null): Columns['read'] {
  const places: Place[] = []
  const byColumn = new Map<string, number>()
  for (const [index, { column, field }] of uses.entries()) {
    byColumn.set(plainName(column), index)
    if (field === 'ignored') continue
    const key = field.startsWith('attributes.') ? field.slice('attributes.'.length) : null
    const json = key?.endsWith(':json') === true && column.startsWith('attributes.')
    places.push({ index, field, key: json ? key.slice(0, -':json'.length) : key, json })
  }
  const hasName = uses.some((use) => use.field === 'name')
  const hasParts = uses.some((use) => use.field === first || use.field === last)

  return (cells) => {
    const row: Record<string, unknown> = {}
    const attributes: Record<string, Json> = {}
    let count = 0
    for (const { index, field, key, json } of places) {
      const cell = unguardFormula(cells[index]!).trim()
      if (cell === '' && field !== 'address') continue
      if (key !== null) {
        attributes[key] = json ? (parseCell(field, cell) as Json) : cell
        count++
      } else if (field === 'attributes') {
        for (const [name, value] of Object.entries(attributesCell(cell))) {
          if (Object.hasOwn(attributes, name)) continue
          attributes[name] = value
          count++
        }
      } else row[field] = fieldValue(field, cell)
    }
    if (preset !== null) {
      const draft = {
        set(attribute: string, value: Json) {
          attributes[attribute] = value
          count++
        },
      } as Parameters<Preset['finish']>[1] & Record<string, unknown>
      preset.finish((column) => {
        const index = byColumn.get(column)
        return index === undefined ? '' : unguardFormula(cells[index]!).trim()
      }, draft)
      for (const name of ['status', 'createdAt', 'timeZone'] as const)
        if (draft[name] !== undefined && row[name] === undefined) row[name] = draft[name]
    }
    if (count > 0) row.attributes = attributes
    if (!hasName && hasParts) {
      const { first_name: given, last_name: family } = attributes
      const name = [given, family]
        .filter((part): part is string => typeof part === 'string' && part !== '')
        .join(' ')
      if (name !== '') row.name = name
    }
    return row
  }
}

function fieldValue(field: string, cell: string): unknown {
  switch (field) {
    case 'topics':
      return topicWeights(cell)
    case 'lists':
      return listsCell(cell)
    case 'status':
      return statusOf(cell)
    case 'createdAt':
    case 'updatedAt': {
      const at = parseTime(cell)
      if (at === null) throw new CellError(field, cell, 'is not a time, e.g. "2026-05-01T08:00:00Z"')
      return at
    }
    default:
      return cell
  }
}

function attributesCell(cell: string): { readonly [key: string]: Json } {
  const value = jsonCell('attributes', cell)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CellError('attributes', cell, 'is not a JSON object, e.g. {"plan": "gold"}')
  return value as { readonly [key: string]: Json }
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

/** `daily;vip:unsubscribed;beta:active@2026-01-31T08:00:00.000Z`. */
function listsCell(cell: string): unknown {
  const json = jsonCell('lists', cell)
  if (json !== undefined) return json
  return cell
    .split(cell.includes(';') ? ';' : ',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const colon = part.indexOf(':')
      if (colon < 0) return part
      const [membership = '', time] = part.slice(colon + 1).split('@', 2)
      const at = time === undefined ? null : parseTime(time)
      if (time !== undefined && at === null) throw new CellError('lists', part, 'has no time behind the "@"')
      return { list: part.slice(0, colon), membership, at }
    })
}
