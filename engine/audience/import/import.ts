import { isDeepStrictEqual } from 'node:util'
import { cleanItems } from '../../content/clean-item.ts'
import { bareProof } from '../../model/consent.ts'
import type { EpochMs, ListId } from '../../model/ids.ts'
import { type Item, type ItemInput, itemInputSchema } from '../../model/item.ts'
import type { ImportCounts } from '../../ports/imports.ts'
import type { Store } from '../../ports/store.ts'
import type { MergeRule, SubscriberRow } from '../../ports/subscribers.ts'
import { itemColumns } from '../columns/item.ts'
import type { PresetName } from '../columns/presets.ts'
import { subscriberColumns } from '../columns/subscriber.ts'
import { suppressionColumns } from '../columns/suppression.ts'
import { listIds } from '../list-ids.ts'
import { plainRows } from './plain-row.ts'
import { type ImportRow, importRowSchema, type SuppressionRow, suppressionRowSchema } from './row-schema.ts'
import { type ImportOptions, type ImportResult, runImport } from './run.ts'
import { createSeenTexts } from './seen-texts.ts'

export { type ImportFormat, importFormats } from '../files/open.ts'
export type { ImportReject, RejectedRow } from './judge.ts'
export type { ImportOptions, ImportProgress, ImportResult, ImportWarning } from './run.ts'

/** Read subscribers from a stream of bytes into the store, 1,000 rows a transaction. What the file is (format, encoding,
 *  delimiter, packing, whose export) is seen from its beginning where it is not said. A bad row is counted and told, and
 *  never ends the import; rows that are stored stay when a later one, the source or the store fails. Of two rows with one
 *  address the later is the last word; both are counted. Nobody who left comes back (`SubscriberStore.upsert`), so the same
 *  file may be imported again.
 *  Rejects with E_NOT_FOUND for lists that do not exist, E_INPUT for a header without an address column, E_BODY and
 *  E_TOO_LARGE for archives that are damaged or too large, E_STORE_* when the store fails. Memory does not grow with the
 *  file. */
export async function importSubscribers(
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions & {
    readonly store: Pick<Store, 'subscribers' | 'lists'>
    /** Names of the lists that every row joins. */
    readonly lists: readonly string[]
    /** Make the lists that rows name and that do not exist; else such a row is rejected. */
    readonly createLists?: boolean
    readonly merge?: MergeRule
    /** Of the file: where the consents of its people came from. */
    readonly origin?: string | null | undefined
    readonly preset?: PresetName | 'none' | undefined
  },
): Promise<ImportResult> {
  const { store, clock, map, preset, merge = 'overwrite', dryRun = false } = options
  const lists = await listIds(store, options.lists)
  const proof = { ...bareProof('import', clock.now()), origin: options.origin ?? null }
  const upsertOptions = () => ({ lists, merge, proof, now: clock.now() })
  const named = namedLists(store.lists, {
    create: options.createLists === true,
    dryRun,
    now: () => clock.now(),
  })
  const seen = createSeenTexts()
  return runImport<ImportRow, SubscriberRow>(source, options, {
    columns: (header, samples) => subscriberColumns(header, { map, preset }, samples),
    schema: importRowSchema,
    plain: plainRows(),
    prepare: (rows) => named(rows),
    addressOf: ({ address }) => address,
    batch: (rows) => ({ kind: 'subscribers', rows, lists, merge, proof }),
    write: async (rows) => countsOf(await store.subscribers.upsert(rows, upsertOptions())),
    async look(rows) {
      const looks = await store.subscribers.look(rows, upsertOptions())
      // Rows of an earlier batch are not stored yet: the second with a new address would change the first.
      const outcomes = looks.map(({ outcome }, index) => {
        const fresh = seen.add(rows[index]!.address)
        return { outcome: outcome === 'created' && !fresh ? ('updated' as const) : outcome }
      })
      return {
        ...countsOf(outcomes),
        after: looks
          .slice(0, 10)
          .map(({ after, outcome }, index) => ({ address: rows[index]!.address, outcome, ...after })),
      }
    },
  })
}

/** Read items, as `importSubscribers` does. An item is known by its key, or else its URL. */
export async function importItems(
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions & { readonly store: Pick<Store, 'items'> },
): Promise<ImportResult> {
  const { store, clock, map } = options
  const seen = createSeenTexts()
  return runImport<ItemInput, ItemInput>(source, options, {
    columns: (header) => itemColumns(header, map),
    schema: itemInputSchema,
    plain: () => null,
    prepare: cleanItems,
    addressOf: () => null,
    batch: (rows) => ({ kind: 'items', rows }),
    write: async (rows) => countsOf(await store.items.upsert(rows, clock.now())),
    async look(rows) {
      const found = await store.items.byKey(rows.map((row) => row.key ?? row.url))
      const known = new Map(found.map((item) => [item.key, item]))
      const outcomes = rows.map((row) => ({ outcome: itemOutcome(row, known, seen.add) }))
      return { ...countsOf(outcomes), after: rows.slice(0, 10) }
    },
  })
}

function itemOutcome(
  row: ItemInput,
  known: ReadonlyMap<string, Item>,
  isFirst: (key: string) => boolean,
): keyof ImportCounts {
  const key = row.key ?? row.url
  const first = isFirst(key)
  const item = known.get(key)
  if (item === undefined) return first ? 'created' : 'updated'
  const fields = Object.keys(row) as (keyof ItemInput)[]
  return fields.every((field) => row[field] === undefined || isDeepStrictEqual(row[field], item[field]))
    ? 'unchanged'
    : 'updated'
}

/** Read addresses and domains that are never mailed: one a line, or CSV with `address`, `reason` and `detail`. */
export async function importSuppressions(
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions & { readonly store: Pick<Store, 'suppressions'> },
): Promise<ImportResult> {
  const { store, clock } = options
  const seen = createSeenTexts()
  return runImport<SuppressionRow, SuppressionRow>(source, options, {
    columns: (header) => suppressionColumns(header),
    schema: suppressionRowSchema,
    plain: () => null,
    prepare: async (rows) => rows,
    addressOf: () => null,
    batch: (rows) => ({
      kind: 'suppressions',
      rows: rows.map(({ address, reason, detail }) => ({ address, reason, detail })),
    }),
    async write(rows) {
      const created = await store.suppressions.add(rows, clock.now())
      return { created, updated: 0, unchanged: rows.length - created }
    },
    async look(rows) {
      const found = await store.suppressions.byAddress(rows.map(({ address }) => address))
      const known = new Set(found.map(({ address }) => address))
      const created = rows.filter(({ address }) => seen.add(address) && !known.has(address)).length
      return { created, updated: 0, unchanged: rows.length - created, after: rows.slice(0, 10) }
    },
  })
}

/** People who were erased stay as they are: unchanged. */
const countsOf = (outcomes: readonly { readonly outcome: keyof ImportCounts | 'erased' }[]): ImportCounts => {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  for (const { outcome } of outcomes) counts[outcome === 'erased' ? 'unchanged' : outcome]++
  return counts
}

/** Lists that rows name, as ids. */
function namedLists(
  lists: Store['lists'],
  options: { readonly create: boolean; readonly dryRun: boolean; readonly now: () => EpochMs },
): (
  rows: readonly ImportRow[],
) => Promise<readonly (SubscriberRow | { readonly reason: string; readonly field: string })[]> {
  const ids = new Map<string, ListId | null>()
  const learn = async (names: readonly string[]): Promise<void> => {
    for (const list of await lists.byName(names)) ids.set(list.name, list.id)
    for (const name of names) {
      if (ids.has(name)) continue
      if (!options.create) ids.set(name, null)
      // A dry run makes none: an id that no list has.
      else if (options.dryRun) ids.set(name, -(ids.size + 1) as ListId)
      else
        ids.set(
          name,
          (await lists.insert({ name, title: name, description: '', optIn: 'single' }, options.now())).id,
        )
    }
  }
  return async (rows) => {
    const unknown = new Set<string>()
    for (const row of rows) for (const { list } of row.lists ?? []) if (!ids.has(list)) unknown.add(list)
    if (unknown.size > 0) await learn([...unknown])
    return rows.map((row) => {
      if (row.lists === undefined) return row as SubscriberRow
      const { lists: named, ...rest } = row
      const missing = named.find(({ list }) => ids.get(list) === null)
      if (missing !== undefined)
        return {
          field: 'lists',
          reason: `there is no list "${missing.list}": create it, let the import create lists, or ignore the column`,
        }
      const memberships = named.map(({ list, membership, at }) => ({
        listId: ids.get(list)!,
        membership,
        at,
      }))
      return { ...rest, memberships } as SubscriberRow
    })
  }
}
