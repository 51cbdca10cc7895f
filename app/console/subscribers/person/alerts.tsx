import { Stack } from '@mantine/core'
import { IconBellOff } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Posting } from '../../api/operations.ts'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useNarrow } from '../../parts/narrow.ts'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import style from '../columns.module.css'
import type { Subscriber } from '../people/filter.ts'
import { Follows } from './follows/follows.tsx'
import { Wishes } from './follows/wishes.tsx'

/** Which alerts they follow, when they want to hear of them, and what was told them. */
export function Alerts({ person }: { readonly person: Subscriber }): ReactNode {
  const mayRead = useCan()('alerts:read')
  return (
    <Stack gap="md">
      <div className={style.wide}>
        <Follows person={person} />
        <Wishes person={person} />
      </div>
      {mayRead && <Told id={person.id} />}
    </Stack>
  )
}

function Told({ id }: { readonly id: number }): ReactNode {
  const words = useWords().subscribers.follows
  const narrow = useNarrow()
  const query = useInfiniteQuery(
    readPages('GET /subscribers/{id}/postings', { path: { id }, query: { limit: 200 } }),
  )
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  const message: Column<Posting> = {
    key: 'notification',
    header: words.notification,
    width: narrow ? '88px' : '130px',
    cell: ({ notificationId }) => `#${notificationId}`,
  }
  const channel: Column<Posting> = {
    key: 'channel',
    header: words.channel,
    width: '120px',
    cell: (posting) => posting.channel,
  }
  const to: Column<Posting> = {
    key: 'to',
    header: words.to,
    width: 'minmax(180px, 1fr)',
    cell: (posting) => posting.to,
  }
  const state: Column<Posting> = {
    key: 'state',
    header: words.state,
    width: narrow ? '116px' : '160px',
    cell: (posting) => <StateBadge state={posting.state} />,
  }
  const detail: Column<Posting> = {
    key: 'detail',
    header: words.detail,
    width: 'minmax(140px, 1fr)',
    cell: ({ code, detail: said }) => [code, said].filter((part) => part !== null).join(' '),
  }
  const at: Column<Posting> = {
    key: 'at',
    header: words.at,
    width: '140px',
    align: 'end',
    cell: ({ updatedAt }) => <Time at={updatedAt} span />,
  }
  const rows = query.data?.pages.flatMap((page) => page.data) ?? []
  return (
    <DataTable
      label={words.told}
      rows={rows}
      rowKey={({ notificationId, target }) => `${notificationId} ${target}`}
      more={query}
      loading={query.isPending}
      maxHeight="50vh"
      // On a telephone first what became of it, and when.
      columns={narrow ? [message, state, at, channel, to, detail] : [message, channel, to, state, detail, at]}
      empty={
        <Empty icon={IconBellOff} title={words.nothingTold}>
          {words.nothingToldHint}
        </Empty>
      }
    />
  )
}
