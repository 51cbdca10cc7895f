import type { Audience } from '../../../engine/model/audience.ts'
import type { UncertainPolicy } from '../../../engine/model/campaign.ts'
import type { ChunkRef } from '../../../engine/model/chunk.ts'
import type { CampaignId, ListId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Sql } from '../database/sql.ts'

/** What the ledger needs of a publication with every batch. Never changes, so that each process may keep it; but a
 *  database that was brought back to an earlier time gives the same ids again, so with each lease it is read anew. */
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
  /** Whatever was kept. */
  anew(id: PublicationId): Promise<Run | null>
  /** As a lease found them. */
  keep(ref: ChunkRef, ids: readonly SubscriberId[]): void
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
    async of(id) {
      return runs.get(id) ?? runs.set(id, await read(id))
    },
    async anew(id) {
      return runs.set(id, await read(id))
    },
    keep({ publicationId, seq }, ids) {
      chunks.set(`${publicationId}/${seq}`, ids)
    },
    async recipients({ publicationId, seq }) {
      const key = `${publicationId}/${seq}`
      const known = chunks.get(key)
      if (known !== undefined) return known
      const row = await sql.one<{ ids: SubscriberId[] }>(
        'SELECT ids FROM chunk WHERE publication_id = $1 AND seq = $2',
        [publicationId, seq],
      )
      return chunks.set(key, row?.ids ?? null)
    },
  }
}

/** The last `max` values that were asked for. What is not there is not kept. */
function createRecent<K, V>(max: number) {
  const known = new Map<K, V>()
  const set = (key: K, value: V | null): V | null => {
    known.delete(key)
    if (value !== null) known.set(key, value)
    for (const oldest of known.keys()) {
      if (known.size <= max) break
      known.delete(oldest)
    }
    return value
  }
  return {
    set,
    get(key: K): V | undefined {
      const value = known.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
  }
}
