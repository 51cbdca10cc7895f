import { Button, Menu, Text, TextInput, VisuallyHidden } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconBan, IconDownload, IconFileImport, IconPlus, IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { addressOf, call } from '../../api/client.ts'
import { markStale, readPages } from '../../api/queries.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Side } from '../../parts/side.tsx'
import { Time } from '../../parts/time.tsx'
import { useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { AddSuppressions } from './add.tsx'
import { ImportSuppressions } from './import.tsx'

const route = getRouteApi('/suppressions')
const typingMs = 250

/** Addresses and domains that are never mailed, whoever puts them on a list. */
export function Suppressions(): ReactNode {
  const words = useWords().subscribers.suppressions
  const can = useCan()
  const client = useQueryClient()
  const later = useLater()
  const { search } = route.useSearch()
  const navigate = route.useNavigate()
  const [typed, setTyped] = useState(search ?? '')
  const [panel, setPanel] = useState<'add' | 'import' | null>(null)
  const { isHidden, hide, show } = useHidden()
  const ask = useDebouncedCallback(
    (text: string) => void navigate({ search: text === '' ? {} : { search: text }, replace: true }),
    typingMs,
  )
  // The address was changed by other means.
  useEffect(() => setTyped(search ?? ''), [search])
  const query = useInfiniteQuery(
    readPages('GET /suppressions', { query: { limit: 200, ...(search !== undefined && { search }) } }),
  )
  const rows = (query.data?.pages.flatMap((page) => page.data) ?? []).filter(
    ({ address }) => !isHidden(`suppressions/${address}`),
  )
  const mayWrite = can('subscribers:write')
  const lift = (address: string): void => {
    const key = `suppressions/${address}`
    later({
      says: words.lifting(address),
      hide: () => hide(key),
      show: () => show(key),
      act: async () => {
        await call('DELETE /suppressions/{address}', { path: { address } })
        await markStale(client, 'GET /suppressions')
        show(key)
      },
    })
  }
  const exportHref = (format: 'csv' | 'ndjson'): string =>
    addressOf('GET /suppressions/export', { query: { format } })
  return (
    <Page
      wide
      title={words.title}
      about={words.about}
      actions={
        <>
          <Menu position="bottom-end" width={170}>
            <Menu.Target>
              <Button variant="default" leftSection={<IconDownload size={14} />}>
                {words.export}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component="a" href={exportHref('csv')} download>
                CSV
              </Menu.Item>
              <Menu.Item component="a" href={exportHref('ndjson')} download>
                NDJSON
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {mayWrite && (
            <>
              <Button
                variant="default"
                leftSection={<IconFileImport size={14} />}
                onClick={() => setPanel('import')}
              >
                {words.import}
              </Button>
              <Button data-create leftSection={<IconPlus size={14} />} onClick={() => setPanel('add')}>
                {words.new}
              </Button>
            </>
          )}
        </>
      }
    >
      <TextInput
        type="search"
        size="xs"
        aria-label={words.search}
        placeholder={words.search}
        leftSection={<IconSearch size={15} />}
        value={typed}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value)
          ask(currentTarget.value.trim())
        }}
        w={{ base: '100%', xs: 300 }}
      />
      {query.isError ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : (
        <DataTable
          label={words.title}
          rows={rows}
          rowKey={({ id }) => id}
          more={query}
          loading={query.isPending}
          columns={[
            {
              key: 'address',
              header: words.address,
              width: 'minmax(240px, 1.5fr)',
              cell: ({ address }) => (
                <>
                  <Text span inherit fw={520}>
                    {address}
                  </Text>
                  {address.startsWith('@') && (
                    <Text span inherit c="dimmed">
                      {' '}
                      {words.domain}
                    </Text>
                  )}
                </>
              ),
            },
            {
              key: 'reason',
              header: words.reason,
              width: '150px',
              cell: ({ reason }) => words.reasons[reason],
            },
            {
              key: 'detail',
              header: words.detail,
              width: 'minmax(180px, 1.5fr)',
              cell: ({ detail }) => <span title={detail ?? undefined}>{detail}</span>,
            },
            {
              key: 'at',
              header: words.at,
              width: '150px',
              align: 'end',
              cell: ({ createdAt }) => <Time at={createdAt} span />,
            },
            {
              key: 'lift',
              header: <VisuallyHidden>{words.lift}</VisuallyHidden>,
              width: '100px',
              align: 'end',
              cell: ({ address }) =>
                mayWrite && (
                  <Button
                    variant="subtle"
                    color="gray"
                    size="compact-xs"
                    aria-label={words.liftOne(address)}
                    onClick={() => lift(address)}
                  >
                    {words.lift}
                  </Button>
                ),
            },
          ]}
          empty={
            <Empty icon={IconBan} title={search === undefined ? words.none : words.nothingFound}>
              {search === undefined ? words.noneHint : words.nothingFoundHint}
            </Empty>
          }
        />
      )}
      <Side
        opened={panel !== null}
        onClose={() => setPanel(null)}
        size={440}
        title={panel === 'import' ? words.importTitle : words.addTitle}
      >
        {panel === 'add' && <AddSuppressions onClose={() => setPanel(null)} />}
        {panel === 'import' && <ImportSuppressions />}
      </Side>
    </Page>
  )
}
