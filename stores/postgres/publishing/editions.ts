import type { CampaignId, EpochMs, PublicationId } from '../../../engine/model/ids.ts'
import type { PublicationState } from '../../../engine/model/publication.ts'
import type { Edition, SkippedEdition } from '../../../engine/model/schedule.ts'
import type { EditionStore } from '../../../engine/ports/campaigns.ts'
import { countsOf, type RowCounts } from '../../rules/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import { createValues, type Sql, type Tx, where } from '../database/sql.ts'
import { countsFrom } from '../ledger/counts.ts'

type Row = {
  readonly due_at: EpochMs
  readonly number: number | null
  readonly reason: string | null
  readonly at: EpochMs
} & (
  | { readonly publication_id: null }
  | ({
      readonly publication_id: PublicationId
      readonly state: PublicationState
      readonly finished_at: EpochMs | null
      readonly audience: number
    } & RowCounts)
)

export function createEditions(sql: Sql): EditionStore {
  return {
    async page({ campaignId, after, limit }) {
      const values = createValues()
      const rows = await sql.all<Row>(
        `SELECT e.due_at, e.number, e.publication_id, e.reason, e.at, p.state, p.finished_at, c.audience, c.handing,
           c.sent, c.failed, c.retry, c.unknown, c.skipped, c.suppressed
         FROM edition e
         LEFT JOIN publication p ON p.id = e.publication_id
         LEFT JOIN LATERAL ${countsFrom('e.publication_id')} c ON TRUE
         ${where(`e.campaign_id = ${values(campaignId)}`, after > 0 && `e.due_at < ${values(after)}`)}
         ORDER BY e.due_at DESC
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      const view = (row: Row): Edition => {
        const same = { campaignId, dueAt: row.due_at, number: row.number, reason: row.reason, at: row.at }
        return row.publication_id === null
          ? { ...same, state: 'skipped', publicationId: null, counts: null, finishedAt: null }
          : {
              ...same,
              state: row.state,
              publicationId: row.publication_id,
              counts: countsOf(row.audience, row),
              finishedAt: row.finished_at,
            }
      }
      return pageOf(rows.map(view), limit, ({ dueAt }) => dueAt)
    },
    async sum(campaignId) {
      const row = await sql.one<{ begun: number; last_due_at: EpochMs | null }>(
        'SELECT count(publication_id) AS begun, max(due_at) AS last_due_at FROM edition WHERE campaign_id = $1',
        [campaignId],
      )
      return { begun: row?.begun ?? 0, lastDueAt: row?.last_due_at ?? null }
    },
  }
}

/** False when that due time was begun or skipped before. The caller holds the campaign's row, which is what numbers
 *  them without gaps. */
export async function beginEdition(
  tx: Tx,
  edition: {
    readonly campaignId: CampaignId
    readonly dueAt: EpochMs
    readonly publicationId: PublicationId
    readonly now: EpochMs
  },
): Promise<boolean> {
  const { campaignId, dueAt, publicationId, now } = edition
  const begun = await tx.run(
    `INSERT INTO edition (campaign_id, due_at, number, publication_id, at)
     SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4 FROM edition WHERE campaign_id = $1
     ON CONFLICT DO NOTHING`,
    [campaignId, dueAt, publicationId, now],
  )
  return begun > 0
}

/** Those that are noted already stay as they are. */
export async function skipEditions(
  tx: Tx,
  campaignId: CampaignId,
  skipped: readonly SkippedEdition[],
  now: EpochMs,
): Promise<void> {
  if (skipped.length === 0) return
  await tx.run(
    `INSERT INTO edition (campaign_id, due_at, at, reason)
     SELECT $1, s.due_at, $2, s.reason FROM unnest($3::bigint[], $4::text[]) s (due_at, reason)
     ON CONFLICT DO NOTHING`,
    [campaignId, now, skipped.map(({ dueAt }) => dueAt), skipped.map(({ reason }) => reason)],
  )
}
