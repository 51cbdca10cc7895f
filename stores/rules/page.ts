import type { Page } from '../../engine/model/ids.ts'
import { maxFollowsAPerson } from './follow.ts'

/** A page out of at most `limit` + 1 rows: the extra one only tells that there is more. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => number): Page<T> {
  if (rows.length <= limit) return { rows, next: null }
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return { rows: kept, next: last === undefined ? null : keyOf(last) }
}

/** Those there are, in the order of `ids`. */
export function inOrderOf<T extends { readonly id: number }>(
  ids: readonly T['id'][],
  rows: readonly T[],
): T[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** A page by person, whose key a few rows in a row may share: all of the last key that is begun come with it, since the next
 *  page goes on after the key. Out of at most `limit` + `maxAlike` + 1 rows. */
export function pageOfAlike<T>(rows: readonly T[], limit: number, keyOf: (row: T) => number): Page<T> {
  const end = rows[limit - 1]
  if (end === undefined) return { rows, next: null }
  const last = keyOf(end)
  const kept = rows.filter((row, index) => index < limit || keyOf(row) === last)
  return { rows: kept, next: kept.length < rows.length ? last : null }
}
/** Rows of one key: a person's follows. */
export const maxAlike = maxFollowsAPerson
