import { ActionIcon, Button, Group, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconPlus, IconRefresh, IconRss } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { hostOf } from '../safe-link.tsx'
import { TopicBadges } from '../topic-badges.tsx'
import { type Feed, HealthBadge, healthOf } from './health.tsx'
import { useFetchNow } from './use-fetch-now.tsx'

export function Feeds(): ReactNode {
  const { shell, content } = useWords()
  const words = content.feeds
  const navigate = useNavigate()
  const can = useCan()
  const { isHidden } = useHidden()
  const feeds = useInfiniteQuery(readPages('GET /feeds', { query: { limit: 100 } }))
  const rows = useMemo(
    () => (feeds.data?.pages ?? []).flatMap(({ data }) => data).filter(({ id }) => !isHidden(`feeds/${id}`)),
    [feeds.data, isHidden],
  )
  const columns = useColumns(can('content:write'))
  const ailing = rows.filter((feed) => ['failing', 'gone'].includes(healthOf(feed))).length
  const add = can('content:write') && (
    <Button component={Link} to="/feeds/new" leftSection={<IconPlus size={14} />} data-create>
      {words.new}
    </Button>
  )
  return (
    <Page title={shell.nav.feeds} about={words.about} wide actions={add} count={ailing}>
      {feeds.isError ? (
        <Failed error={feeds.error} retry={() => void feeds.refetch()} />
      ) : (
        <DataTable<Feed>
          label={shell.nav.feeds}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={({ name }) => void navigate({ to: '/feeds/$name', params: { name } })}
          more={feeds}
          loading={feeds.isPending}
          empty={
            <Empty icon={IconRss} title={words.none} action={add}>
              {words.noneHint}
            </Empty>
          }
        />
      )}
    </Page>
  )
}

function useColumns(mayFetch: boolean): readonly Column<Feed>[] {
  const words = useWords().content.feeds
  const format = useFormat()
  const { fetchNow, fetching } = useFetchNow()
  return [
    {
      key: 'title',
      header: words.feed,
      cell: ({ title, name }) => title || name,
      width: 'minmax(180px, 2fr)',
    },
    {
      key: 'health',
      header: words.state,
      cell: (feed) => (
        <Group gap={8} wrap="nowrap">
          <HealthBadge feed={feed} />
          {feed.state?.lastError && (
            <Text span size="xs" c="dimmed" truncate title={feed.state.lastError}>
              {feed.state.lastError}
            </Text>
          )}
        </Group>
      ),
      width: 'minmax(166px, 1.6fr)',
    },
    { key: 'host', header: words.from, cell: ({ url }) => hostOf(url), width: 'minmax(120px, 1fr)' },
    {
      key: 'topics',
      header: words.topics,
      cell: ({ topics }) => <TopicBadges topics={topics} />,
      width: 'minmax(120px, 1.2fr)',
    },
    {
      key: 'seen',
      header: words.items,
      cell: ({ state }) => (state === null ? '–' : format.count(state.itemsSeen)),
      width: '70px',
      align: 'end',
    },
    {
      key: 'last',
      header: words.lastRead,
      cell: ({ state }) => (state?.lastFetchedAt ? <Time at={state.lastFetchedAt} /> : '–'),
      width: '112px',
      align: 'end',
    },
    {
      key: 'next',
      header: words.nextRead,
      cell: ({ state, enabled }) => (enabled && state?.nextAt ? <Time at={state.nextAt} /> : '–'),
      width: '112px',
      align: 'end',
    },
    {
      key: 'now',
      header: <VisuallyHidden>{words.readNow}</VisuallyHidden>,
      cell: (feed) =>
        mayFetch && (
          <Tooltip label={words.readNow}>
            <ActionIcon
              variant="subtle"
              color="gray"
              my={5}
              loading={fetching === feed.id}
              aria-label={words.readNowOf(feed.title || feed.name)}
              onClick={() => fetchNow(feed)}
            >
              <IconRefresh size={15} />
            </ActionIcon>
          </Tooltip>
        ),
      width: '48px',
    },
  ]
}
