import type { Page } from '../../engine/model/ids.ts'

/** A page out of at most `limit` + 1 rows: the extra one only tells that there is more. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => number): Page<T> {
  if (rows.length <= limit) return { rows, next: null }
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return { rows: kept, next: last === undefined ? null : keyOf(last) }
}
