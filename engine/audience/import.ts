import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import { BroadsheetError } from '../errors.ts'
import { bareProof } from '../model/consent.ts'
import { type ItemInput, itemInputSchema } from '../model/item.ts'
import { type SubscriberInput, subscriberInputSchema } from '../model/subscriber.ts'
import type { Store } from '../ports/store.ts'
import type { Columns, ColumnUse } from './columns.ts'
import { itemColumns } from './item-columns.ts'
import { listIds } from './list-ids.ts'
import { type ImportFormat, type Row, readRows } from './rows.ts'
import { subscriberColumns } from './subscriber-columns.ts'

export { type ImportFormat, importFormats } from './rows.ts'

/** A row that was not taken. `line` counts from 1, the header included. */
export interface ImportReject {
  readonly line: number
  /** The column of the header, or the field of an NDJSON row, that is wrong. */
  readonly column?: string
  readonly reason: string
  /** What it says, at most 80 characters. */
  readonly value?: string
}

export interface ImportProgress {
  readonly bytes: number
  readonly rows: number
  readonly rejected: number
}

/** created + updated + unchanged + erased + rejected = rows. */
export interface ImportResult {
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** People who had everything about them removed, and are not made again; absent: none. */
  readonly erased?: number
  readonly rejected: number
  /** The first 100, by line. */
  readonly rejects: readonly ImportReject[]
  /** What each column of a CSV header was taken for. */
  readonly columns: readonly ColumnUse[]
  readonly durationMs: number
}

export interface ImportOptions {
  readonly format: ImportFormat
  readonly clock: Clock
  /** About every 1,000 rows, and at the end. */
  readonly onProgress?: (progress: ImportProgress) => void
  /** Stops between batches, rejecting with its reason. */
  readonly signal?: AbortSignal
}

const batchRows = 1000
const maxRejects = 100

/** Read subscribers from a stream of bytes into the store, 1,000 rows a transaction. A bad row is counted
 *  and told, and never ends the import; rows that are stored stay when a later one, the source or the store
 *  fails. Of two rows with one address the later is the last word; both are counted. Nobody who left comes
 *  back (`SubscriberStore.upsert`), so the same file may be imported again.
 *  Rejects with E_NOT_FOUND for lists that do not exist, E_INPUT for a header without an address column,
 *  E_STORE_* when the store fails. Memory does not grow with the file. */
export async function importSubscribers(
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions & {
    readonly store: Pick<Store, 'subscribers' | 'lists'>
    /** Names of the lists that every row joins. */
    readonly lists: readonly string[]
    /** The file's name, for the consent events of who is new. */
    readonly origin?: string
  },
): Promise<ImportResult> {
  const { store, clock } = options
  const lists = await listIds(store, options.lists)
  return runImport<SubscriberInput>(source, options, {
    columns: subscriberColumns,
    schema: subscriberInputSchema,
    upsert: (batch) => {
      const now = clock.now()
      const proof = { ...bareProof('import', now), origin: options.origin ?? null }
      return store.subscribers.upsert(batch, { lists, now, proof })
    },
  })
}

/** Read items, as `importSubscribers` does. An item is known by its key, or else its URL. */
export async function importItems(
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions & { readonly store: Pick<Store, 'items'> },
): Promise<ImportResult> {
  const { store, clock } = options
  return runImport<ItemInput>(source, options, {
    columns: itemColumns,
    schema: itemInputSchema,
    upsert: (batch) => store.items.upsert(batch, clock.now()),
  })
}

interface ImportKind<Input> {
  readonly columns: (header: readonly string[]) => Columns
  readonly schema: z.ZodType<Input>
  readonly upsert: (
    batch: readonly Input[],
  ) => Promise<readonly { readonly outcome: 'created' | 'updated' | 'unchanged' | 'erased' }[]>
}

async function runImport<Input>(
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  kind: ImportKind<Input>,
): Promise<ImportResult> {
  const { clock, signal, onProgress } = options
  const startedAt = clock.now()
  const counts = { created: 0, updated: 0, unchanged: 0, erased: 0 }
  let bytes = 0
  let rows = 0
  let rejected = 0
  let batch: Input[] = []
  const rejects: ImportReject[] = []
  const file = readRows(source, {
    format: options.format,
    columns: kind.columns,
    onBytes(count) {
      bytes += count
    },
  })

  const store = async (): Promise<void> => {
    const outcomes = batch.length === 0 ? [] : await kind.upsert(batch).catch(explain)
    for (const { outcome } of outcomes) counts[outcome]++
    batch = []
  }
  const explain = (error: unknown): never => {
    if (!(error instanceof BroadsheetError)) throw error
    const stored = counts.created + counts.updated + counts.unchanged
    const message = `${error.message} ${stored} rows were stored before; importing the file again repeats nothing.`
    throw new BroadsheetError(error.code, message, { issues: error.issues, cause: error })
  }

  let reported = 0
  for await (const group of file.rows) {
    signal?.throwIfAborted()
    for (const row of group) {
      rows++
      const judged = judge(row, kind.schema, file.columns())
      if ('input' in judged) {
        batch.push(judged.input)
        if (batch.length === batchRows) await store()
      } else {
        rejected++
        if (rejects.length < maxRejects) rejects.push(judged.reject)
      }
    }
    if (rows - reported >= batchRows) {
      reported = rows
      onProgress?.({ bytes, rows, rejected })
    }
  }
  await store()
  onProgress?.({ bytes, rows, rejected })
  const { erased, ...written } = counts
  const gone = erased === 0 ? {} : { erased }
  return { rows, ...written, ...gone, rejected, rejects, columns: file.columns(), durationMs: clock.now() - startedAt }
}

function judge<Input>(
  row: Row,
  schema: z.ZodType<Input>,
  columns: readonly ColumnUse[],
): { readonly input: Input } | { readonly reject: ImportReject } {
  if ('reason' in row) {
    const { line, reason } = row
    const column = row.column === undefined ? {} : { column: columnOf(row.column, columns) }
    const value = row.cell === undefined ? {} : { value: row.cell.slice(0, 80) }
    return { reject: { line, ...column, reason, ...value } }
  }
  const result = schema.safeParse(row.value)
  if (result.success) return { input: result.data }
  const issue = result.error.issues[0]!
  const path = issue.path.map(String)
  const value = valueAt(row.value, issue.path)
  return {
    reject: {
      line: row.line,
      ...(path.length > 0 && { column: columnOf(path.join('.'), columns) }),
      reason: issue.message,
      ...(value !== undefined && { value }),
    },
  }
}

/** The header's own word for a field; `topics.x` belongs to the column of `topics`. */
function columnOf(field: string, columns: readonly ColumnUse[]): string {
  const use =
    columns.find((each) => each.field === field) ?? columns.find((each) => field.startsWith(`${each.field}.`))
  return use?.column ?? field
}

function valueAt(row: unknown, path: readonly PropertyKey[]): string | undefined {
  if (path.length === 0) return undefined
  let value: unknown = row
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text?.slice(0, 80)
}
