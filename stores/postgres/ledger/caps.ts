import type { Caps } from '../../../engine/config.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { capDayMs, capWeekMs } from '../../rules/ledger.ts'
import type { Tx, Values } from '../database/sql.ts'
import { monthsOf, type Run } from './runs.ts'

/** What a batch counts letters by. */
export interface Counting {
  readonly caps: Caps
  /** Did anybody set a limit of their own? */
  readonly limited: boolean
  /** What else is under way. */
  readonly others: readonly { readonly id: PublicationId; readonly month: number }[]
}

/** Null where nobody is to be counted for. Else the people are held: two runs that hand over to the same person at once
 *  would each count without the other's letter, so the second waits for the first to commit. In the order of the ids, so
 *  that they do not wait for each other. */
export async function countingOf(
  tx: Tx,
  run: Run,
  people: readonly SubscriberId[],
  { caps, limited }: { readonly caps: Caps | null; readonly limited: boolean },
): Promise<Counting | null> {
  if (caps === null || (caps.maxPerDay === null && caps.maxPerWeek === null && !limited)) return null
  await tx.run('SELECT id FROM subscriber WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [people])
  const others = await tx.all<{ id: PublicationId; month: number }>(
    "SELECT id, month FROM publication WHERE state = 'running' AND id <> $1",
    [run.id],
  )
  return { caps, limited, others }
}

/** SQL: what a batch asks of each person, as columns `day`, `week` and `own` over `s.id`: letters had, and allowed by
 *  their own word. */
export function capColumns(values: Values, counting: Counting | null, now: EpochMs): string {
  if (counting === null) return '0 AS day, 0 AS week, NULL::integer AS own'
  const { caps, limited, others } = counting
  const own = limited
    ? '(SELECT o.max_per_week FROM subscription o WHERE o.subscriber_id = s.id)'
    : 'NULL::integer'
  // What other runs hand over at this moment has no event yet.
  const onTheWay =
    others.length === 0
      ? '0'
      : `(SELECT count(*) FROM delivery h
         WHERE h.month IN (${monthsOf(others)}) AND h.publication_id = ANY(${values(others.map(({ id }) => id))})
           AND h.subscriber_id = s.id AND h.state = 'handing')`
  const since = (time: EpochMs) =>
    `(SELECT count(*) FROM event e
       WHERE e.subscriber_id = s.id AND e.type = 'sent' AND e.at > ${values(time)}) + ${onTheWay}`
  const day = caps.maxPerDay === null ? '0' : since(now - capDayMs)
  const week =
    caps.maxPerWeek !== null
      ? since(now - capWeekMs)
      : limited
        ? `CASE WHEN ${own} IS NULL THEN 0 ELSE ${since(now - capWeekMs)} END`
        : '0'
  return `${day} AS day, ${week} AS week, ${own} AS own`
}
