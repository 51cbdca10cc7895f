import type { CampaignId, EpochMs, PublicationId } from '../../../engine/model/ids.ts'
import type { Publication, PublicationSpec, PublicationState } from '../../../engine/model/publication.ts'
import type { PublicationStore } from '../../../engine/ports/campaigns.ts'
import { countsOf, type RowCounts } from '../../rules/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import { createValues, type Sql, where } from '../database/sql.ts'
import { countsFrom } from '../ledger/counts.ts'

interface Row extends RowCounts {
  readonly id: PublicationId
  readonly campaign_id: CampaignId
  readonly month: number
  readonly state: PublicationState
  readonly created_at: EpochMs
  readonly finished_at: EpochMs | null
  readonly audience: number
}
const columns = `p.id, p.campaign_id, p.month, p.state, p.created_at, p.finished_at, c.audience, c.handing, c.sent,
  c.failed, c.retry, c.unknown, c.skipped, c.suppressed`
const from = `publication p CROSS JOIN LATERAL ${countsFrom('p.id')} c`

const view = (row: Row): Omit<Publication, 'spec'> => ({
  id: row.id,
  campaignId: row.campaign_id,
  month: row.month,
  state: row.state,
  counts: countsOf(row.audience, row),
  createdAt: row.created_at,
  finishedAt: row.finished_at,
})

export async function publicationOf(sql: Sql, id: PublicationId): Promise<Publication | null> {
  const row = await sql.one<Row & { readonly spec: PublicationSpec }>(
    `SELECT ${columns}, p.spec FROM ${from} WHERE p.id = $1`,
    [id],
  )
  return row === undefined ? null : { ...view(row), spec: row.spec }
}

export function createPublications(sql: Sql): PublicationStore {
  return {
    get: (id) => publicationOf(sql, id),
    async page({ after, limit, campaignId, state }) {
      const values = createValues()
      const rows = await sql.all<Row>(
        `SELECT ${columns} FROM ${from}
         ${where(
           after > 0 && `p.id < ${values(after)}`,
           campaignId !== undefined && `p.campaign_id = ${values(campaignId)}`,
           state !== undefined && `p.state = ${values(state)}`,
         )}
         ORDER BY p.id DESC
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows.map(view), limit, (publication) => publication.id)
    },
  }
}
