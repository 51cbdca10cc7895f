import { Button, Code, Text } from '@mantine/core'
import { IconFilter, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read, readPages } from '../../api/queries.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

/** Rules with a name, and how many they mean now. */
export function Segments(): ReactNode {
  const words = useWords().subscribers.segments
  const can = useCan()
  const navigate = useNavigate()
  const query = useInfiniteQuery(readPages('GET /segments', { query: { limit: 200 } }))
  const { isHidden } = useHidden()
  const rows = (query.data?.pages.flatMap((page) => page.data) ?? []).filter(
    ({ id }) => !isHidden(`segments/${id}`),
  )
  const make = can('subscribers:write') && (
    <Button data-create component={Link} to="/segments/new" leftSection={<IconPlus size={14} />}>
      {words.new}
    </Button>
  )
  return (
    <Page wide title={words.title} about={words.about} actions={rows.length > 0 && make}>
      {query.isError ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : (
        <DataTable
          label={words.title}
          rows={rows}
          rowKey={({ id }) => id}
          more={query}
          loading={query.isPending}
          onOpen={({ name }) => void navigate({ to: '/segments/$name', params: { name } })}
          columns={[
            {
              key: 'title',
              header: words.name,
              width: 'minmax(180px, 1.2fr)',
              cell: ({ title }) => (
                <Text span inherit fw={520}>
                  {title}
                </Text>
              ),
            },
            {
              key: 'count',
              header: words.people,
              width: '120px',
              align: 'end',
              cell: ({ name }) => <Count name={name} />,
            },
            {
              key: 'rule',
              header: words.rule,
              width: 'minmax(240px, 2.4fr)',
              cell: ({ rule }) => <Code fz={12}>{rule}</Code>,
            },
            {
              key: 'updated',
              header: words.updated,
              width: '140px',
              align: 'end',
              cell: ({ updatedAt }) => <Time at={updatedAt} span />,
            },
          ]}
          empty={
            <Empty icon={IconFilter} title={words.none} action={make}>
              {words.noneHint}
            </Empty>
          }
        />
      )}
    </Page>
  )
}

/** Asked for rows on screen only. */
function Count({ name }: { readonly name: string }): ReactNode {
  const format = useFormat()
  const count = useQuery({
    ...read('GET /segments/{idOrName}/count', { path: { idOrName: name } }),
    staleTime: 60_000,
    retry: false,
  })
  if (count.data === undefined) return count.isError ? '!' : '…'
  return (
    <span data-stat={`segment.${name}`}>
      {count.data.exact ? '' : '≈ '}
      {format.count(count.data.count)}
    </span>
  )
}
