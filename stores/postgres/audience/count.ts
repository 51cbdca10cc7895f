import { BroadsheetError } from '../../../engine/errors.ts'
import type { Audience, AudienceCount } from '../../../engine/model/audience.ts'
import { estimate, minLooks, rangeSize, spread } from '../../rules/estimate.ts'
import { createValues, type Database } from '../database/sql.ts'
import {
  compileAudience,
  lastSubscriber,
  type PlacedAudience,
  placeAudience,
  subscribersBetween,
} from './audience.ts'
import { isQuick } from './cost.ts'

// How many times more ranges the next statement may take: the first ones may have been easy.
const growth = 4

/** How large the audience is: counted at once where the planner believes that half of the time is enough, which is where an
 *  index answers or there are few people; else range by range until all are counted or the time is over. */
export async function countAudience(
  db: Database,
  audience: Audience,
  budgetMs: number,
): Promise<AudienceCount> {
  const until = performance.now() + budgetMs
  const placed = await placeAudience(db, audience)
  const count = await countAtOnce(db, placed, Math.floor(budgetMs / 2))
  return count === null ? countRanges(db, placed, until) : { count, exact: true, margin: 0 }
}

/** Null when that takes longer. */
async function countAtOnce(db: Database, audience: PlacedAudience, withinMs: number): Promise<number | null> {
  const values = createValues()
  const text = `SELECT count(*) AS count FROM subscriber s WHERE ${compileAudience(audience, values, 'all')}`
  if (withinMs < 1 || !(await isQuick(db, text, values.list, withinMs))) return null
  try {
    return await db.tx(async (tx) => {
      await tx.client.query(`SET LOCAL statement_timeout = ${withinMs}`)
      const [row] = await tx.adHoc<{ count: number }>(text, values.list)
      return row?.count ?? 0
    })
  } catch (error) {
    // The planner was wrong.
    if (error instanceof BroadsheetError && error.code === 'E_STORE_BUSY') return null
    throw error
  }
}

async function countRanges(db: Database, audience: PlacedAudience, until: number): Promise<AudienceCount> {
  const ranges = Math.ceil((await lastSubscriber(db)) / rangeSize)
  const order = [...spread(ranges)]
  const values = createValues()
  const afters = values(null)
  const from = subscribersBetween('r.after', `r.after + ${rangeSize}`)
  const text = `
    SELECT (SELECT count(*) FROM ${from} WHERE ${compileAudience(audience, values)}) AS found
    FROM unnest(${afters}::bigint[]) r (after)`
  const found = await db.tx(async (tx) => {
    const counts: number[] = []
    for (let looks = minLooks; looks >= 1 && counts.length < ranges; ) {
      const start = performance.now()
      const chosen = order.slice(counts.length, counts.length + looks).map((range) => range * rangeSize)
      const rows = await tx.adHoc<{ found: number }>(text, [chosen, ...values.list.slice(1)])
      counts.push(...rows.map((row) => row.found))
      const end = performance.now()
      looks = Math.min(looks * growth, Math.floor(((until - end) / (end - start)) * looks))
    }
    return counts
  })
  return estimate(found, ranges)
}
