import type { EpochMs, Json, ListId } from '../model/ids.ts'
import type { Membership } from '../model/list.ts'
import type { ResolvedRule } from '../model/segment.ts'
import type { Subscriber, SubscriberStatus } from '../model/subscriber.ts'
import type { Store } from '../ports/store.ts'
import { delimitedLine } from './files/csv-line.ts'

export const exportFormats = ['csv', 'tsv', 'ndjson'] as const
export type ExportFormat = (typeof exportFormats)[number]

const pageRows = 1000
/** More attributes than this share the column `attributes`. */
const maxColumns = 200

const subscriberFields = [
  'address',
  'name',
  'language',
  'timeZone',
  'status',
  'topics',
  'lists',
  'createdAt',
  'updatedAt',
]
const itemFields = [
  'key',
  'title',
  'url',
  'summary',
  'body',
  'imageUrl',
  'author',
  'language',
  'topics',
  'popularity',
  'publishedAt',
]

let lastAt: EpochMs = 0
let lastIso = '1970-01-01T00:00:00.000Z'
/** Rows of one import share their times, and writing one costs 3 us. */
function iso(at: EpochMs): string {
  if (at !== lastAt) {
    lastIso = new Date(at).toISOString()
    lastAt = at
  }
  return lastIso
}
const line = (format: ExportFormat, cells: readonly (string | number | null)[]): string =>
  delimitedLine(cells, format === 'tsv' ? '\t' : ',')

async function* pages<T>(
  read: (after: number) => Promise<{ readonly rows: readonly T[]; readonly next: number | null }>,
): AsyncGenerator<readonly T[]> {
  for (let after: number | null = 0; after !== null; ) {
    const page: { readonly rows: readonly T[]; readonly next: number | null } = await read(after)
    yield page.rows
    after = page.next
  }
}

export interface SubscriberExport {
  readonly format: ExportFormat
  readonly status?: SubscriberStatus | undefined
  readonly list?: ListId | undefined
  readonly segment?: ResolvedRule | undefined
}

interface ListEntry {
  readonly list: string
  readonly membership: Membership
  readonly at: EpochMs
}

/** Subscribers in the form that `importSubscribers` reads back as they were: every field, lists with the state and time of
 *  each membership, dates. In pieces of a page. CSV and TSV read everything twice, since columns come first: a text
 *  attribute has a column `attributes.<name>`; one that is not text everywhere has `attributes.<name>:json`; and what
 *  fits neither is in `attributes`, as JSON. */
export async function* exportSubscribers(
  store: Pick<Store, 'reports' | 'lists'>,
  { format, status, list, segment }: SubscriberExport,
): AsyncGenerator<string> {
  const query = {
    limit: pageRows,
    ...(status !== undefined && { status }),
    ...(list !== undefined && { list }),
    ...(segment !== undefined && { segment }),
  }
  // Of the erased there is nothing to give.
  const all = async function* () {
    for await (const rows of pages((after) => store.reports.subscribers.page({ ...query, after })))
      yield rows.filter((row) => row.status !== 'erased')
  }
  const names = await listNames(store)
  const withLists = async (rows: readonly Subscriber[]) => {
    const found = await store.reports.subscribers.membershipsOf(rows.map(({ id }) => id))
    const byId = Map.groupBy(found, ({ id }) => id)
    return rows.map((row) => ({
      row,
      lists: (byId.get(row.id) ?? []).flatMap(({ listId, membership, at }): ListEntry[] => {
        const name = names.get(listId)
        return name === undefined ? [] : [{ list: name, membership, at }]
      }),
    }))
  }
  if (format === 'ndjson') {
    for await (const rows of all()) {
      let text = ''
      for (const { row, lists } of await withLists(rows)) {
        const { id: _, createdAt, updatedAt, ...fields } = row
        text += `${JSON.stringify({ ...fields, lists, createdAt, updatedAt })}\n`
      }
      yield text
    }
    return
  }
  const columns = await attributeColumns(all())
  yield line(format, [
    ...subscriberFields,
    ...columns.map(({ key, json }) => `attributes.${key}${json ? ':json' : ''}`),
    'attributes',
  ])
  for await (const rows of all()) {
    let text = ''
    for (const { row, lists } of await withLists(rows)) {
      const { cells, rest } = attributeCells(row.attributes, columns)
      text += line(format, [
        row.address,
        row.name,
        row.language,
        row.timeZone,
        row.status,
        Object.entries(row.topics)
          .map(([slug, weight]) => `${slug}:${weight}`)
          .join(';'),
        lists.map(({ list: name, membership, at }) => `${name}:${membership}@${iso(at)}`).join(';'),
        iso(row.createdAt),
        iso(row.updatedAt),
        ...cells,
        rest,
      ])
    }
    yield text
  }
}

async function listNames(store: Pick<Store, 'lists'>): Promise<ReadonlyMap<ListId, string>> {
  const names = new Map<ListId, string>()
  for await (const rows of pages((after) => store.lists.page({ after, limit: pageRows })))
    for (const { id, name } of rows) names.set(id, name)
  return names
}

interface AttributeColumn {
  readonly key: string
  readonly json: boolean
}

// A header cell is trimmed and compared by people: other names stay in the JSON.
const isColumnName = (key: string): boolean =>
  /^[\p{L}\p{N}_.:-]([\p{L}\p{N}_.: -]{0,62}[\p{L}\p{N}_.:-])?$/u.test(key) &&
  !['__proto__', 'constructor', 'prototype'].includes(key.replace(/:json$/, ''))
/** Does a cell of text come back as it was? Blanks at the ends would not, nor would nothing at all. */
const isPlainText = (value: Json): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.trim() === value &&
  value.isWellFormed() &&
  !value.includes('\0')

async function attributeColumns(
  all: AsyncIterable<readonly Subscriber[]>,
): Promise<readonly AttributeColumn[]> {
  const kinds = new Map<string, boolean>()
  for await (const rows of all)
    for (const { attributes } of rows)
      for (const key of Object.keys(attributes)) {
        if (!kinds.has(key) && kinds.size >= maxColumns * 10) continue
        // A name that ends like the mark of a JSON column has to have the mark.
        if (kinds.get(key) !== true) kinds.set(key, key.endsWith(':json') || !isPlainText(attributes[key]!))
      }
  return [...kinds]
    .filter(([key]) => isColumnName(key) && key.length <= 58)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, maxColumns)
    .map(([key, json]) => ({ key, json }))
}

/** What came after the columns were counted may not fit them any more: it goes into the rest. */
function attributeCells(
  attributes: Subscriber['attributes'],
  columns: readonly AttributeColumn[],
): { readonly cells: readonly (string | null)[]; readonly rest: string | null } {
  const placed = new Set<string>()
  const cells = columns.map(({ key, json }) => {
    if (!Object.hasOwn(attributes, key)) return null
    const value = attributes[key]!
    if (!json && !isPlainText(value)) return null
    placed.add(key)
    return json ? JSON.stringify(value) : (value as string)
  })
  const left = Object.entries(attributes).filter(([key]) => !placed.has(key))
  return { cells, rest: left.length === 0 ? null : JSON.stringify(Object.fromEntries(left)) }
}

/** Items in the form that `importItems` reads. */
export async function* exportItems(
  { reports }: Pick<Store, 'reports'>,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format !== 'ndjson') yield line(format, itemFields)
  for await (const rows of pages((after) => reports.items.page({ after, limit: pageRows }))) {
    let text = ''
    for (const row of rows) {
      const { id: _, createdAt: _created, updatedAt: _updated, ...item } = row
      text +=
        format === 'ndjson'
          ? `${JSON.stringify(item)}\n`
          : line(format, [
              item.key,
              item.title,
              item.url,
              item.summary,
              item.body,
              item.imageUrl,
              item.author,
              item.language,
              item.topics.join(';'),
              item.popularity,
              iso(item.publishedAt),
            ])
    }
    yield text
  }
}

/** Suppressions in the form that `importSuppressions` reads; domains as `@example.org`. */
export async function* exportSuppressions(
  { reports }: Pick<Store, 'reports'>,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format !== 'ndjson') yield line(format, ['address', 'reason', 'detail', 'createdAt'])
  for await (const rows of pages((after) => reports.suppressions.page({ after, limit: pageRows }))) {
    let text = ''
    for (const { address, reason, detail, createdAt } of rows)
      text +=
        format === 'ndjson'
          ? `${JSON.stringify({ address, reason, detail, createdAt })}\n`
          : line(format, [address, reason, detail, iso(createdAt)])
    yield text
  }
}
