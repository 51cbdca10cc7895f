import { IconSpeakerphone } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { Notification } from '../../api/operations.ts'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { SeverityMark } from '../severity.tsx'
import { AlertTabs } from '../tabs.tsx'

/** All that was told, the newest first. */
export function NotificationLog(): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.notifications
  const format = useFormat()
  const navigate = useNavigate()
  const asked = useInfiniteQuery(readPages('GET /notifications', { query: { limit: 100 } }))
  const rows = useMemo(() => asked.data?.pages.flatMap(({ data }) => data) ?? [], [asked.data])
  const columns = useMemo(
    (): readonly Column<Notification>[] => [
      {
        key: 'severity',
        header: alerts.columns.severity,
        width: '104px',
        cell: ({ severity }) => <SeverityMark severity={severity} />,
      },
      {
        key: 'title',
        header: words.said,
        width: 'minmax(300px, 1fr)',
        cell: ({ id, title }) => (
          <Link
            to="/alerts/notifications/$id"
            params={{ id: String(id) }}
            className={style.title}
            tabIndex={-1}
          >
            {title}
          </Link>
        ),
      },
      { key: 'reason', header: words.reason, width: '150px', cell: ({ reason }) => words.reasons[reason] },
      {
        key: 'alerts',
        header: words.alerts,
        width: '80px',
        align: 'end',
        cell: ({ alertIds }) => format.count(alertIds.length),
      },
      {
        key: 'audience',
        header: words.audience,
        width: '100px',
        align: 'end',
        cell: ({ audience }) => format.count(audience),
      },
      {
        key: 'at',
        header: words.at,
        width: '130px',
        align: 'end',
        cell: ({ createdAt }) => <Time at={createdAt} />,
      },
    ],
    [alerts, words, format],
  )
  return (
    <Page wide title={words.title} crumbs={[{ label: shell.nav.alerts, to: '/alerts' }]}>
      <AlertTabs />
      {asked.isError ? (
        <Failed error={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <DataTable
          label={words.title}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: '/alerts/notifications/$id', params: { id: String(id) } })}
          loading={asked.isPending}
          more={asked}
          empty={
            <Empty icon={IconSpeakerphone} title={words.empty.title}>
              {words.empty.about}
            </Empty>
          }
        />
      )}
    </Page>
  )
}
