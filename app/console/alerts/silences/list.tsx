import { Button, Group, Switch, Text, VisuallyHidden } from '@mantine/core'
import { IconBellOff, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import type { Silence } from '../../api/operations.ts'
import { readPages, useWrite } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { AlertTabs } from '../tabs.tsx'
import { matcherText } from './matchers.ts'

const route = getRouteApi('/alerts/silences')

// What a browser's timer can wait.
const longestMs = 2 ** 31 - 1

/** Until the next of them begins or ends; false: none does. */
function untilNext(silences: readonly Silence[]): number | false {
  const now = Date.now()
  const times = silences.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]).filter((at) => at > now)
  return times.length > 0 && Math.min(longestMs, Math.min(...times) - now + 1)
}

/** What is not told for a while, and until when. */
export function SilenceList(): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.silences
  const { over = false } = route.useSearch()
  const navigate = useNavigate()
  const can = useCan()
  const asked = useInfiniteQuery({
    ...readPages('GET /silences', { query: { limit: 100, over: over ? 'true' : 'false' } }),
    // That one begins or ends by itself, no fact tells.
    refetchInterval: ({ state: { data } }) => untilNext(data?.pages.flatMap((page) => page.data) ?? []),
  })
  const [ending, setEnding] = useState<ReadonlySet<number>>(new Set())
  const end = useEnd(setEnding)
  const rows = useMemo(
    () => asked.data?.pages.flatMap(({ data }) => data).filter(({ id }) => !ending.has(id)) ?? [],
    [asked.data, ending],
  )
  const mayWrite = can('alerts:write')
  const columns = useMemo(
    (): readonly Column<Silence>[] => [
      {
        key: 'state',
        header: alerts.columns.state,
        width: '110px',
        cell: ({ state }) => <StateBadge state={state} />,
      },
      {
        key: 'matchers',
        header: words.matchers,
        width: 'minmax(200px, 2fr)',
        cell: ({ matchers }) => (
          <span className={style.line}>
            {matchers.map((matcher) => (
              <span key={matcherText(matcher)} className={style.label} title={matcherText(matcher)}>
                {matcherText(matcher)}
              </span>
            ))}
          </span>
        ),
      },
      {
        key: 'comment',
        header: words.comment,
        width: 'minmax(130px, 1fr)',
        cell: ({ comment }) => (
          <Text span inherit c="dimmed" title={comment}>
            {comment}
          </Text>
        ),
      },
      { key: 'by', header: words.by, width: '130px', cell: ({ createdBy }) => createdBy },
      {
        key: 'from',
        header: words.from,
        width: '118px',
        align: 'end',
        cell: ({ startsAt }) => <Time at={startsAt} />,
      },
      {
        key: 'until',
        header: words.until,
        width: '118px',
        align: 'end',
        cell: ({ endsAt }) => <Time at={endsAt} />,
      },
      {
        key: 'end',
        header: <VisuallyHidden>{shell.actions.more}</VisuallyHidden>,
        width: '84px',
        align: 'end',
        cell: (silence) =>
          mayWrite &&
          silence.state !== 'over' && (
            <Button size="compact-xs" h={24} variant="outline" color="red" onClick={() => end(silence)}>
              {words.end}
            </Button>
          ),
      },
    ],
    [alerts, shell, words, mayWrite, end],
  )
  return (
    <Page
      wide
      title={words.title}
      crumbs={[{ label: shell.nav.alerts, to: '/alerts' }]}
      actions={
        mayWrite && (
          <Button data-create leftSection={<IconPlus size={14} />} component={Link} to="/alerts/silences/new">
            {words.new}
          </Button>
        )
      }
    >
      <AlertTabs />
      <Group>
        <Switch
          size="xs"
          label={words.alsoOver}
          checked={over}
          onChange={({ currentTarget: { checked } }) =>
            void navigate({ to: '/alerts/silences', search: checked ? { over: true } : {}, replace: true })
          }
        />
      </Group>
      {asked.isError ? (
        <Failed error={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <DataTable
          label={words.title}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          loading={asked.isPending}
          more={asked}
          empty={
            <Empty icon={IconBellOff} title={words.empty.title}>
              {words.empty.about}
            </Empty>
          }
        />
      )}
    </Page>
  )
}

function useEnd(
  set: (change: (before: ReadonlySet<number>) => ReadonlySet<number>) => void,
): (silence: Silence) => void {
  const words = useWords().alerts.silences
  const later = useLater()
  const { mutateAsync } = useWrite(
    'DELETE /silences/{id}',
    'GET /silences',
    'GET /alerts/held',
    'GET /alerts/routes',
  )
  return useMemo(
    () =>
      ({ id, matchers }: Silence) => {
        const back = (): void => set((before) => before.difference(new Set([id])))
        later({
          says: words.ended(matchers.map(matcherText).join(', ')),
          act: () => mutateAsync({ path: { id } }).finally(back),
          hide: () => set((before) => before.union(new Set([id]))),
          show: back,
        })
      },
    [later, mutateAsync, set, words],
  )
}
