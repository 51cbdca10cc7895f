import { Button, Group, Menu } from '@mantine/core'
import { IconAddressBook, IconDownload, IconFileImport, IconPlus, IconSearchOff } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../api/client.ts'
import { readPages } from '../../api/queries.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { useCount } from '../../rules/count.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { AddSubscriber } from './add.tsx'
import { BulkBar } from './bulk.tsx'
import { keepColumns, keptColumns, useColumns } from './columns.tsx'
import type { SubscriberFilter } from './filter.ts'
import { Filters } from './filters.tsx'

const route = getRouteApi('/subscribers')
const pageRows = 200

/** Everybody, or those who fit: a million rows scroll as a hundred do. */
export function Subscribers(): ReactNode {
  const { subscribers: words } = useWords()
  const can = useCan()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const [chosen, choose] = useState<ReadonlySet<string | number>>(new Set())
  const [names, setNames] = useState(keptColumns)
  const [adding, setAdding] = useState(false)
  const query = useInfiniteQuery(readPages('GET /subscribers', { query: { ...filter, limit: pageRows } }))
  const rows = query.data?.pages.flatMap((page) => page.data) ?? []
  const columns = useColumns(names)
  const mayWrite = can('subscribers:write')
  const setFilter = (next: SubscriberFilter): void => {
    choose(new Set())
    void navigate({ search: next, replace: true })
  }
  const isFiltered = Object.keys(filter).length > 0
  // A page of a segment may be empty while there are more behind it.
  const looking = query.isPending || (rows.length === 0 && query.hasNextPage)

  return (
    <Page
      wide
      title={words.title}
      about={<Reached filter={filter} />}
      actions={
        <>
          <ExportMenu filter={filter} />
          {mayWrite && (
            <>
              <Button
                component={Link}
                to="/subscribers/import"
                variant="default"
                leftSection={<IconFileImport size={14} />}
              >
                {words.import.action}
              </Button>
              <Button data-create leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
                {words.add.new}
              </Button>
            </>
          )}
        </>
      }
    >
      <Filters
        filter={filter}
        onChange={setFilter}
        columns={names}
        onColumns={(next) => {
          keepColumns(next)
          setNames(next)
        }}
        rows={rows}
      />
      {query.isError && rows.length === 0 ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : (
        <DataTable
          label={words.title}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={({ id }) =>
            void navigate({ to: '/subscribers/$id', params: { id: String(id) }, search: {} })
          }
          more={query}
          loading={looking}
          {...(mayWrite && { chosen, onChoose: choose })}
          empty={
            isFiltered ? (
              <Empty
                icon={IconSearchOff}
                title={words.nobodyFits}
                action={
                  <Button variant="default" onClick={() => setFilter({})}>
                    {words.filters.clear}
                  </Button>
                }
              >
                {words.nobodyFitsHint}
              </Empty>
            ) : (
              <Empty
                icon={IconAddressBook}
                title={words.nobody}
                action={
                  mayWrite && (
                    <Group gap="xs">
                      <Button component={Link} to="/subscribers/import">
                        {words.import.action}
                      </Button>
                      <Button variant="default" component={Link} to="/lists">
                        {words.makeList}
                      </Button>
                    </Group>
                  )
                }
              >
                {words.nobodyHint}
              </Empty>
            )
          }
        />
      )}
      <BulkBar rows={rows.filter(({ id }) => chosen.has(id))} onDone={() => choose(new Set())} />
      <AddSubscriber opened={adding} onClose={() => setAdding(false)} list={filter.list} />
    </Page>
  )
}

/** Whom a letter to these would reach; nothing where the filter asks for what letters do not know. */
function Reached({ filter }: { readonly filter: SubscriberFilter }): ReactNode {
  const words = useWords().subscribers
  const format = useFormat()
  const { search, status, list, segment, rule } = filter
  const parts = [list, segment, rule].filter((part) => part !== undefined)
  const countable = search === undefined && (status === undefined || status === 'active') && parts.length < 2
  const body =
    list !== undefined
      ? { lists: [list] }
      : segment !== undefined
        ? { segments: [segment] }
        : { rule: rule ?? 'everyone' }
  const count = useCount(body, countable)
  if (!countable) return words.narrowed
  if (count.data === undefined) return '\u00a0'
  const { count: number, exact } = count.data
  return (
    <span data-numbers>
      {exact ? '' : '≈ '}
      <span data-stat="subscribers.active">{format.count(number)}</span> {words.activeOf(number)}
    </span>
  )
}

function ExportMenu({ filter }: { readonly filter: SubscriberFilter }): ReactNode {
  const words = useWords().subscribers.export
  const { search: _search, rule: _rule, ...query } = filter
  const href = (format: 'csv' | 'tsv' | 'ndjson', gzip?: '1'): string =>
    addressOf('GET /subscribers/export', { query: { ...query, format, gzip } })
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={14} />}>
          {words.action}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{Object.keys(query).length > 0 ? words.filtered : words.all}</Menu.Label>
        <Menu.Item component="a" href={href('csv')} download>
          {words.csv}
        </Menu.Item>
        <Menu.Item component="a" href={href('csv', '1')} download>
          {words.csvGz}
        </Menu.Item>
        <Menu.Item component="a" href={href('ndjson')} download>
          {words.ndjson}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
