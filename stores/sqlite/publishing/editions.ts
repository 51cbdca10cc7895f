import type { CampaignId, EpochMs, PublicationId } from '../../../engine/model/ids.ts'
import type { PublicationState } from '../../../engine/model/publication.ts'
import type { Edition, SkippedEdition } from '../../../engine/model/schedule.ts'
import type { EditionStore } from '../../../engine/ports/campaigns.ts'
import { countsOf, type RowCounts } from '../../rules/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

type Row = {
  readonly dueAt: EpochMs
  readonly number: number | null
  readonly reason: string | null
  readonly at: EpochMs
} & (
  | { readonly publicationId: null }
  | ({
      readonly publicationId: PublicationId
      readonly state: PublicationState
      readonly finishedAt: EpochMs | null
      readonly audience: number
    } & RowCounts)
)

export function createEditions(sql: Sql): Sync<EditionStore> {
  return {
    page({ campaignId, after, limit }) {
      const rows = sql<[object], Row>(
        `SELECT e.due_at AS dueAt, e.number, e.publication_id AS publicationId, e.reason, e.at, p.state,
           p.finished_at AS finishedAt, c.audience, c.handing, c.sent, c.failed, c.retry, c.unknown, c.skipped,
           c.suppressed
         FROM edition e
         LEFT JOIN publication p ON p.id = e.publication_id
         LEFT JOIN publication_count c ON c.publication_id = e.publication_id
         ${where('e.campaign_id = :campaignId', after > 0 && 'e.due_at < :after')}
         ORDER BY e.due_at DESC
         LIMIT :limit`,
      ).all({ campaignId, after, limit: limit + 1 })
      const view = (row: Row): Edition => {
        const { dueAt, number, reason, at } = row
        const same = { campaignId, dueAt, number, reason, at }
        return row.publicationId === null
          ? { ...same, state: 'skipped', publicationId: null, counts: null, finishedAt: null }
          : {
              ...same,
              state: row.state,
              publicationId: row.publicationId,
              counts: countsOf(row.audience, row),
              finishedAt: row.finishedAt,
            }
      }
      return pageOf(rows.map(view), limit, ({ dueAt }) => dueAt)
    },
    sum(campaignId) {
      const row = sql<[number], { begun: number; lastDueAt: EpochMs | null }>(
        'SELECT count(publication_id) AS begun, max(due_at) AS lastDueAt FROM edition WHERE campaign_id = ?',
      ).get(campaignId)
      return row ?? { begun: 0, lastDueAt: null }
    },
  }
}

/** Writes due times in the transaction of what became of them. */
export interface EditionWriter {
  isNoted(id: CampaignId, dueAt: EpochMs): boolean
  begin(id: CampaignId, dueAt: EpochMs, publicationId: PublicationId, now: EpochMs): void
  skip(id: CampaignId, skipped: readonly SkippedEdition[], now: EpochMs): void
}

export function createEditionWriter(sql: Sql): EditionWriter {
  return {
    isNoted(id, dueAt) {
      const row = sql<[number, number]>('SELECT 1 FROM edition WHERE campaign_id = ? AND due_at = ?')
      return row.get(id, dueAt) !== undefined
    },
    begin(id, dueAt, publicationId, now) {
      sql<[object]>(
        `INSERT INTO edition (campaign_id, due_at, number, publication_id, at)
         VALUES (:id, :dueAt,
           (SELECT coalesce(max(number), 0) + 1 FROM edition WHERE campaign_id = :id), :publicationId, :now)`,
      ).run({ id, dueAt, publicationId, now })
    },
    skip(id, skipped, now) {
      const insert = sql<[object]>(
        `INSERT INTO edition (campaign_id, due_at, at, reason) VALUES (:id, :dueAt, :now, :reason)
         ON CONFLICT DO NOTHING`,
      )
      for (const { dueAt, reason } of skipped) insert.run({ id, dueAt, now, reason })
    },
  }
}
