import { Button, Group, Menu, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconArticle, IconChevronDown, IconPlus, IconSearch, IconUpload } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import { type Answer, addressOf } from '../../api/client.ts'
import { read, readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { hostOf } from '../safe-link.tsx'
import { TopicBadges } from '../topic-badges.tsx'

type Item = Answer<'GET /items/{id}'>
const route = getRouteApi('/items')
const formats = ['csv', 'tsv', 'ndjson'] as const

export function Items(): ReactNode {
  const { shell, content } = useWords()
  const words = content.items
  const { find, topic } = route.useSearch()
  const navigate = useNavigate()
  const can = useCan()
  const { isHidden } = useHidden()
  const items = useInfiniteQuery(
    readPages('GET /items', {
      query: {
        order: 'newest',
        limit: 100,
        ...(find !== undefined && { search: find }),
        ...(topic !== undefined && { topic }),
      },
    }),
  )
  const rows = useMemo(
    () => (items.data?.pages ?? []).flatMap(({ data }) => data).filter(({ id }) => !isHidden(`items/${id}`)),
    [items.data, isHidden],
  )
  const columns = useColumns()
  const filtered = find !== undefined || topic !== undefined
  const add = can('content:write') && (
    <Button component={Link} to="/items/new" leftSection={<IconPlus size={14} />} data-create>
      {words.new}
    </Button>
  )
  return (
    <Page
      title={shell.nav.items}
      wide
      actions={
        <>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" rightSection={<IconChevronDown size={14} />}>
                {shell.actions.export}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {formats.map((format) => (
                <Menu.Item
                  key={format}
                  component="a"
                  href={addressOf('GET /items/export', { query: { format } })}
                  download
                >
                  {content.formats[format]}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          {can('content:write') && (
            <Button
              component={Link}
              to="/items/import"
              variant="default"
              leftSection={<IconUpload size={14} />}
            >
              {words.import}
            </Button>
          )}
          {add}
        </>
      }
    >
      <Filters
        find={find}
        topic={topic}
        onChange={(search) => void navigate({ to: '/items', search, replace: true })}
      />
      {items.isError ? (
        <Failed error={items.error} retry={() => void items.refetch()} />
      ) : (
        <DataTable<Item>
          label={shell.nav.items}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: '/items/$id', params: { id: String(id) } })}
          more={items}
          loading={items.isPending}
          empty={
            <Empty
              icon={IconArticle}
              title={filtered ? words.noneFound : words.none}
              action={!filtered && add}
            >
              {filtered ? words.noneFoundHint : words.noneHint}
            </Empty>
          }
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<Item>[] {
  const { content } = useWords()
  const words = content.items
  const format = useFormat()
  return [
    { key: 'title', header: words.title, cell: ({ title }) => title, width: 'minmax(260px, 2.6fr)' },
    { key: 'source', header: words.source, cell: ({ url }) => hostOf(url), width: 'minmax(130px, 1.2fr)' },
    {
      key: 'topics',
      header: words.topics,
      cell: ({ topics }) => <TopicBadges topics={topics} />,
      width: 'minmax(180px, 1.4fr)',
    },
    { key: 'language', header: words.language, cell: ({ language }) => language ?? '–', width: '84px' },
    {
      key: 'popularity',
      header: words.popularity,
      cell: ({ popularity }) => format.percent(popularity),
      width: '92px',
      align: 'end',
    },
    {
      key: 'published',
      header: words.published,
      cell: ({ publishedAt }) => <Time at={publishedAt} />,
      width: '130px',
      align: 'end',
    },
  ]
}

interface Search {
  find?: string
  topic?: string
}

function Filters({
  find,
  topic,
  onChange,
}: {
  readonly find: string | undefined
  readonly topic: string | undefined
  readonly onChange: (search: Search) => void
}): ReactNode {
  const { content } = useWords()
  const words = content.items
  const format = useFormat()
  const [text, setText] = useState(find ?? '')
  const counts = useQuery(read('GET /items/topics'))
  const say = (next: { find?: string | undefined; topic?: string | undefined }): void => {
    const { find: found = '', topic: chosen = '' } = { find: text, topic, ...next }
    onChange({ ...(found.trim() !== '' && { find: found.trim() }), ...(chosen !== '' && { topic: chosen }) })
  }
  const later = useDebouncedCallback((typed: string) => say({ find: typed }), 250)
  return (
    <Group gap="xs">
      <TextInput
        type="search"
        size="xs"
        w={{ base: '100%', xs: 280 }}
        leftSection={<IconSearch size={14} />}
        aria-label={words.search}
        placeholder={words.search}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          later(event.currentTarget.value)
        }}
      />
      <Select
        size="xs"
        w={{ base: '100%', xs: 220 }}
        aria-label={words.byTopic}
        placeholder={words.byTopic}
        clearable
        clearButtonProps={{ 'aria-label': content.clearTopics }}
        searchable
        value={topic ?? null}
        data={(counts.data?.data ?? []).map(({ topic: value, items }) => ({
          value,
          label: `${value} (${format.count(items)})`,
        }))}
        onChange={(chosen) => say({ topic: chosen ?? undefined })}
      />
    </Group>
  )
}
