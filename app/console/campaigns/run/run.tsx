import { Alert, Button, Card, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconClock, IconPlayerPause, IconPlayerPlay, IconRefresh, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Campaign, Progress } from '../../api/operations.ts'
import { type ReadName, read, useWrite } from '../../api/queries.ts'
import { Failed, FailedNote } from '../../parts/failed.tsx'
import { Stat } from '../../parts/stat.tsx'
import { notifyDone, useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { useCampaignPlace } from '../place.ts'
import { DeliveryTable } from './deliveries.tsx'
import { RateChart } from './rate.tsx'
import { Reasons } from './reasons.tsx'
import style from './run.module.css'

const stale: readonly ReadName[] = [
  'GET /campaigns',
  'GET /campaigns/{idOrName}',
  'GET /campaigns/{idOrName}/progress',
  'GET /campaigns/{idOrName}/deliveries',
  'GET /publications',
]

/** Order of the bar, and of the numbers below. */
const kinds = ['sent', 'handing', 'queued', 'retry', 'unknown', 'failed', 'suppressed', 'skipped'] as const
export type Kind = (typeof kinds)[number]

/** A run while it goes on, and afterwards what became of each letter. */
export function Run({ campaign }: { readonly campaign: Campaign }): ReactNode {
  const words = useWords().campaigns.run
  const format = useFormat()
  const progress = useQuery(read('GET /campaigns/{idOrName}/progress', { path: { idOrName: campaign.name } }))
  if (progress.isError) return <Failed error={progress.error} retry={() => void progress.refetch()} />
  const run = progress.data
  if (run === undefined) return <div style={{ minHeight: 520 }} aria-busy />
  const { counts } = run
  const settled = counts.audience - counts.queued - counts.handing - counts.retry
  const runs = campaign.state === 'running'
  return (
    <Stack gap="md">
      <Card>
        <Group justify="space-between" align="flex-start" mb="sm">
          <div aria-live="polite">
            <Text fz={26} fw={620} lh={1.2} data-numbers>
              <span data-stat="sent">{format.count(counts.sent)}</span>
              <Text span c="dimmed" fz={16} fw={450}>
                {' '}
                {words.of(format.count(counts.audience))}
              </Text>
            </Text>
            <Text size="sm" c="dimmed" data-numbers mih={19}>
              <Pace run={run} runs={runs} share={counts.audience === 0 ? 0 : settled / counts.audience} />
            </Text>
          </div>
          <Commands campaign={campaign} />
        </Group>
        <Bar counts={counts} />
        <div className={style.stats}>
          {kinds.map((kind) => (
            <Stat
              key={kind}
              name={kind === 'sent' ? 'run.sent' : kind}
              label={
                <>
                  <span className={style.dot} data-kind={kind} aria-hidden />
                  {words.kinds[kind]}
                </>
              }
              value={format.count(counts[kind])}
            />
          ))}
        </div>
      </Card>
      {run.waitingUntil !== null && (
        <Alert color="violet" icon={<IconClock size={16} />} py={8}>
          {words.waiting(format.dateTime(run.waitingUntil), run.waitingFor ?? '')}
        </Alert>
      )}
      {(runs || campaign.state === 'paused') && <RateChart publicationId={run.publicationId} />}
      {counts.unknown > 0 && <UnknownNote campaign={campaign} unknown={counts.unknown} />}
      {counts.failed > 0 && <Reasons campaign={campaign} failed={counts.failed} />}
      <Deliveries campaign={campaign} counts={counts} />
    </Stack>
  )
}

function Pace({
  run,
  runs,
  share,
}: {
  readonly run: Progress
  readonly runs: boolean
  readonly share: number
}): ReactNode {
  const words = useWords().campaigns.run
  const format = useFormat()
  const parts = [words.done(format.percent(share))]
  if (runs) {
    parts.push(words.rate(format.count(Math.round(run.perSecond))))
    if (run.remainingMs !== null) parts.push(words.left(format.duration(run.remainingMs)))
  }
  if (run.p95LetterMs !== null) parts.push(words.p95(format.duration(Math.max(1, run.p95LetterMs))))
  return <span data-pace>{parts.join(' · ')}</span>
}

const Bar = ({ counts }: { readonly counts: Progress['counts'] }): ReactNode => {
  const words = useWords().campaigns.run
  const format = useFormat()
  return (
    <div
      className={style.bar}
      role="img"
      aria-label={kinds
        .filter((kind) => counts[kind] > 0)
        .map((kind) => `${words.kinds[kind]} ${format.count(counts[kind])}`)
        .join(', ')}
    >
      {kinds.map(
        (kind) => counts[kind] > 0 && <span key={kind} data-kind={kind} style={{ flexGrow: counts[kind] }} />,
      )}
    </div>
  )
}

function Commands({ campaign }: { readonly campaign: Campaign }): ReactNode {
  const words = useWords().campaigns.run
  const can = useCan()
  const later = useLater()
  const path = { idOrName: campaign.id }
  const pause = useWrite('POST /campaigns/{idOrName}/pause', ...stale)
  const resume = useWrite('POST /campaigns/{idOrName}/resume', ...stale)
  const start = useWrite('POST /campaigns/{idOrName}/start', ...stale)
  const cancel = useWrite('POST /campaigns/{idOrName}/cancel', ...stale)
  const { state } = campaign
  const error = pause.error ?? resume.error ?? start.error
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        {state === 'running' && can('campaigns:write') && (
          <Button
            variant="default"
            leftSection={<IconPlayerPause size={15} />}
            loading={pause.isPending}
            onClick={() => pause.mutate({ path })}
          >
            {words.pause}
          </Button>
        )}
        {state === 'paused' && can('campaigns:send') && (
          <Button
            leftSection={<IconPlayerPlay size={15} />}
            loading={resume.isPending}
            onClick={() => resume.mutate({ path })}
          >
            {words.resume}
          </Button>
        )}
        {(state === 'running' || state === 'paused') && can('campaigns:send') && (
          <Button
            variant="outline"
            color="red"
            leftSection={<IconX size={15} />}
            onClick={() => {
              // Nothing goes out while it may still be taken back.
              if (state === 'running') pause.mutate({ path })
              later({
                says: words.cancelling,
                act: () => cancel.mutateAsync({ path }),
                show: () => {
                  if (state === 'running') resume.mutate({ path })
                },
              })
            }}
          >
            {words.cancel}
          </Button>
        )}
      </Group>
      {error !== null && <FailedNote error={error} />}
    </Stack>
  )
}

/** Letters of which nobody can tell whether they arrived: what that means, and what can be done. */
function UnknownNote({
  campaign,
  unknown,
}: {
  readonly campaign: Campaign
  readonly unknown: number
}): ReactNode {
  const words = useWords().campaigns.run
  const format = useFormat()
  const can = useCan()
  const { go } = useCampaignPlace()
  const retry = useWrite('POST /campaigns/{idOrName}/retry', ...stale)
  return (
    <Alert color="orange" title={words.unknownTitle(unknown, format.count(unknown))}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{words.unknownText}</Text>
        <Group gap="xs">
          <Button variant="default" onClick={() => go({ state: 'unknown' })}>
            {words.showThem}
          </Button>
          {can('campaigns:send') && (
            <Button
              variant="outline"
              color="red"
              leftSection={<IconRefresh size={15} />}
              loading={retry.isPending}
              onClick={() =>
                retry.mutate(
                  { path: { idOrName: campaign.id }, body: { alsoUnknown: true } },
                  {
                    onSuccess: ({ retried }) => notifyDone(words.retried(retried, format.count(retried))),
                  },
                )
              }
            >
              {words.sendUnknown(unknown, format.count(unknown))}
            </Button>
          )}
        </Group>
        {retry.isError && <FailedNote error={retry.error} />}
      </Stack>
    </Alert>
  )
}

const shownStates = ['sent', 'failed', 'retry', 'unknown', 'skipped', 'suppressed'] as const

function Deliveries({
  campaign,
  counts,
}: {
  readonly campaign: Campaign
  readonly counts: Progress['counts']
}): ReactNode {
  const { campaigns, shell } = useWords()
  const words = campaigns.run
  const {
    search: { state },
    go,
  } = useCampaignPlace()
  return (
    <Card padding="sm">
      <Group justify="space-between" mb="sm">
        <Text component="h2" fz="sm" fw={600}>
          {words.deliveries}
        </Text>
        <div style={{ overflowX: 'auto', maxWidth: '100%' }}>
          <SegmentedControl
            size="xs"
            aria-label={words.state}
            data={[
              { value: '', label: campaigns.list.all },
              ...shownStates
                .filter((one) => counts[one] > 0 || one === state)
                .map((value) => ({ value, label: shell.states[value] })),
            ]}
            value={state ?? ''}
            onChange={(next) => go({ state: shownStates.find((one) => one === next) }, { replace: true })}
          />
        </div>
      </Group>
      <DeliveryTable campaign={campaign} state={state} />
    </Card>
  )
}
