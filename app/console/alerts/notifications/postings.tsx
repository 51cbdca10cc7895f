import { Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { Posting } from '../../api/operations.ts'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Failed } from '../../parts/failed.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useWords } from '../../words/index.tsx'

/** Who was told, over which channel, and what became of it. */
export function Postings({
  notificationId,
  state,
  maxHeight,
}: {
  readonly notificationId: number
  readonly state?: Posting['state']
  readonly maxHeight?: number
}): ReactNode {
  const words = useWords().alerts.notifications
  const asked = useInfiniteQuery(
    readPages('GET /notifications/{id}/postings', {
      path: { id: notificationId },
      query: { limit: 100, ...(state && { state }) },
    }),
  )
  const rows = useMemo(() => asked.data?.pages.flatMap(({ data }) => data) ?? [], [asked.data])
  const columns = useMemo(
    (): readonly Column<Posting>[] => [
      {
        key: 'to',
        header: words.to,
        width: 'minmax(180px, 1fr)',
        cell: ({ to, subscriberId }) =>
          subscriberId === null ? (
            to
          ) : (
            <Link to={`/subscribers/${subscriberId}` as '/'} style={{ color: 'inherit' }}>
              {to}
            </Link>
          ),
      },
      { key: 'channel', header: words.channel, width: '84px', cell: ({ channel }) => channel },
      { key: 'state', header: words.state, width: '116px', cell: (row) => <StateBadge state={row.state} /> },
      {
        key: 'why',
        header: words.why,
        width: 'minmax(90px, 1fr)',
        cell: ({ code, detail }) => (
          <Text span inherit c="dimmed" title={detail ?? undefined}>
            {[code, detail].filter(Boolean).join(' ')}
          </Text>
        ),
      },
      {
        key: 'at',
        header: words.at,
        width: '120px',
        align: 'end',
        cell: ({ updatedAt }) => <Time at={updatedAt} />,
      },
    ],
    [words],
  )
  if (asked.isError) return <Failed error={asked.error} retry={() => void asked.refetch()} />
  return (
    <DataTable
      label={words.postings}
      rows={rows}
      columns={columns}
      rowKey={({ target, channel }) => `${target} ${channel}`}
      loading={asked.isPending}
      more={asked}
      {...(maxHeight !== undefined && { maxHeight })}
    />
  )
}
