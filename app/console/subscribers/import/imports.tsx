import { Button, Stack, Text } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import type { Answer } from '../../api/client.ts'
import { read, readPages } from '../../api/queries.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { Side } from '../../parts/side.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Counts } from './result.tsx'
import { Rejects } from './stored.tsx'
import type { ImportResult } from './upload.ts'

type Job = Answer<'GET /imports/{id}'>
const route = getRouteApi('/subscribers/imports')

/** Every file that was read, the newest first. */
export function Imports(): ReactNode {
  const { subscribers } = useWords()
  const words = subscribers.imports
  const format = useFormat()
  const can = useCan()
  const { id } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useInfiniteQuery(readPages('GET /imports', { query: { limit: 1000 } }))
  const { hasNextPage, isFetching, fetchNextPage } = query
  // They come oldest first, and there are few: the newest are on the last page.
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  const rows = (query.data?.pages.flatMap((page) => page.data) ?? []).toReversed()
  const number = (key: 'rows' | 'created' | 'updated' | 'rejected') => ({
    key,
    header: subscribers.import.result.counts[key],
    width: '96px',
    align: 'end' as const,
    cell: (row: Job) => format.count(row[key]),
  })
  return (
    <Page
      wide
      title={words.title}
      crumbs={[{ label: subscribers.title, to: '/subscribers' }]}
      actions={
        can('subscribers:write') && (
          <Button
            data-create
            component={Link}
            to="/subscribers/import"
            leftSection={<IconFileImport size={14} />}
          >
            {subscribers.import.action}
          </Button>
        )
      }
    >
      {query.isError ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : (
        <DataTable
          label={words.title}
          rows={rows}
          rowKey={(row) => row.id}
          loading={query.isPending}
          onOpen={(row) => void navigate({ search: { id: String(row.id) } })}
          columns={[
            {
              key: 'name',
              header: words.file,
              width: 'minmax(140px, 2fr)',
              cell: ({ name, id: job }) => name ?? `#${job}`,
            },
            {
              key: 'state',
              header: words.state,
              width: '116px',
              cell: ({ state }) => <StateBadge state={state} />,
            },
            {
              key: 'kind',
              header: words.kind,
              width: '112px',
              cell: ({ kind }) => words.kinds[kind],
            },
            number('rows'),
            number('created'),
            number('updated'),
            number('rejected'),
            {
              key: 'at',
              header: words.at,
              width: '124px',
              align: 'end',
              cell: ({ createdAt }) => <Time at={createdAt} span />,
            },
          ]}
          empty={
            <Empty icon={IconFileImport} title={words.none}>
              {words.noneHint}
            </Empty>
          }
        />
      )}
      <Side
        opened={id !== undefined}
        onClose={() => void navigate({ search: {} })}
        size={640}
        title={words.one}
      >
        {id !== undefined && <Import id={id} />}
      </Side>
    </Page>
  )
}

function Import({ id }: { readonly id: string }): ReactNode {
  const words = useWords().subscribers.imports
  const query = useQuery(read('GET /imports/{id}', { path: { id } }))
  if (query.isError) return <Failed error={query.error} />
  if (query.data === undefined) return null
  const { name, state, detail, report, createdAt } = query.data
  const told = report as Partial<Pick<ImportResult, 'rejects' | 'reasons'>> | null
  return (
    <Stack gap="md">
      <Text size="sm" component="div">
        <b>{name ?? `#${id}`}</b> · <Time at={createdAt} exact span /> · <StateBadge state={state} />
      </Text>
      {detail !== null && <Text size="sm">{detail}</Text>}
      {state === 'interrupted' && <Text size="sm">{words.goOn(id)}</Text>}
      <Counts counts={query.data} />
      <Rejects rejects={told?.rejects ?? []} reasons={told?.reasons} />
    </Stack>
  )
}
