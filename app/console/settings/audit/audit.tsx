import { Badge, Button, Group, Select, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFileText, IconRefresh } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { readPages } from '../../api/queries.ts'
import { CopyIcon } from '../../parts/copy.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useNarrow } from '../../parts/narrow.ts'
import { defined } from '../../parts/search.ts'
import { Time } from '../../parts/time.tsx'
import { useWords } from '../../words/index.tsx'
import { SettingsPage } from '../settings-page.tsx'
import { said } from './said.ts'

type Entry = Answer<'GET /audit'>['data'][number]
interface Search {
  readonly caller?: string
  readonly action?: string
  readonly subject?: string
  /** Days, as `<input type="date">` writes them. */
  readonly from?: string
  readonly until?: string
}
const route = getRouteApi('/settings/audit')
const dayMs = 86_400_000
const kinds = ['user', 'key', 'local', 'system', 'nobody'] as const

export function Audit(): ReactNode {
  const { shell, settings } = useWords()
  const words = settings.audit
  const search: Search = route.useSearch()
  const navigate = useNavigate()
  const { caller, action, subject, from, until } = search
  const log = useInfiniteQuery({
    ...readPages('GET /audit', {
      query: {
        limit: 100,
        ...defined({ caller, action, subject, from: dayOf(from), until: dayOf(until, dayMs) }),
      },
    }),
    // Nobody tells of new entries: whoever looks wants them.
    staleTime: 0,
  })
  const rows = useMemo(() => (log.data?.pages ?? []).flatMap(({ data }) => data), [log.data])
  const columns = useColumns()
  const filtered = Object.keys(search).length > 0
  return (
    <SettingsPage
      tab="audit"
      about={words.about}
      wide
      actions={
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} />}
          loading={log.isRefetching}
          onClick={() => void log.refetch()}
        >
          {shell.actions.refresh}
        </Button>
      }
    >
      <Filters
        search={search}
        onChange={(next) => void navigate({ to: '/settings/audit', search: next, replace: true })}
      />
      {log.isError ? (
        <Failed error={log.error} retry={() => void log.refetch()} />
      ) : (
        <DataTable<Entry>
          label={settings.tabs.audit}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          more={log}
          loading={log.isPending}
          empty={
            <Empty icon={IconFileText} title={filtered ? words.noneFound : words.none}>
              {words.noneHint}
            </Empty>
          }
        />
      )}
    </SettingsPage>
  )
}

const dayOf = (day: string | undefined, plusMs = 0): number | undefined => {
  const at = new Date(`${day}T00:00`).getTime()
  return Number.isNaN(at) ? undefined : at + plusMs
}

function useColumns(): readonly Column<Entry>[] {
  const { settings, shell } = useWords()
  const words = settings.audit
  const narrow = useNarrow()
  const colours = { done: 'teal', refused: 'orange', failed: 'red' } as const
  const who: Column<Entry> = {
    key: 'who',
    header: words.who,
    cell: ({ caller: { name, kind } }) => (
      <>
        <Text span size="sm">
          {name || words.kinds[kind]}
        </Text>{' '}
        <Text span size="xs" c="dimmed">
          {name === '' || kind === 'user' ? '' : words.kinds[kind]}
        </Text>
      </>
    ),
    width: narrow ? 'minmax(100px, 1fr)' : 'minmax(156px, 1.4fr)',
  }
  const what: Column<Entry> = {
    key: 'what',
    header: words.what,
    cell: ({ action }) => <span title={action}>{said(action, words)}</span>,
    width: narrow ? 'minmax(148px, 1.5fr)' : 'minmax(184px, 1.5fr)',
  }
  return [
    {
      key: 'at',
      header: words.at,
      cell: ({ at }) => <Time at={at} exact={!narrow} />,
      width: narrow ? '116px' : '148px',
    },
    ...(narrow ? [what, who] : [who, what]),
    {
      key: 'subject',
      header: words.subject,
      cell: ({ subject }) => (
        <Text span ff="monospace" size="xs">
          {subject ?? '–'}
        </Text>
      ),
      width: 'minmax(130px, 1fr)',
    },
    {
      key: 'outcome',
      header: words.outcome,
      cell: ({ outcome, detail }) => (
        <Badge color={colours[outcome]}>
          {words.outcomes[outcome]}
          {typeof detail.status === 'number' ? ` ${detail.status}` : ''}
        </Badge>
      ),
      width: '106px',
    },
    { key: 'address', header: words.address, cell: ({ address }) => address ?? '–', width: '120px' },
    {
      key: 'request',
      header: words.request,
      cell: ({ requestId }) =>
        requestId !== null && (
          <Group h={36} align="center">
            <CopyIcon value={requestId} label={shell.failed.copyId} />
          </Group>
        ),
      width: '80px',
    },
  ]
}

function Filters({
  search,
  onChange,
}: {
  readonly search: Search
  readonly onChange: (search: Search) => void
}): ReactNode {
  const { settings } = useWords()
  const words = settings.audit
  const [typed, setTyped] = useState({ action: search.action ?? '', subject: search.subject ?? '' })
  const say = (next: { [K in keyof Search]?: string | undefined }): void =>
    onChange(
      Object.fromEntries(
        Object.entries({ ...search, ...typed, ...next }).filter(
          ([, value]) => value !== undefined && value !== '',
        ),
      ),
    )
  const later = useDebouncedCallback((next: Partial<typeof typed>) => say(next), 300)
  const text = (key: 'action' | 'subject') => ({
    size: 'xs' as const,
    'aria-label': words.filters[key],
    placeholder: words.filters[key],
    value: typed[key],
    w: { base: '100%', xs: 190 },
    onChange: (event: { readonly currentTarget: { readonly value: string } }) => {
      const next = { [key]: event.currentTarget.value.trim() }
      setTyped((old) => ({ ...old, ...next }))
      later(next)
    },
  })
  const day = (key: 'from' | 'until') => ({
    type: 'date' as const,
    size: 'xs' as const,
    'aria-label': words.filters[key],
    value: search[key] ?? '',
    w: 140,
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      say({ [key]: event.currentTarget.value }),
  })
  return (
    <Group gap="xs">
      <TextInput type="search" {...text('action')} />
      <TextInput {...text('subject')} />
      <Select
        size="xs"
        w={{ base: '100%', xs: 170 }}
        aria-label={words.filters.caller}
        placeholder={words.filters.caller}
        clearable
        clearButtonProps={{ 'aria-label': words.anybody }}
        value={kinds.find((kind) => kind === search.caller) ?? null}
        data={kinds.map((value) => ({ value, label: words.kinds[value] }))}
        onChange={(value) => say({ caller: value ?? undefined })}
      />
      <TextInput {...day('from')} />
      <Text size="sm" c="dimmed" aria-hidden>
        –
      </Text>
      <TextInput {...day('until')} />
    </Group>
  )
}
