import { Button, Drawer, Group, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { IconPlus, IconTags } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { markStale, read, readPages, useWrite } from '../../api/queries.ts'
import { Conflict, isConflict } from '../../parts/conflict.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed, FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { notifyDone, useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

type Topic = Answer<'GET /topics/{idOrName}'>
interface Row {
  readonly name: string
  readonly items: number
  /** Null: items carry it, and nobody has described it. */
  readonly topic: Topic | null
}
const route = getRouteApi('/topics')

/** Topics that are described, and those that items carry without. */
export function Topics(): ReactNode {
  const { shell, content } = useWords()
  const words = content.topics
  const { edit, add } = route.useSearch()
  const navigate = useNavigate()
  const mayWrite = useCan()('content:write')
  const { isHidden } = useHidden()
  const topics = useInfiniteQuery(readPages('GET /topics', { query: { limit: 200 } }))
  const carried = useQuery(read('GET /items/topics'))
  const rows = useMemo(
    () => rowsOf(topics.data?.pages.flatMap(({ data }) => data) ?? [], carried.data?.data ?? [], isHidden),
    [topics.data, carried.data, isHidden],
  )
  const columns = useColumns()
  const go = (search: { edit?: string; add?: string }): void => void navigate({ to: '/topics', search })
  const button = mayWrite && (
    <Button leftSection={<IconPlus size={14} />} data-create onClick={() => go({ add: 'topic' })}>
      {words.new}
    </Button>
  )
  const edited = rows.find(({ name }) => name === edit)
  const open = add !== undefined || edited !== undefined
  return (
    <Page title={shell.nav.topics} about={words.about} wide actions={button}>
      {topics.isError ? (
        <Failed error={topics.error} retry={() => void topics.refetch()} />
      ) : (
        <DataTable<Row>
          label={shell.nav.topics}
          rows={rows}
          columns={columns}
          rowKey={({ name }) => name}
          onOpen={({ name }) => go({ edit: name })}
          more={topics}
          loading={topics.isPending || carried.isPending}
          empty={
            <Empty icon={IconTags} title={words.none} action={button}>
              {words.noneHint}
            </Empty>
          }
        />
      )}
      <Drawer
        opened={open}
        onClose={() => go({})}
        position="right"
        size="md"
        title={edited?.topic ? words.editTitle : edited === undefined ? words.new : words.addTitle}
        closeButtonProps={{ 'aria-label': shell.actions.close }}
      >
        {open && (
          <Editor
            key={edited?.topic?.id ?? edit ?? 'new'}
            topic={edited?.topic ?? null}
            name={edited?.name ?? (add === 'topic' ? '' : (add ?? ''))}
            items={edited?.items ?? 0}
            mayWrite={mayWrite}
            onDone={() => go({})}
          />
        )}
      </Drawer>
    </Page>
  )
}

function rowsOf(
  topics: readonly Topic[],
  carried: readonly { readonly topic: string; readonly items: number }[],
  isHidden: (key: string) => boolean,
): Row[] {
  const counts = new Map(carried.map(({ topic, items }) => [topic, items]))
  const described = topics.filter(({ id }) => !isHidden(`topics/${id}`))
  const names = new Set(described.map(({ name }) => name))
  return [
    ...described.map((topic) => ({ name: topic.name, topic, items: counts.get(topic.name) ?? 0 })),
    ...carried
      .filter(({ topic }) => !names.has(topic))
      .map(({ topic, items }) => ({ name: topic, topic: null, items })),
  ].sort((a, b) => b.items - a.items || a.name.localeCompare(b.name))
}

function useColumns(): readonly Column<Row>[] {
  const words = useWords().content.topics
  const format = useFormat()
  return [
    {
      key: 'title',
      header: words.title,
      cell: ({ topic, name }) =>
        topic?.title ?? (
          <Text span size="sm" c="dimmed" fs="italic">
            {words.undescribed(name)}
          </Text>
        ),
      width: 'minmax(150px, 1.4fr)',
    },
    {
      key: 'name',
      header: words.name,
      cell: ({ name }) => (
        <Text span ff="monospace" size="xs">
          {name}
        </Text>
      ),
      width: 'minmax(110px, 1fr)',
    },
    {
      key: 'items',
      header: words.items,
      cell: ({ items, name }) => <span data-stat={`topic.${name}`}>{format.count(items)}</span>,
      width: '80px',
      align: 'end',
    },
    {
      key: 'description',
      header: words.description,
      cell: ({ topic }) => topic?.description ?? '',
      width: 'minmax(200px, 3fr)',
    },
  ]
}

function Editor({
  topic,
  name: given,
  items,
  mayWrite,
  onDone,
}: {
  readonly topic: Topic | null
  readonly name: string
  readonly items: number
  readonly mayWrite: boolean
  readonly onDone: () => void
}): ReactNode {
  const { shell, content } = useWords()
  const words = content.topics
  const navigate = useNavigate()
  const format = useFormat()
  const [base, setBase] = useState(topic)
  const [name, setName] = useState(given)
  const [title, setTitle] = useState(topic?.title ?? '')
  const [description, setDescription] = useState(topic?.description ?? '')
  const create = useWrite('POST /topics', 'GET /topics')
  const replace = useWrite('PUT /topics/{idOrName}', 'GET /topics')
  const remove = useRemove()
  const error = create.error ?? replace.error
  const body = { name: name.trim(), title: title.trim(), description: description.trim() }
  const done = {
    onSuccess: () => {
      notifyDone(shell.actions.saved)
      onDone()
    },
  }
  const save = (version?: number): void =>
    base === null
      ? create.mutate({ body }, done)
      : replace.mutate({ path: { idOrName: base.id }, version: version ?? base.version, body }, done)
  return (
    <Stack gap="md">
      {isConflict(error) && topic !== null && (
        <Conflict
          subject={`topic/${topic.id}`}
          onReload={() => {
            setBase(topic)
            setName(topic.name)
            setTitle(topic.title)
            setDescription(topic.description)
            replace.reset()
          }}
          onOverwrite={() => save(topic.version)}
        />
      )}
      <Form onSubmit={() => save()} disabled={!mayWrite} error={error}>
        <Stack gap="sm">
          <TextInput
            label={words.title}
            description={words.titleHint}
            required
            data-autofocus
            value={title}
            error={issueAt(error, 'title')}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <TextInput
            label={words.name}
            description={words.nameHint}
            required
            value={name}
            error={issueAt(error, 'name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label={words.description}
            autosize
            minRows={3}
            value={description}
            error={issueAt(error, 'description')}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          {error !== null && !isConflict(error) && <FailedNote error={error} />}
          {mayWrite && (
            <Group justify="flex-end" gap="xs">
              {topic !== null && (
                <Button
                  variant="outline"
                  color="red"
                  mr="auto"
                  onClick={() => {
                    remove(topic)
                    onDone()
                  }}
                >
                  {shell.actions.remove}
                </Button>
              )}
              <Button variant="default" onClick={onDone}>
                {shell.actions.cancel}
              </Button>
              <Button type="submit" loading={create.isPending || replace.isPending}>
                {topic === null ? words.add : shell.actions.save}
              </Button>
            </Group>
          )}
        </Stack>
      </Form>
      {items > 0 && (
        <Button
          variant="subtle"
          w="fit-content"
          onClick={() => void navigate({ to: '/items', search: { topic: given } })}
        >
          {words.showItems(items, format.count(items))}
        </Button>
      )}
    </Stack>
  )
}

function useRemove(): (topic: Topic) => void {
  const words = useWords().content.topics
  const later = useLater()
  const { hide, show } = useHidden()
  const client = useQueryClient()
  return ({ id, title }) =>
    later({
      says: words.removed(title),
      act: async () => {
        await call('DELETE /topics/{idOrName}', { path: { idOrName: id } })
        await markStale(client, 'GET /topics')
      },
      hide: () => hide(`topics/${id}`),
      show: () => show(`topics/${id}`),
    })
}
