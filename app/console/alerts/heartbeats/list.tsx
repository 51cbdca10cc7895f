import {
  ActionIcon,
  Button,
  Code,
  CopyButton,
  Group,
  Stack,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core'
import { IconCheck, IconCopy, IconHeartbeat, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { Heartbeat } from '../../api/operations.ts'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { SeverityMark } from '../severity.tsx'
import { AlertTabs } from '../tabs.tsx'
import { LifeBadge } from './life-badge.tsx'
import { beatLine } from './line.ts'
import { useRemoval } from './use-removal.ts'

/** What has to say that it lives, and when it last did. */
export function HeartbeatList(): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.heartbeats
  const format = useFormat()
  const can = useCan()
  const asked = useInfiniteQuery(readPages('GET /heartbeats', { query: { limit: 200 } }))
  const { isHidden } = useHidden()
  const navigate = useNavigate()
  const remove = useRemoval()
  const rows = useMemo(
    () =>
      asked.data?.pages.flatMap(({ data }) => data).filter(({ id }) => !isHidden(`heartbeats/${id}`)) ?? [],
    [asked.data, isHidden],
  )
  const mayWrite = can('alerts:write')
  const columns = useMemo(
    (): readonly Column<Heartbeat>[] => [
      {
        key: 'state',
        header: alerts.columns.state,
        width: '90px',
        cell: ({ alarmed }) => <LifeBadge alarmed={alarmed} />,
      },
      {
        key: 'name',
        header: words.name,
        width: 'minmax(130px, 1fr)',
        cell: ({ id, name }) => (
          <Link to="/alerts/heartbeats/$id" params={{ id: String(id) }} className={style.title} tabIndex={-1}>
            {name}
          </Link>
        ),
      },
      { key: 'title', header: words.says, width: 'minmax(180px, 2fr)', cell: ({ title }) => title },
      {
        key: 'severity',
        header: alerts.columns.severity,
        width: '110px',
        cell: ({ severity }) => <SeverityMark severity={severity} />,
      },
      {
        key: 'every',
        header: words.every,
        width: '118px',
        align: 'end',
        cell: ({ everyMs }) => format.duration(everyMs),
      },
      {
        key: 'beat',
        header: words.last,
        width: '120px',
        align: 'end',
        cell: ({ beatAt }) => (beatAt === null ? '–' : <Time at={beatAt} />),
      },
      {
        key: 'do',
        header: <VisuallyHidden>{shell.actions.more}</VisuallyHidden>,
        width: '150px',
        align: 'end',
        cell: (row) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            <CopyLine name={row.name} />
            {mayWrite && (
              <Button size="compact-xs" h={24} variant="outline" color="red" onClick={() => remove(row)}>
                {shell.actions.remove}
              </Button>
            )}
          </Group>
        ),
      },
    ],
    [alerts, words, format, shell, mayWrite, remove],
  )
  return (
    <Page
      wide
      title={words.title}
      crumbs={[{ label: shell.nav.alerts, to: '/alerts' }]}
      actions={
        mayWrite && (
          <Button
            data-create
            leftSection={<IconPlus size={14} />}
            component={Link}
            to="/alerts/heartbeats/new"
          >
            {words.new}
          </Button>
        )
      }
    >
      <AlertTabs />
      {asked.isError ? (
        <Failed error={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <DataTable
          label={words.title}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: '/alerts/heartbeats/$id', params: { id: String(id) } })}
          loading={asked.isPending}
          more={asked}
          empty={
            <Empty icon={IconHeartbeat} title={words.empty.title}>
              <Stack gap="sm">
                {words.empty.about}
                <Code block ta="left" className={style.code}>
                  {beatLine('nightly-backup')}
                </Code>
              </Stack>
            </Empty>
          }
        />
      )}
      {rows.length > 0 && (
        <div>
          <Text size="xs" c="dimmed" mb={4}>
            {words.how}
          </Text>
          <Code block className={style.code}>
            {beatLine(words.itsName)}
          </Code>
        </div>
      )}
    </Page>
  )
}

function CopyLine({ name }: { readonly name: string }): ReactNode {
  const words = useWords().alerts.heartbeats
  return (
    <CopyButton value={beatLine(name)}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? words.copied : words.copyLine}>
          <ActionIcon
            size={24}
            variant="subtle"
            color="gray"
            onClick={copy}
            aria-label={`${words.copyLine}: ${name}`}
          >
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}
