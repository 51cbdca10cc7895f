import type { Row } from './kinds.ts'
import type { Step } from './steps.ts'
import type { MovedTable } from './tables.ts'

/** A store as a move sees it: tables of rows. */
export interface Side extends AsyncDisposable {
  readonly kind: 'sqlite' | 'postgres'
  /** A file, or `host:port/name`. */
  readonly place: string
  count(table: MovedTable): Promise<number>
  /** Every row behind `after`, in the order of the table's key, in pages of some megabytes at most. Not two at once. */
  pages(table: MovedTable, after: Row | null): AsyncIterable<readonly Row[]>
  /** The highest id that a numbered table ever gave. */
  lastId(table: MovedTable): Promise<number>
}

/** Nobody else writes to it while it is open. */
export interface Source extends Side {
  /** The same for the same store, whenever it is opened. */
  mark(): Promise<string>
  /** Campaigns that run. */
  running(): Promise<readonly string[]>
}

/** Where rows arrive. Until `finish` no daemon opens it. Invariant: a page and the step behind it are one transaction. */
export interface Target extends Side {
  /** Note that a move from `mark` is under way. Resolves with how far it is; null for one that begins. Rejects with E_STATE
   *  where there are rows that it did not bring, or those of another source. */
  begin(mark: string): Promise<ReadonlyMap<string, Step> | null>
  /** Rejects with E_CONFLICT where the table is not at `before`: another move is at work. */
  write(table: MovedTable, rows: readonly Row[], before: Step, after: Step): Promise<void>
  /** Ids go on after these, and the store is one like any other. */
  finish(lastIds: ReadonlyMap<MovedTable, number>): Promise<void>
}

/** Pages are cut at so many rows, or characters where rows are large. */
export const pageLimits = { rows: 5000, characters: 4_000_000 } as const

/** What a row is in a page's measure. */
export const sizeOf = (row: Row): number =>
  row.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)

/** The columns by which a side reads. */
export const keyOn = (side: Side['kind'], { key, postgresKey }: MovedTable): readonly string[] =>
  side === 'postgres' ? (postgresKey ?? key) : key

/** The key of a row. */
export function keyOf(side: Side['kind'], table: MovedTable, row: Row): Row {
  const names = Object.keys(table.columns)
  return keyOn(side, table).map((name) => row[names.indexOf(name)] ?? null)
}
