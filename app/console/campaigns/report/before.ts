import { useQuery } from '@tanstack/react-query'
import type { Campaign } from '../../api/operations.ts'
import { read } from '../../api/queries.ts'
import { useCan } from '../../shell/session.tsx'
import type { Stats } from './report.tsx'

/** The run before this one: of the same campaign, newest first as the API lists them. Null: this is the first. */
export function useBefore(campaign: Campaign, publicationId: number): Stats | null {
  const can = useCan()
  const runs = useQuery({
    ...read('GET /analytics/campaigns/{idOrName}', {
      path: { idOrName: campaign.id },
      query: { limit: 100 },
    }),
    enabled: can('analytics:read') && campaign.repeat !== null,
  })
  const all = runs.data?.data ?? []
  const older = all.filter((run) => run.publicationId < publicationId)
  return older.toSorted((a, b) => b.publicationId - a.publicationId)[0] ?? null
}
