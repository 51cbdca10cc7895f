import type { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { BroadsheetError } from '../../errors.ts'
import type { ImportId } from '../../model/ids.ts'
import type { ImportBatch, ImportCounts, ImportJob, ImportStore } from '../../ports/imports.ts'
import type { AddressChecker, CheckActions, CheckName } from '../address-check.ts'
import type { Columns, ColumnUse } from '../columns/columns.ts'
import { type FileFacts, type FileOptions, openFile } from '../files/open.ts'
import { fingerprint } from './fingerprint.ts'
import { columnOf, type ImportReject, type Judged, judge, type RejectedRow } from './judge.ts'
import { type Row, readRows, usesOf } from './rows.ts'

export interface ImportProgress {
  readonly bytes: number
  readonly rows: number
  readonly rejected: number
}

/** A row that was taken although something about its address is odd. */
export interface ImportWarning {
  readonly line: number
  readonly check: CheckName
  readonly message: string
}

/** created + updated + unchanged + rejected = rows. */
export interface ImportResult extends ImportCounts {
  /** Of the job; null for a dry run. */
  readonly id: ImportId | null
  readonly dryRun: boolean
  readonly rows: number
  readonly rejected: number
  /** The first 100, by line. */
  readonly rejects: readonly ImportReject[]
  /** How many rows were rejected for each reason, such as `E-Mail: has no "@"`; of more than 100 different ones,
   *  those that came first. */
  readonly reasons: { readonly [reason: string]: number }
  /** What each column of a header was taken for. */
  readonly columns: readonly ColumnUse[]
  /** The product whose export this was taken for. */
  readonly preset: string | null
  readonly file: FileFacts
  /** How many rows each check warned of, and the first 100. */
  readonly warned: { readonly [check: string]: number }
  readonly warnings: readonly ImportWarning[]
  /** Of a dry run: the first 10 rows as they would be stored. */
  readonly first: readonly object[]
  readonly durationMs: number
}

export interface ImportOptions extends FileOptions {
  readonly clock: Clock
  /** Field by column; see `subscriberColumns`. */
  readonly map?: { readonly [column: string]: string } | undefined
  /** Count what would become of each row, and write nothing. */
  readonly dryRun?: boolean | undefined
  readonly checks?: { readonly checker: AddressChecker; readonly actions: CheckActions } | undefined
  /** About every 1,000 rows, and at the end. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  /** Hears of each batch that was written, with the rows that were rejected on its way; never of a dry run. */
  readonly onWritten?: ((rows: ImportCounts & { readonly rejected: number }) => void) | undefined
  /** All rejected rows in order, a group at a time; the import waits for it. `header`: the columns, null for NDJSON. */
  readonly onRejects?:
    | ((rows: readonly RejectedRow[], header: readonly string[] | null) => unknown)
    | undefined
  /** Note how far it is, so that it can be resumed. `resumed`: go on where this one stands; its rows are read again
   *  and rejected ones told again, but nothing of them is stored or counted twice. */
  readonly job?:
    | { readonly store: ImportStore; readonly id: ImportId; readonly resumed: ImportJob | null }
    | undefined
  /** Stops between batches, rejecting with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** What is particular to subscribers, items or suppressions. */
export interface ImportKind<Input, Stored = Input> {
  readonly columns: (header: readonly string[], samples: readonly (readonly string[])[]) => Columns
  readonly schema: z.ZodType<Input>
  readonly plain: (value: unknown) => Input | null
  /** What rows become with what only the store knows; a text is the reason why one is rejected. */
  readonly prepare: (
    inputs: readonly Input[],
  ) => Promise<readonly (Stored | { readonly reason: string; readonly field: string })[]>
  readonly addressOf: (stored: Stored) => string | null
  readonly batch: (rows: readonly Stored[]) => ImportBatch
  /** Used where there is no job. */
  readonly write: (rows: readonly Stored[]) => Promise<ImportCounts>
  readonly look: (rows: readonly Stored[]) => Promise<ImportCounts & { readonly after: readonly object[] }>
}

const batchRows = 1000
const told = 100
const firstRows = 10

export async function runImport<Input, Stored>(
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  kind: ImportKind<Input, Stored>,
): Promise<ImportResult> {
  const { clock, signal, onProgress, job } = options
  const startedAt = clock.now()
  const resumed = job?.resumed ?? null
  const raw = fingerprint(source, resumed)
  const file = await openFile(raw.source, options)
  await using stack = new AsyncDisposableStack()
  stack.defer(() => file.close())
  const table = readRows(file, kind.columns)
  const counts = {
    created: resumed?.created ?? 0,
    updated: resumed?.updated ?? 0,
    unchanged: resumed?.unchanged ?? 0,
  }
  let committed = resumed?.rows ?? 0
  let rejected = resumed?.rejected ?? 0
  let rows = 0
  /** Rows to be written, in the order of the file; null for one that was rejected. */
  const pending: (Stored | null)[] = []
  let writing: Promise<void> = Promise.resolve()
  const rejects: ImportReject[] = []
  const reasons = new Map<string, number>()
  const warned: Record<string, number> = {}
  const warnings: ImportWarning[] = []
  const first: object[] = []

  const explain = (error: unknown): never => {
    if (!(error instanceof BroadsheetError)) throw error
    const stored = counts.created + counts.updated + counts.unchanged
    const message = `${error.message} ${stored} rows were stored before; importing the file again repeats nothing.`
    throw new BroadsheetError(error.code, message, { issues: error.issues, cause: error })
  }
  const write = async (settled: readonly (Stored | null)[]): Promise<void> => {
    const part = settled.filter((stored) => stored !== null)
    if (options.dryRun === true) {
      const seen = part.length === 0 ? null : await kind.look(part).catch(explain)
      if (seen !== null) {
        for (const name of ['created', 'updated', 'unchanged'] as const) counts[name] += seen[name]
        first.push(...seen.after.slice(0, firstRows - first.length))
      }
      return
    }
    if (job === undefined && part.length === 0) return
    const step = {
      after: committed,
      rows: settled.length,
      rejected: settled.length - part.length,
      ...raw.prefix(),
    }
    const done = await (job === undefined
      ? kind.write(part)
      : job.store.commit(job.id, step, kind.batch(part), clock.now())
    ).catch(explain)
    committed += settled.length
    for (const name of ['created', 'updated', 'unchanged'] as const) counts[name] += done[name]
    options.onWritten?.({ ...done, rejected: step.rejected })
  }
  /** The next batch is read while this one is written; never two at a time. */
  const store = async (least: number): Promise<void> => {
    while (pending.length >= least && pending.length > 0) {
      await writing
      writing = write(pending.splice(0, batchRows))
      // Whoever awaits it next hears of a failure.
      writing.catch(() => {})
    }
  }

  let reported = 0
  try {
    for await (const group of table.rows) {
      signal?.throwIfAborted()
      const uses = usesOf(table)
      const refused: RejectedRow[] = []
      for (const { row, judged, findings } of await judgeAll(group, options, kind, uses)) {
        rows++
        // Stored by the import that this one goes on with.
        const before = resumed !== null && rows <= resumed.rows
        for (const finding of findings) {
          warned[finding.check] = (warned[finding.check] ?? 0) + 1
          if (warnings.length < told) warnings.push({ line: row.line, ...finding })
        }
        if ('reject' in judged) {
          refused.push({ ...judged.reject, raw: row.raw })
          if (rejects.length < told) rejects.push(judged.reject)
          const reason = kindOf(judged.reject)
          if (reasons.has(reason) || reasons.size < told) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
        }
        if (before) continue
        if ('reject' in judged) rejected++
        pending.push('input' in judged ? judged.input : null)
        // What the earlier import stored must be known to be the beginning of this file before anything is added to it.
        if (pending.length >= batchRows && raw.verified()) await store(batchRows)
      }
      if (refused.length > 0)
        await options.onRejects?.(refused, table.columns() === null ? null : uses.map(({ column }) => column))
      if (rows - reported >= batchRows) {
        reported = rows
        onProgress?.({ bytes: raw.bytes(), rows, rejected })
      }
    }
    await store(1)
  } finally {
    // A batch that is under way is committed or not before anybody hears how it ended.
    await writing.catch(() => {})
  }
  await writing
  onProgress?.({ bytes: raw.bytes(), rows, rejected })
  const columns = table.columns()
  return {
    id: job?.id ?? null,
    dryRun: options.dryRun === true,
    rows,
    ...counts,
    rejected,
    rejects,
    reasons: Object.fromEntries(reasons),
    columns: usesOf(table),
    preset: columns?.preset ?? null,
    file: file.facts,
    warned,
    warnings,
    first,
    durationMs: clock.now() - startedAt,
  }
}

interface JudgedRow<Stored> {
  readonly row: Row
  readonly judged: Judged<Stored>
  readonly findings: readonly { readonly check: CheckName; readonly message: string }[]
}
const noFindings: JudgedRow<never>['findings'] = []

/** Column and reason, without the row's own value: `E-Mail: has no "@"`. */
const kindOf = ({ column, reason, value }: ImportReject): string =>
  `${column === undefined ? '' : `${column}: `}${value === undefined ? reason : reason.replace(`"${value}" `, '')}`

/** Schema, then what the store knows, then the checks that were asked for. */
async function judgeAll<Input, Stored>(
  group: readonly Row[],
  options: Pick<ImportOptions, 'checks'>,
  kind: ImportKind<Input, Stored>,
  uses: readonly ColumnUse[],
): Promise<readonly JudgedRow<Stored>[]> {
  const inputs: Input[] = []
  const first = group.map((row) => {
    const judged = judge(row, kind.schema, kind.plain, uses)
    if ('input' in judged) inputs.push(judged.input)
    return { row, judged }
  })
  const prepared = await kind.prepare(inputs)
  let next = 0
  const rows = first.map(({ row, judged }): JudgedRow<Stored> => {
    if ('reject' in judged) return { row, judged, findings: noFindings }
    const stored = prepared[next++]!
    if (isRefusal(stored)) {
      const { reason, field } = stored
      return {
        row,
        judged: { reject: { line: row.line, column: columnOf(field, uses), reason } },
        findings: noFindings,
      }
    }
    return { row, judged: { input: stored as Stored }, findings: noFindings }
  })
  const { checks } = options
  const asked = new Set(
    Object.entries(checks?.actions ?? {}).flatMap(([name, action]) =>
      action === 'off' ? [] : [name as CheckName],
    ),
  )
  if (checks === undefined || asked.size === 0) return rows
  return Promise.all(
    rows.map(async (each): Promise<JudgedRow<Stored>> => {
      const address = 'input' in each.judged ? kind.addressOf(each.judged.input) : null
      if (address === null) return each
      const findings = await checks.checker.check(address, asked)
      const bad = findings.find(({ check }) => checks.actions[check] === 'reject')
      if (bad === undefined) return { ...each, findings }
      const reject = {
        line: each.row.line,
        column: columnOf('address', uses),
        reason: bad.message,
        value: address.slice(0, 80),
      }
      return { row: each.row, judged: { reject }, findings: noFindings }
    }),
  )
}

const isRefusal = (value: unknown): value is { readonly reason: string; readonly field: string } =>
  typeof value === 'object' && value !== null && 'field' in value && 'reason' in value
