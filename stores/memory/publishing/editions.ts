import type { CampaignId } from '../../../engine/model/ids.ts'
import type { Edition } from '../../../engine/model/schedule.ts'
import type { EditionStore } from '../../../engine/ports/campaigns.ts'
import { pageOf } from '../../rules/page.ts'
import type { MemoryEdition, MemoryState } from '../state.ts'
import { viewOf } from './publications.ts'

export function createEditions({
  editions,
  publications,
}: Pick<MemoryState, 'editions' | 'publications'>): EditionStore {
  const all = (id: CampaignId) => [...(editions.get(id) ?? [])].sort(([a], [b]) => b - a)
  const view = (campaignId: CampaignId, dueAt: number, row: MemoryEdition): Edition => {
    const run = row.publicationId === null ? undefined : publications.get(row.publicationId)
    const publication = run === undefined ? null : viewOf(run)
    return {
      campaignId,
      dueAt,
      number: row.number,
      state: publication?.state ?? 'skipped',
      reason: row.reason,
      publicationId: row.publicationId,
      counts: publication?.counts ?? null,
      at: row.at,
      finishedAt: publication?.finishedAt ?? null,
    }
  }
  return {
    async page({ campaignId, after, limit }) {
      const rows = all(campaignId)
        .filter(([dueAt]) => after === 0 || dueAt < after)
        .slice(0, limit + 1)
        .map(([dueAt, row]) => view(campaignId, dueAt, row))
      return pageOf(rows, limit, ({ dueAt }) => dueAt)
    },
    async sum(campaignId) {
      const rows = all(campaignId)
      return {
        begun: rows.filter(([, { publicationId }]) => publicationId !== null).length,
        lastDueAt: rows[0]?.[0] ?? null,
      }
    },
  }
}
