import { Anchor, Text } from '@mantine/core'
import { IconMail } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useRef } from 'react'
import { useFact } from '../../api/live.tsx'
import type { Campaign, Delivery } from '../../api/operations.ts'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

const followedPages = 2
const restMs = 3000

/** Each letter of the present run, and what became of it. */
export function DeliveryTable({
  campaign,
  state,
}: {
  readonly campaign: Campaign
  readonly state: Delivery['state'] | undefined
}): ReactNode {
  const words = useWords().campaigns.run
  const format = useFormat()
  const found = useInfiniteQuery(
    readPages('GET /campaigns/{idOrName}/deliveries', {
      path: { idOrName: campaign.id },
      query: { limit: 100, ...(state && { state }) },
    }),
  )
  // While it runs the first pages follow; whoever has read on for long is not asked to wait for all of it again.
  const askedAt = useRef(0)
  useFact('publication.progress', ({ progress }) => {
    const few = (found.data?.pages.length ?? 0) <= followedPages
    if (progress.campaignId !== campaign.id || !few || Date.now() - askedAt.current < restMs) return
    askedAt.current = Date.now()
    void found.refetch()
  })
  const rows = found.data?.pages.flatMap(({ data }) => data) ?? []
  const columns: readonly Column<Delivery>[] = [
    {
      key: 'address',
      header: words.person,
      width: 'minmax(200px, 1.4fr)',
      cell: ({ address, subscriberId }) => (
        <Anchor component={Link} to={`/subscribers/${subscriberId}` as '/'} c="inherit" fz="sm" tabIndex={-1}>
          {address ?? words.erased}
        </Anchor>
      ),
    },
    { key: 'state', header: words.state, width: '150px', cell: (row) => <StateBadge state={row.state} /> },
    {
      key: 'why',
      header: words.answer,
      width: 'minmax(180px, 2fr)',
      cell: ({ code, detail, dueAt, state: now }) => (
        <Text size="sm" c="dimmed" truncate title={detail ?? undefined}>
          {[code, detail].filter((text) => text !== null).join(' ')}
          {now === 'retry' && dueAt !== null && ` · ${words.again(format.time(dueAt))}`}
        </Text>
      ),
    },
    {
      key: 'attempt',
      header: words.attempts,
      width: '84px',
      align: 'end',
      cell: ({ attempt }) => format.count(attempt),
    },
    {
      key: 'at',
      header: words.when,
      width: '140px',
      cell: ({ updatedAt }) => <Time at={updatedAt} c="dimmed" />,
    },
  ]
  if (found.isError) return <Failed error={found.error} retry={() => void found.refetch()} />
  return (
    <DataTable
      label={words.deliveries}
      rows={rows}
      columns={columns}
      rowKey={({ subscriberId }) => subscriberId}
      more={found}
      maxHeight={420}
      loading={found.isPending}
      empty={
        <Empty icon={IconMail} title={words.noDeliveries}>
          {words.noDeliveriesText}
        </Empty>
      }
    />
  )
}
