import { Anchor, Button, Group, SegmentedControl, Text } from '@mantine/core'
import { IconPlus, IconSend } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { Campaign } from '../../api/operations.ts'
import { read, readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { defined } from '../../parts/search.ts'
import { SearchField } from '../../parts/search-field.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { audienceNames } from '../campaign-input.ts'
import { Clicked, Opened, type Runs, SentOf, When } from './glance.tsx'

const route = getRouteApi('/campaigns')
const states = ['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled', 'failed'] as const

/** Every campaign, what is going on before the others, the newest first: what it is, who gets it, when, and what came of it. */
export function CampaignList(): ReactNode {
  const { campaigns: words, shell } = useWords()
  const asked = route.useSearch()
  const { state, search = '' } = asked
  const navigate = useNavigate()
  const { isHidden } = useHidden()
  const can = useCan()
  const wanted = { order: 'newest', ...(search.trim() !== '' && { search: search.trim() }) } as const
  const found = useInfiniteQuery(
    readPages('GET /campaigns', { query: { ...wanted, limit: 100, ...(state && { state }) } }),
  )
  const going = (kind: 'running' | 'paused') => ({
    ...read('GET /campaigns', { query: { ...wanted, state: kind, limit: 200 } }),
    placeholderData: keepPreviousData,
  })
  const running = useQuery(going('running'))
  const paused = useQuery(going('paused'))
  const { data } = useQuery(read('GET /publications', { query: { limit: 500 } }))
  const runs = useMemo(() => data && new Map(data.data.map((run) => [run.id, run])), [data])
  const rows = useMemo(() => {
    const first = state === undefined ? [...(running.data?.data ?? []), ...(paused.data?.data ?? [])] : []
    const pages = (found.data?.pages ?? []).flatMap(({ data }) => data)
    const byId = new Map([...first, ...pages].map((campaign) => [campaign.id, campaign]))
    return [...byId.values()].filter(({ id }) => !isHidden(`campaigns/${id}`))
  }, [state, running.data, paused.data, found.data, isHidden])
  const set = (change: { readonly state?: (typeof states)[number] | undefined; readonly search?: string }) =>
    void navigate({
      to: '/campaigns',
      search: defined({ ...asked, ...change, ...(change.search === '' && { search: undefined }) }),
      replace: true,
    })
  const columns = useColumns(runs, can('analytics:read'))
  const nothing = state === undefined && search === ''
  return (
    <Page
      wide
      title={shell.nav.campaigns}
      actions={
        can('campaigns:write') && (
          <Button component={Link} to="/campaigns/new" leftSection={<IconPlus size={15} />} data-create>
            {words.list.new}
          </Button>
        )
      }
    >
      <Group gap="sm">
        <SearchField
          size="xs"
          label={words.list.search}
          value={search}
          onFind={(text) => set({ search: text })}
        />
        <div style={{ overflowX: 'auto', maxWidth: '100%' }}>
          <SegmentedControl
            size="xs"
            aria-label={words.list.state}
            data={[
              { value: '', label: words.list.all },
              ...states.map((value) => ({ value, label: shell.states[value] })),
            ]}
            value={state ?? ''}
            onChange={(next) => set({ state: states.find((one) => one === next) })}
          />
        </div>
      </Group>
      {found.isError ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label={shell.nav.campaigns}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          loading={found.isPending || running.isPending || paused.isPending}
          more={found}
          onOpen={({ name }) => void navigate({ to: '/campaigns/$campaign', params: { campaign: name } })}
          empty={
            <Empty icon={IconSend} title={nothing ? words.list.none : words.list.nothing}>
              {nothing ? (
                words.list.teach
              ) : (
                <Anchor component="button" fz="sm" onClick={() => set({ state: undefined, search: '' })}>
                  {words.list.showAll}
                </Anchor>
              )}
            </Empty>
          }
        />
      )}
    </Page>
  )
}

function useColumns(runs: Runs, counted: boolean): readonly Column<Campaign>[] {
  const { campaigns: words } = useWords()
  const format = useFormat()
  return [
    {
      key: 'title',
      header: words.list.campaign,
      width: 'minmax(200px, 2fr)',
      cell: ({ name, title }) => (
        <>
          <Anchor
            component={Link}
            to={`/campaigns/${encodeURIComponent(name)}` as '/'}
            c="inherit"
            fw={550}
            fz="sm"
            tabIndex={-1}
          >
            {title}
          </Anchor>
          <Text span c="dimmed" size="xs" ml={8}>
            {name}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: words.list.state,
      width: '118px',
      cell: ({ state }) => <StateBadge state={state} />,
    },
    {
      key: 'audience',
      header: words.list.audience,
      width: 'minmax(130px, 1fr)',
      cell: (campaign) => {
        const names = audienceNames(campaign)
        return names.length === 0 ? words.audience.rule : format.list(names)
      },
    },
    {
      key: 'when',
      header: words.list.when,
      width: '146px',
      cell: (campaign) => <When campaign={campaign} runs={runs} />,
    },
    {
      key: 'sent',
      header: words.list.sent,
      width: '162px',
      align: 'end',
      cell: (campaign) => <SentOf campaign={campaign} runs={runs} />,
    },
    ...(counted
      ? ([
          {
            key: 'opened',
            header: words.list.opened,
            width: '84px',
            align: 'end',
            cell: (campaign) => <Opened campaign={campaign} runs={runs} />,
          },
          {
            key: 'clicked',
            header: words.list.clicked,
            width: '84px',
            align: 'end',
            cell: (campaign) => <Clicked campaign={campaign} runs={runs} />,
          },
        ] satisfies readonly Column<Campaign>[])
      : []),
  ]
}
