import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import {
  IconCalendarRepeat,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
} from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import type { Campaign } from '../../api/operations.ts'
import { type ReadName, read, readPages, useWrite } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed, FailedNote } from '../../parts/failed.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { useCampaignPlace } from '../place.ts'

type Edition = Answer<'GET /campaigns/{idOrName}/editions'>['data'][number]
const stale: readonly ReadName[] = [
  'GET /campaigns/{idOrName}',
  'GET /campaigns',
  'GET /campaigns/{idOrName}/editions',
  'GET /calendar',
]

/** Each time a recurring campaign came out, or did not and why. */
export function Editions({ campaign }: { readonly campaign: Campaign }): ReactNode {
  const { campaigns } = useWords()
  const words = campaigns.editions
  const format = useFormat()
  const can = useCan()
  const { go } = useCampaignPlace()
  const path = { idOrName: campaign.id }
  const skip = useWrite('POST /campaigns/{idOrName}/skip', ...stale)
  const pause = useWrite('POST /campaigns/{idOrName}/pause', ...stale)
  const resume = useWrite('POST /campaigns/{idOrName}/resume', ...stale)
  const found = useInfiniteQuery(
    readPages('GET /campaigns/{idOrName}/editions', { path, query: { limit: 100 } }),
  )
  const stats = useQuery({
    ...read('GET /analytics/campaigns/{idOrName}', { path, query: { limit: 100 } }),
    enabled: can('analytics:read'),
  })
  const statsOf = new Map(stats.data?.data.map((one) => [one.publicationId, one]))
  const rows = found.data?.pages.flatMap(({ data }) => data) ?? []
  const share = (publicationId: number | null, kind: 'opened' | 'clicked'): string => {
    const value = publicationId === null ? undefined : statsOf.get(publicationId)?.[kind].people.share
    return value === undefined || value === null ? '–' : format.percent(value.value)
  }
  const columns: readonly Column<Edition>[] = [
    {
      key: 'number',
      header: words.number,
      width: '70px',
      align: 'end',
      cell: ({ number }) => (number === null ? '–' : format.count(number)),
    },
    {
      key: 'due',
      header: words.due,
      width: '170px',
      cell: ({ dueAt, publicationId }) =>
        publicationId === null ? (
          format.dateTime(dueAt)
        ) : (
          <Anchor component="button" fz="sm" c="inherit" tabIndex={-1} onClick={() => open(publicationId)}>
            {format.dateTime(dueAt)}
          </Anchor>
        ),
    },
    {
      key: 'state',
      header: campaigns.list.state,
      width: 'minmax(150px, 1fr)',
      cell: ({ state, reason }) => (
        <Group gap="xs" wrap="nowrap">
          <StateBadge state={state} />
          {reason !== null && (
            <Text size="xs" c="dimmed" truncate>
              {reason}
            </Text>
          )}
        </Group>
      ),
    },
    {
      key: 'sent',
      header: campaigns.list.sent,
      width: '100px',
      align: 'end',
      cell: ({ counts }) => (counts === null ? '–' : format.count(counts.sent)),
    },
    {
      key: 'failed',
      header: words.failed,
      width: '90px',
      align: 'end',
      cell: ({ counts }) => (counts === null ? '–' : format.count(counts.failed)),
    },
    {
      key: 'opened',
      header: campaigns.list.opened,
      width: '90px',
      align: 'end',
      cell: ({ publicationId }) => share(publicationId, 'opened'),
    },
    {
      key: 'clicked',
      header: campaigns.list.clicked,
      width: '90px',
      align: 'end',
      cell: ({ publicationId }) => share(publicationId, 'clicked'),
    },
  ]
  const open = (publicationId: number): void => go({ tab: 'report', run: String(publicationId) })
  const error = skip.error ?? pause.error ?? resume.error
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm">
          {campaign.scheduledAt === null ? words.over : words.next(format.dateTime(campaign.scheduledAt))}
        </Text>
        <Group gap="xs">
          {campaign.scheduledAt !== null && can('campaigns:write') && (
            <Button
              variant="default"
              leftSection={<IconPlayerSkipForward size={15} />}
              loading={skip.isPending}
              onClick={() => skip.mutate({ path })}
            >
              {words.skip}
            </Button>
          )}
          {campaign.state === 'paused'
            ? can('campaigns:send') && (
                <Button
                  leftSection={<IconPlayerPlay size={15} />}
                  loading={resume.isPending}
                  onClick={() => resume.mutate({ path })}
                >
                  {words.resume}
                </Button>
              )
            : campaign.scheduledAt !== null &&
              can('campaigns:write') && (
                <Button
                  variant="default"
                  leftSection={<IconPlayerPause size={15} />}
                  loading={pause.isPending}
                  onClick={() => pause.mutate({ path })}
                >
                  {words.pause}
                </Button>
              )}
        </Group>
      </Group>
      {error !== null && <FailedNote error={error} />}
      {found.isError ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label={campaigns.tabs.editions}
          rows={rows}
          columns={columns}
          rowKey={({ dueAt }) => dueAt}
          onOpen={({ publicationId }) => publicationId !== null && open(publicationId)}
          more={found}
          maxHeight={560}
          loading={found.isPending}
          empty={
            <Empty icon={IconCalendarRepeat} title={words.none}>
              {words.teach}
            </Empty>
          }
        />
      )}
    </Stack>
  )
}
