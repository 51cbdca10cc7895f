import type { Row } from './kinds.ts'
import { otherSource } from './refusals.ts'

/** How far a table is: the last row's key, and how many arrived. */
export interface Step {
  readonly lastKey: Row | null
  readonly rows: number
}

/** A row of the table `move` in the target. */
export interface StepRow {
  readonly name: string
  readonly source: string
  readonly last_key: string | null
  readonly rows: number
}
export const stepColumns = 'name, source, last_key, rows'

/** How far a move is that was begun. Refuses one of another source. */
export function stepsOf(rows: readonly StepRow[], mark: string, place: string): ReadonlyMap<string, Step> {
  if (rows.some(({ source }) => source !== mark)) throw otherSource(place)
  return new Map(
    rows.map((row) => [
      row.name,
      { lastKey: row.last_key === null ? null : (JSON.parse(row.last_key) as Row), rows: row.rows },
    ]),
  )
}
