import { createChecksum } from './checksum.ts'
import { differs, stillRunning } from './refusals.ts'
import { keyOf, type Side, type Source, type Target } from './side.ts'
import type { Step } from './steps.ts'
import { type MovedTable, tables } from './tables.ts'

export interface MoveProgress {
  /** `check`: what arrived is read again and compared. */
  readonly phase: 'copy' | 'check'
  readonly table: string
  /** Rows of all tables. */
  readonly done: number
  readonly total: number
}

export interface MovedRows {
  readonly table: string
  readonly rows: number
  readonly sha256: string
}

export interface MoveOptions {
  readonly onProgress?: (progress: MoveProgress) => void
  /** Ends it between two pages, with its reason: the same call goes on then. */
  readonly signal?: AbortSignal
}

export interface MoveResult {
  /** Did an earlier one begin it? */
  readonly resumed: boolean
  /** Those that this one brought. */
  readonly copied: number
  readonly tables: readonly MovedRows[]
}

/** Bring everything from one store into another. After a crash at any moment the same call goes on; where it resolves, every
 *  table was read anew on both sides and is the same. Rejects with E_STATE where campaigns run, where the target has
 *  other rows, and where a table differs. */
export async function moveHouse(
  source: Source,
  target: Target,
  { onProgress = () => {}, signal }: MoveOptions = {},
): Promise<MoveResult> {
  const running = await source.running()
  if (running.length > 0) throw stillRunning(source.place, running)
  const begun = await target.begin(await source.mark())
  let total = 0
  for (const table of tables) total += await source.count(table)

  let done = 0
  let copied = 0
  for (const table of tables) {
    const step = begun?.get(table.name) ?? { lastKey: null, rows: 0 }
    done += step.rows
    await copyTable(source, target, table, step, (rows) => {
      signal?.throwIfAborted()
      copied += rows
      done += rows
      onProgress({ phase: 'copy', table: table.name, done, total })
    })
  }

  const compared: MovedRows[] = []
  let checked = 0
  for (const table of tables) {
    const count = (rows: number) => {
      checked += rows / 2
      signal?.throwIfAborted()
      onProgress({ phase: 'check', table: table.name, done: Math.floor(checked), total })
    }
    const [from, to] = await Promise.all([checksumOf(source, table, count), checksumOf(target, table, count)])
    if (from.rows !== to.rows || from.sha256 !== to.sha256) throw differs(table.name, from, to)
    compared.push({ table: table.name, ...to })
  }

  const lastIds = new Map<MovedTable, number>()
  for (const table of tables) if (table.numbered) lastIds.set(table, await source.lastId(table))
  await target.finish(lastIds)
  return { resumed: begun !== null, copied, tables: compared }
}

/** `onRows` hears of a page before it is written, and ends the copying by throwing. */
async function copyTable(
  source: Source,
  target: Target,
  table: MovedTable,
  begun: Step,
  onRows: (rows: number) => void,
): Promise<void> {
  let step = begun
  // The next page is read while the last one is written.
  let writing = Promise.resolve()
  try {
    for await (const rows of source.pages(table, step.lastKey)) {
      await writing
      onRows(rows.length)
      const before = step
      step = {
        lastKey: keyOf(source.kind, table, rows.at(-1) ?? []),
        rows: before.rows + rows.length,
      }
      writing = target.write(table, rows, before, step)
      // Awaited above or below; meanwhile nobody else is to hear of it.
      writing.catch(() => {})
    }
  } finally {
    await writing
  }
}

async function checksumOf(
  side: Side,
  table: MovedTable,
  onRows: (rows: number) => void,
): Promise<{ readonly rows: number; readonly sha256: string }> {
  const sum = createChecksum()
  for await (const rows of side.pages(table, null)) {
    for (const row of rows) sum.add(row)
    onRows(rows.length)
  }
  return { rows: sum.rows, sha256: sum.sha256 }
}
