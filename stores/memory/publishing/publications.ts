import type { Publication } from '../../../engine/model/publication.ts'
import type { PublicationStore } from '../../../engine/ports/campaigns.ts'
import { countsOf } from '../../rules/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import type { MemoryPublication, MemoryState } from '../state.ts'

export const viewOf = (run: MemoryPublication): Publication => ({
  ...run.publication,
  counts: countsOf(run.audience, run.rows),
})

export function createPublications({ publications }: Pick<MemoryState, 'publications'>): PublicationStore {
  return {
    async get(id) {
      const run = publications.get(id)
      return run === undefined ? null : viewOf(run)
    },
    async page({ after, limit, campaignId, state }) {
      const rows = [...publications.values()]
        .filter(({ publication }) => after === 0 || publication.id < after)
        .filter(({ publication }) => campaignId === undefined || publication.campaignId === campaignId)
        .filter(({ publication }) => state === undefined || publication.state === state)
        .reverse()
        .slice(0, limit + 1)
        .map((run) => {
          const { spec: _, ...rest } = viewOf(run)
          return rest
        })
      return pageOf(rows, limit, (publication) => publication.id)
    },
  }
}
