import type { Audience, AudienceCount } from '../../../engine/model/audience.ts'
import { isOfLists } from '../../../engine/model/audience.ts'
import { estimate, minLooks, rangeSize, spread } from '../../rules/estimate.ts'
import type { Sql } from '../database/statements.ts'
import { compileAudience, lastSubscriber } from './audience.ts'
import { createBindings } from './segment.ts'

/** How large the audience is, range by range until all are counted or the time is over. The thread is busy for
 *  `budgetMs` and no longer, whatever the audience. */
export function countAudience(sql: Sql, audience: Audience, budgetMs: number): AudienceCount {
  const until = performance.now() + budgetMs
  const ranges = Math.ceil(lastSubscriber(sql) / rangeSize)
  const bind = createBindings()
  const condition = compileAudience(audience, bind)
  // Memberships and statuses alone: the index has both, and the wide rows stay unread.
  const from = isOfLists(audience) ? 'subscriber s INDEXED BY subscriber_status' : 'subscriber s NOT INDEXED'
  const look = sql<[object], number>(
    `SELECT count(*) FROM ${from} WHERE s.id > :after AND s.id <= :until AND ${condition}`,
  ).pluck()
  const found: number[] = []
  for (const range of spread(ranges)) {
    const after = range * rangeSize
    found.push(look.get({ ...bind.values, after, until: after + rangeSize }) ?? 0)
    if (performance.now() >= until && found.length >= minLooks) break
  }
  return estimate(found, ranges)
}
