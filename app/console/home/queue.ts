import { useQueries, useQuery } from '@tanstack/react-query'
import type { Campaign, Progress } from '../api/operations.ts'
import { read } from '../api/queries.ts'

export interface Run {
  readonly campaign: Campaign
  readonly progress: Progress | null
}

/** Campaigns that go out now or are held in the middle, with how far they have come; progress comes by the stream. */
export function useRuns(state: 'running' | 'paused') {
  const campaigns = useQuery(read('GET /campaigns', { query: { state, limit: 50 } }))
  const those = (campaigns.data?.data ?? []).filter(({ publicationId }) => publicationId !== null)
  const runs = useQueries({
    queries: those.map(({ id }) => read('GET /campaigns/{idOrName}/progress', { path: { idOrName: id } })),
    combine: (results) =>
      results.map(({ data }, index): Run => ({ campaign: those[index]!, progress: data ?? null })),
  })
  return { runs, campaigns }
}

export const waitingOf = ({ counts }: Progress): number => counts.queued + counts.handing + counts.retry

/** Letters that wait to go out, of all that runs, and how many leave a second. */
export function useQueue(): { readonly queued: number; readonly perSecond: number } {
  const { runs } = useRuns('running')
  const progress = runs.flatMap(({ progress: one }) => one ?? [])
  return {
    queued: progress.reduce((sum, one) => sum + waitingOf(one), 0),
    perSecond: progress.reduce((sum, { perSecond }) => sum + perSecond, 0),
  }
}
