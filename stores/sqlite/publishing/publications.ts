import type { CampaignId, EpochMs, PublicationId } from '../../../engine/model/ids.ts'
import type { Publication, PublicationSpec, PublicationState } from '../../../engine/model/publication.ts'
import type { PublicationStore } from '../../../engine/ports/campaigns.ts'
import { countsOf, type RowCounts } from '../../rules/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

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
const from = 'publication p JOIN publication_count c ON c.publication_id = p.id'

const view = (row: Row): Omit<Publication, 'spec'> => ({
  id: row.id,
  campaignId: row.campaign_id,
  month: row.month,
  state: row.state,
  counts: countsOf(row.audience, row),
  createdAt: row.created_at,
  finishedAt: row.finished_at,
})

export function createPublications(sql: Sql): Sync<PublicationStore> {
  return {
    get(id) {
      const row = sql<[number], Row & { spec: string }>(
        `SELECT ${columns}, p.spec FROM ${from} WHERE p.id = ?`,
      ).get(id)
      return row === undefined ? null : { ...view(row), spec: JSON.parse(row.spec) as PublicationSpec }
    },
    page({ after, limit, campaignId, state }) {
      const rows = sql<[object], Row>(
        `SELECT ${columns} FROM ${from}
         ${where(
           after > 0 && 'p.id < :after',
           campaignId !== undefined && 'p.campaign_id = :campaignId',
           state !== undefined && 'p.state = :state',
         )}
         ORDER BY p.id DESC
         LIMIT :limit`,
      )
      const found = rows.all({ after, limit: limit + 1, campaignId, state })
      return pageOf(found.map(view), limit, (publication) => publication.id)
    },
  }
}
