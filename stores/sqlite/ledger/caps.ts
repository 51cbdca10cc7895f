import type { Caps } from '../../../engine/config.ts'
import type { EpochMs } from '../../../engine/model/ids.ts'
import { capDayMs, capWeekMs } from '../../rules/ledger.ts'
import type { Sql } from '../database/statements.ts'

/** What a batch asks of each person when there are caps: columns `day`, `week` and `own` over `s.id`, and what they are
 *  bound to. */
export interface CapColumns {
  readonly columns: string
  readonly bound: { readonly dayAgo?: EpochMs; readonly weekAgo?: EpochMs }
}

const none: CapColumns = { columns: '0 AS day, 0 AS week, NULL AS own', bound: {} }

/** Counting letters by person. Its index is made when the first cap is enforced: without caps no letter pays for
 *  it, with them a count of the week is one look-up. */
export function createCaps(sql: Sql): { of(caps: Caps | null, now: EpochMs): CapColumns } {
  /** Did anybody set a limit of their own? One look at an index that holds only those. */
  const someLimited = () =>
    sql<[]>('SELECT 1 FROM subscription WHERE max_per_week IS NOT NULL LIMIT 1').get() !== undefined

  return {
    of(caps, now) {
      if (caps === null) return none
      const own = someLimited()
      const all = caps.maxPerDay !== null || caps.maxPerWeek !== null
      if (!all && !own) return none
      if (all)
        sql<[]>(
          "CREATE INDEX IF NOT EXISTS event_sent ON event (subscriber_id, at) WHERE type = 'sent'",
        ).run()
      const limit = '(SELECT o.max_per_week FROM subscription o WHERE o.subscriber_id = s.id)'
      // What other runs hand over at this moment has no event yet.
      const onTheWay = `(SELECT count(*) FROM publication p INDEXED BY publication_state
           CROSS JOIN delivery h ON h.publication_id = p.id AND h.subscriber_id = s.id
           WHERE p.state = 'running' AND p.id <> :run AND h.state = 'handing')`
      const since = (bound: string) =>
        `(SELECT count(*) FROM event e
           WHERE e.subscriber_id = s.id AND e.type = 'sent' AND e.at > ${bound}) + ${onTheWay}`
      const week =
        caps.maxPerWeek !== null
          ? since(':weekAgo')
          : own
            ? `iif(${limit} IS NULL, 0, ${since(':weekAgo')})`
            : '0'
      return {
        columns: `${caps.maxPerDay === null ? '0' : since(':dayAgo')} AS day, ${week} AS week,
         ${own ? limit : 'NULL'} AS own`,
        bound: { dayAgo: now - capDayMs, weekAgo: now - capWeekMs },
      }
    },
  }
}
