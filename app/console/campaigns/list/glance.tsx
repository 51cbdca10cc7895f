import { Progress, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Campaign, Publication } from '../../api/operations.ts'
import { read } from '../../api/queries.ts'
import { Time } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

const none = (
  <Text span c="dimmed">
    {'–'}
  </Text>
)

/** Runs by their ids; undefined while they are being read. */
export type Runs = ReadonlyMap<number, Publication> | undefined

/** The newest runs are read at once; one that is older, when its row is on screen. */
function useRun({ publicationId }: Campaign, runs: Runs): Publication | undefined {
  const known = publicationId === null ? undefined : runs?.get(publicationId)
  const alone = useQuery({
    ...read('GET /publications/{id}', { path: { id: publicationId ?? 0 } }),
    enabled: publicationId !== null && runs !== undefined && known === undefined,
  })
  return known ?? alone.data
}

interface Glance {
  readonly campaign: Campaign
  readonly runs: Runs
}

/** When it goes or went out; of a draft, when it was written. */
export function When({ campaign, runs }: Glance): ReactNode {
  const run = useRun(campaign, runs)
  return <Time at={campaign.scheduledAt ?? run?.createdAt ?? campaign.updatedAt} c="dimmed" />
}

/** How many letters are out; while it runs with a bar, live. */
export function SentOf({ campaign, runs: known }: Glance): ReactNode {
  const run = useRun(campaign, known)
  const words = useWords().campaigns
  const format = useFormat()
  const runs = campaign.state === 'running' || campaign.state === 'paused'
  const live = useQuery({
    ...read('GET /campaigns/{idOrName}/progress', { path: { idOrName: campaign.id } }),
    enabled: runs,
  })
  const counts = (runs ? live.data?.counts : undefined) ?? run?.counts
  if (counts === undefined) return none
  if (!runs) return format.count(counts.sent)
  const share = counts.audience === 0 ? 0 : (100 * (counts.audience - counts.queued)) / counts.audience
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8 }}>
      <Progress value={share} w={54} size={5} aria-label={words.list.progress(format.percent(share / 100))} />
      {words.list.of(format.count(counts.sent), format.count(counts.audience))}
    </span>
  )
}

// Numbers of what is over hardly change; of what is not, the stream says when they do.
const restMs = 60_000
const useStats = (run: Publication | undefined) =>
  useQuery({
    ...read('GET /analytics/publications/{id}', { path: { id: run?.id ?? 0 } }),
    enabled: run !== undefined && run.counts.sent > 0,
    staleTime: restMs,
  })

export function Opened({ campaign, runs }: Glance): ReactNode {
  const format = useFormat()
  const share = useStats(useRun(campaign, runs)).data?.opened.people.share
  return share === undefined || share === null ? none : format.percent(share.value)
}

export function Clicked({ campaign, runs }: Glance): ReactNode {
  const format = useFormat()
  const share = useStats(useRun(campaign, runs)).data?.clicked.people.share
  return share === undefined || share === null ? none : format.percent(share.value)
}
