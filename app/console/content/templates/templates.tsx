import { Badge, Button, Group, Text } from '@mantine/core'
import { IconPlus, IconTemplate } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { Answer } from '../../api/client.ts'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Subnav } from '../../parts/subnav.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

type Template = Answer<'GET /templates/{idOrName}'>
const route = getRouteApi('/templates')
const kinds = ['letter', 'layout', 'partial'] as const

export function Templates(): ReactNode {
  const { shell, content } = useWords()
  const words = content.templates
  const { kind } = route.useSearch()
  const navigate = useNavigate()
  const can = useCan()
  const { isHidden } = useHidden()
  const templates = useInfiniteQuery(readPages('GET /templates', { query: { limit: 200 } }))
  const rows = useMemo(
    () =>
      (templates.data?.pages ?? [])
        .flatMap(({ data }) => data)
        .filter(
          (template) =>
            !isHidden(`templates/${template.id}`) && (kind === undefined || template.kind === kind),
        )
        .sort((a, b) => b.updatedAt - a.updatedAt),
    [templates.data, isHidden, kind],
  )
  const columns = useColumns()
  const add = can('content:write') && (
    <Button
      component={Link}
      to="/templates/new"
      search={(kind === undefined ? {} : { kind }) as never}
      leftSection={<IconPlus size={14} />}
      data-create
    >
      {words.new}
    </Button>
  )
  return (
    <Page title={shell.nav.templates} wide actions={add}>
      <Subnav
        label={words.kinds}
        places={[
          { label: words.all, to: '/templates', search: {}, here: kind === undefined },
          ...kinds.map((each) => ({
            label: words.manyOf[each],
            to: '/templates' as const,
            search: { kind: each },
            here: kind === each,
          })),
        ]}
      />
      {templates.isError ? (
        <Failed error={templates.error} retry={() => void templates.refetch()} />
      ) : (
        <DataTable<Template>
          label={shell.nav.templates}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={({ name }) => void navigate({ to: '/templates/$name', params: { name } })}
          more={templates}
          loading={templates.isPending}
          empty={
            <Empty icon={IconTemplate} title={words.none} action={add}>
              {kind === undefined ? words.noneHint : words.about[kind]}
            </Empty>
          }
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<Template>[] {
  const { content } = useWords()
  const words = content.templates
  const format = useFormat()
  return [
    {
      key: 'name',
      header: words.name,
      cell: ({ name }) => (
        <Text span size="sm" fw={550}>
          {name}
        </Text>
      ),
      width: 'minmax(150px, 1.2fr)',
    },
    {
      key: 'kind',
      header: words.kind,
      cell: ({ kind }) => <Badge color={kind === 'letter' ? 'ink' : 'gray'}>{words.oneOf[kind]}</Badge>,
      width: '110px',
    },
    {
      key: 'subject',
      header: words.subject,
      cell: ({ subject, kind }) =>
        subject === '' && kind !== 'letter' ? '–' : <span title={subject}>{subject}</span>,
      width: 'minmax(220px, 3fr)',
    },
    { key: 'format', header: words.format, cell: ({ format: is }) => content.formats[is], width: '100px' },
    {
      key: 'languages',
      header: words.languages,
      cell: ({ variants }) => (
        <Group gap={4} component="span" h={36}>
          {Object.keys(variants).map((tag) => (
            <Badge key={tag} color="gray" size="sm" fw={500}>
              {tag}
            </Badge>
          ))}
        </Group>
      ),
      width: '120px',
    },
    {
      key: 'version',
      header: words.version,
      cell: ({ version }) => format.count(version),
      width: '80px',
      align: 'end',
    },
    {
      key: 'changed',
      header: words.changed,
      cell: ({ updatedAt }) => <Time at={updatedAt} />,
      width: '130px',
      align: 'end',
    },
  ]
}
