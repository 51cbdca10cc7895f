import type { Audience } from '../../engine/model/audience.ts'
import type { UncertainPolicy } from '../../engine/model/campaign.ts'
import type { ChunkRef } from '../../engine/model/chunk.ts'
import type { CampaignId, ListId, PublicationId, SubscriberId } from '../../engine/model/ids.ts'
import type { Sql } from './sql.ts'

/** What the ledger needs of a publication with every batch. Never changes, so that each process may keep it. */
export interface Run {
  readonly id: PublicationId
  readonly campaignId: CampaignId
  /** Which partition its deliveries are in. */
  readonly month: number
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
  of(id: PublicationId): Promise<Run | null>
  /** The recipients of a chunk, ascending: fixed when it was planned. Null where there is no such chunk. */
  recipients(ref: ChunkRef): Promise<readonly SubscriberId[] | null>
}

/** Which rows of `delivery d` are this run's. The month stands in the text, so that the statement is planned for that
 *  partition alone; `id` and `channel` say which values are the run's. */
export const rowsOf = (run: Run, id: string, channel: string): string =>
  `d.month = ${Number(run.month)} AND d.publication_id = ${id} AND d.channel = ${channel}`

/** SQL: the months of these, each once. */
export const monthsOf = (runs: readonly Pick<Run, 'month'>[]): string =>
  [...new Set(runs.map(({ month }) => Number(month)))].sort((a, b) => a - b).join(', ')

const maxRuns = 64
const maxChunks = 256

/** `sql` outside of any transaction: what it reads is committed and stays as it is. */
export function createRuns(sql: Sql): Runs {
  const runs = createRecent<PublicationId, Run>(maxRuns)
  const chunks = createRecent<string, readonly SubscriberId[]>(maxChunks)

  const read = async (id: PublicationId): Promise<Run | null> => {
    const row = await sql.one<{
      campaign_id: CampaignId
      month: number
      channel: string
      uncertain: UncertainPolicy
      once_key: string | null
      list_ids: ListId[]
      exclude_ids: ListId[]
      rules: Partial<Audience> | null
      local_time: number | null
      time_zone: string
    }>(
      `SELECT campaign_id, month, channel, uncertain, once_key, list_ids, exclude_ids, rules,
         (spec ->> 'localTime')::bigint AS local_time, spec ->> 'timeZone' AS time_zone
       FROM publication WHERE id = $1`,
      [id],
    )
    return row === undefined
      ? null
      : {
          id,
          campaignId: row.campaign_id,
          month: row.month,
          channel: row.channel,
          uncertain: row.uncertain,
          onceKey: row.once_key,
          audience: { lists: row.list_ids, excludeLists: row.exclude_ids, ...row.rules },
          ofLists: row.rules === null,
          localTime: row.local_time,
          timeZone: row.time_zone,
        }
  }
  return {
    of: (id) => runs.get(id, () => read(id)),
    recipients: ({ publicationId, seq }) =>
      chunks.get(`${publicationId}/${seq}`, async () => {
        const row = await sql.one<{ ids: SubscriberId[] }>(
          'SELECT ids FROM chunk WHERE publication_id = $1 AND seq = $2',
          [publicationId, seq],
        )
        return row?.ids ?? null
      }),
  }
}

/** The last `max` values that were asked for. What was not there is asked for again. */
function createRecent<K, V>(max: number) {
  const known = new Map<K, V>()
  return {
    async get(key: K, read: () => Promise<V | null>): Promise<V | null> {
      const value = known.get(key) ?? (await read())
      if (value === null) return null
      known.delete(key)
      known.set(key, value)
      for (const oldest of known.keys()) {
        if (known.size <= max) break
        known.delete(oldest)
      }
      return value
    },
  }
}
