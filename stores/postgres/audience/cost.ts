import type { Sql } from '../database/sql.ts'

// What the planner reckons with is about a page read in order. At 1,000,000 subscribers in memory we saw 105 to 480 of
// these done in a millisecond.
const costPerMs = 150

/** Does the planner believe that the statement takes no longer than this? One round trip, some 0.3 ms. It may be wrong by
 *  far where it has no statistics yet: whoever cannot wait sets a limit beside. */
export async function isQuick(
  sql: Sql,
  text: string,
  values: readonly unknown[],
  withinMs: number,
): Promise<boolean> {
  const [row] = await sql.adHoc<{ readonly 'QUERY PLAN': readonly Explained[] }>(
    `EXPLAIN (FORMAT JSON) ${text}`,
    values,
  )
  const cost = row?.['QUERY PLAN'][0]?.Plan['Total Cost'] ?? Number.POSITIVE_INFINITY
  return cost <= withinMs * costPerMs
}

interface Explained {
  readonly Plan: { readonly 'Total Cost': number }
}
