import type { Audience } from '../../../engine/model/audience.ts'
import type { UncertainPolicy } from '../../../engine/model/campaign.ts'
import type { DeliveryCounts } from '../../../engine/model/delivery.ts'
import type { ListId, PublicationId } from '../../../engine/model/ids.ts'
import type { PublicationState } from '../../../engine/model/publication.ts'
import { countsOf, noRows, type RowCounts } from '../../rules/ledger.ts'
import type { Sql } from '../database/statements.ts'

/** What the ledger needs of a publication with every batch. Never changes. */
export interface Run {
  readonly id: PublicationId
  readonly channel: string
  readonly uncertain: UncertainPolicy
  readonly onceKey: string | null
  readonly audience: Audience
  /** Is the audience of lists alone? */
  readonly ofLists: boolean
  /** By these its recipients are cut into waves (rules/waves.ts). */
  readonly localTime: number | null
  readonly timeZone: string
}

export interface Runs {
  of(id: PublicationId): Run | null
  /** Read anew each time: pausing must hold from the next batch on. */
  stateOf(id: PublicationId): PublicationState | null
  counts(id: PublicationId): DeliveryCounts
  /** Add to the counters; resolves with what they are now. */
  add(id: PublicationId, change: Readonly<RowCounts>): DeliveryCounts
}

const maxKept = 64
const columns = 'audience, handing, sent, failed, retry, unknown, skipped, suppressed'

export function createRuns(sql: Sql): Runs {
  const known = new Map<PublicationId, Run>()
  const read = (id: PublicationId): Run | null => {
    const row = sql<
      [number],
      {
        channel: string
        uncertain: UncertainPolicy
        once_key: string | null
        list_ids: string
        exclude_ids: string
        rules: string | null
        local_time: number | null
        time_zone: string
      }
    >(
      `SELECT p.channel, p.uncertain, p.once_key, p.list_ids, p.exclude_ids, a.rules,
         p.spec ->> '$.localTime' AS local_time, p.spec ->> '$.timeZone' AS time_zone
       FROM publication p LEFT JOIN publication_audience a ON a.publication_id = p.id
       WHERE p.id = ?`,
    ).get(id)
    return row === undefined
      ? null
      : {
          id,
          channel: row.channel,
          uncertain: row.uncertain,
          onceKey: row.once_key,
          audience: {
            lists: JSON.parse(row.list_ids) as ListId[],
            excludeLists: JSON.parse(row.exclude_ids) as ListId[],
            ...(row.rules === null ? {} : (JSON.parse(row.rules) as Partial<Audience>)),
          },
          ofLists: row.rules === null,
          localTime: row.local_time,
          timeZone: row.time_zone,
        }
  }
  return {
    of(id) {
      const run = known.get(id) ?? read(id)
      if (run === null) return null
      known.delete(id)
      known.set(id, run)
      if (known.size > maxKept) known.delete(known.keys().next().value ?? id)
      return run
    },
    stateOf(id) {
      const row = sql<[number], { state: PublicationState }>('SELECT state FROM publication WHERE id = ?')
      return row.get(id)?.state ?? null
    },
    counts(id) {
      const row = sql<[number], RowCounts & { audience: number }>(
        `SELECT ${columns} FROM publication_count WHERE publication_id = ?`,
      ).get(id)
      return row === undefined ? countsOf(0, noRows()) : countsOf(row.audience, row)
    },
    add(id, change) {
      const row = sql<[object], RowCounts & { audience: number }>(
        `UPDATE publication_count
         SET handing = handing + :handing, sent = sent + :sent, failed = failed + :failed, retry = retry + :retry,
           unknown = unknown + :unknown, skipped = skipped + :skipped, suppressed = suppressed + :suppressed
         WHERE publication_id = :id
         RETURNING ${columns}`,
      ).get({ ...change, id })
      return row === undefined ? countsOf(0, noRows()) : countsOf(row.audience, row)
    },
  }
}
