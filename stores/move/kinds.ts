import { keepable } from '../postgres/database/text.ts'
import { packIds, unpackIds } from '../sqlite/ledger/id-list.ts'

/** A value on its way. What SQLite and Postgres keep in different forms has one form here, whichever it came from, so
 *  that both sides of a move can be compared. */
export type Value = string | number | null
/** In the order of the table's columns. */
export type Row = readonly Value[]

/** How one kind of column is kept on either side. The functions get no nulls. */
interface Kind {
  readonly sqliteType: 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB'
  readonly postgresTypes: readonly string[]
  fromSqlite(raw: never): Value
  toSqlite(value: never): unknown
  /** What is selected for a column in Postgres; default: the column. */
  readonly selected?: (column: string) => string
  /** Default: as it comes. */
  fromPostgres?(raw: never): Value
  /** As text of a COPY, before its escaping. */
  toPostgres(value: never): string
}

const same = <T>(value: T): T => value
const asText = (column: string) => `${column}::text`
const asJson = (column: string) => `array_to_json(${column})::text`
const bracesOf = (list: string): string => `{${list.slice(1, -1)}}`

export const kinds = {
  int: {
    sqliteType: 'INTEGER',
    postgresTypes: ['bigint', 'integer', 'smallint'],
    fromSqlite: same<number>,
    toSqlite: same<number>,
    toPostgres: String,
  },
  real: {
    sqliteType: 'REAL',
    postgresTypes: ['double precision'],
    fromSqlite: same<number>,
    toSqlite: same<number>,
    toPostgres: String,
  },
  text: {
    sqliteType: 'TEXT',
    postgresTypes: ['text'],
    fromSqlite: keepable as (text: string) => Value,
    toSqlite: same<string>,
    toPostgres: same<string>,
  },
  /** A document, letter by letter as it was written. */
  json: {
    sqliteType: 'TEXT',
    postgresTypes: ['json'],
    fromSqlite: same<string>,
    toSqlite: same<string>,
    selected: asText,
    toPostgres: same<string>,
  },
  /** A document by what it says: jsonb orders keys anew. */
  object: {
    sqliteType: 'TEXT',
    postgresTypes: ['jsonb'],
    fromSqlite: canonicalJson,
    toSqlite: same<string>,
    selected: asText,
    fromPostgres: canonicalJson,
    toPostgres: same<string>,
  },
  /** Whole numbers as a JSON list; an array in Postgres. */
  ids: {
    sqliteType: 'TEXT',
    postgresTypes: ['bigint[]', 'integer[]'],
    fromSqlite: same<string>,
    toSqlite: same<string>,
    selected: asJson,
    toPostgres: bracesOf,
  },
  texts: {
    sqliteType: 'TEXT',
    postgresTypes: ['text[]'],
    fromSqlite: canonicalJson,
    toSqlite: same<string>,
    selected: asJson,
    fromPostgres: canonicalJson,
    // What JSON escapes in a text beside these two, no slug has.
    toPostgres: (list: string) =>
      `{${(JSON.parse(list) as string[]).map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`,
  },
  /** Ids as SQLite packs a chunk's. */
  packed: {
    sqliteType: 'BLOB',
    postgresTypes: ['bigint[]'],
    fromSqlite: (bytes: Uint8Array) => JSON.stringify(unpackIds(bytes)),
    toSqlite: (list: string) => packIds(JSON.parse(list) as number[]),
    selected: asJson,
    toPostgres: bracesOf,
  },
  /** The same where Postgres has them in four bytes each, the lowest first. */
  fours: {
    sqliteType: 'BLOB',
    postgresTypes: ['bytea'],
    fromSqlite: (bytes: Uint8Array) => JSON.stringify(unpackIds(bytes)),
    toSqlite: (list: string) => packIds(JSON.parse(list) as number[]),
    fromPostgres: (bytes: Buffer) =>
      JSON.stringify(Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(i * 4))),
    toPostgres(list: string) {
      const ids = JSON.parse(list) as number[]
      const bytes = Buffer.allocUnsafe(ids.length * 4)
      for (const [i, id] of ids.entries()) bytes.writeUInt32LE(id, i * 4)
      return `\\x${bytes.toString('hex')}`
    },
  },
  bytes: {
    sqliteType: 'BLOB',
    postgresTypes: ['bytea'],
    fromSqlite: (bytes: Buffer) => bytes.toString('hex'),
    toSqlite: (hex: string) => Buffer.from(hex, 'hex'),
    selected: (column: string) => `encode(${column}, 'hex')`,
    toPostgres: (hex: string) => `\\x${hex}`,
  },
  /** The database's own time: never moved, only made. */
  time: {
    sqliteType: 'INTEGER',
    postgresTypes: ['timestamp with time zone'],
    fromSqlite: same<number>,
    toSqlite: same<number>,
    toPostgres: String,
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof kinds
export const kindOf = (name: KindName): Kind => kinds[name]

/** Equal for equal documents: keys in order, no spaces, and no text that jsonb refuses. */
export function canonicalJson(text: string): string {
  return text === '{}' || text === '[]' ? text : print(JSON.parse(text))
}

// By hand: twice as fast as sorted copies of its objects, and a million people have two documents each.
function print(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(keepable(value.toWellFormed()))
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`
  const object = value as { readonly [key: string]: unknown }
  let pairs = ''
  for (const key of Object.keys(object).sort())
    pairs += `${pairs === '' ? '' : ','}${print(key)}:${print(object[key])}`
  return `{${pairs}}`
}
