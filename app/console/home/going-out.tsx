import { Group, Progress, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { StateBadge } from '../parts/state.tsx'
import { useFormat, useWords } from '../words/index.tsx'
import style from './home.module.css'
import { Panel } from './panel.tsx'
import { type Run, useRuns } from './queue.ts'

/** Running campaigns, as far as they are, live. */
export function GoingOut(): ReactNode {
  const words = useWords().home.goingOut
  const { runs, campaigns } = useRuns('running')
  return (
    <Panel
      title={words.title}
      to="/campaigns"
      more={words.all}
      error={campaigns.error}
      retry={() => void campaigns.refetch()}
      minHeight={84}
    >
      {runs.length === 0 && !campaigns.isPending && (
        <Text size="sm" c="dimmed">
          {words.nothing}
        </Text>
      )}
      {runs.map((run) => (
        <RunLine key={run.campaign.id} run={run} />
      ))}
    </Panel>
  )
}

function RunLine({ run: { campaign, progress } }: { readonly run: Run }): ReactNode {
  const words = useWords().home.goingOut
  const format = useFormat()
  const counts = progress?.counts
  const done = counts === undefined ? 0 : counts.audience - counts.queued - counts.handing - counts.retry
  const share = counts === undefined || counts.audience === 0 ? 0 : done / counts.audience
  return (
    <div className={style.run} data-run={campaign.name}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Link
          to={`/campaigns/${encodeURIComponent(campaign.name)}` as '/'}
          className={`${style.link} ${style.grow}`}
        >
          {campaign.title}
        </Link>
        <StateBadge state={progress?.state ?? campaign.state} />
      </Group>
      <Progress value={share * 100} size={6} my={6} aria-label={words.progressOf(campaign.title)} />
      <Group gap="md" data-numbers>
        {counts !== undefined && (
          <Text span size="xs">
            <span data-stat="run-done">{format.count(done)}</span> / {format.count(counts.audience)} ·{' '}
            {format.percent(share)}
          </Text>
        )}
        {progress !== null && progress.perSecond > 0 && (
          <Text span size="xs" c="dimmed">
            {words.perSecond(format.count(Math.round(progress.perSecond)))}
          </Text>
        )}
        {progress !== null && progress.remainingMs !== null && (
          <Text span size="xs" c="dimmed">
            {words.remaining(format.duration(progress.remainingMs))}
          </Text>
        )}
        {progress?.waitingFor != null && (
          <Text span size="xs" c="dimmed">
            {progress.waitingFor}
          </Text>
        )}
        {counts !== undefined && counts.failed > 0 && (
          <Text span size="xs" c="var(--mantine-color-error)">
            {words.failed(format.count(counts.failed))}
          </Text>
        )}
      </Group>
    </div>
  )
}
