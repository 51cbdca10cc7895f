import { Button, Code, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { markStale, read, useWrite } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { notifyDone, useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { Facts } from '../facts.tsx'
import { SafeLink } from '../safe-link.tsx'
import { draftOf, ItemForm, inputOf } from './item-form.tsx'

const route = getRouteApi('/items/$id')

export function ItemPage(): ReactNode {
  const { id } = route.useParams()
  const { shell } = useWords()
  const item = useQuery(read('GET /items/{id}', { path: { id } }))
  if (item.isError) return <Failed error={item.error} retry={() => void item.refetch()} />
  if (item.data === undefined) return <Page title={shell.table.loading}>{null}</Page>
  return <Loaded item={item.data} />
}

function Loaded({ item }: { readonly item: Answer<'GET /items/{id}'> }): ReactNode {
  const { shell, content } = useWords()
  const words = content.items
  const can = useCan()
  const save = useWrite('POST /items', 'GET /items', 'GET /items/topics', 'GET /items/{id}')
  const remove = useRemove()
  return (
    <Page
      title={item.title}
      crumbs={[{ label: shell.nav.items, to: '/items' }]}
      actions={
        can('content:write') && (
          <Button variant="outline" color="red" onClick={() => remove(item)}>
            {shell.actions.remove}
          </Button>
        )
      }
    >
      <ItemForm
        key={item.updatedAt}
        start={draftOf(item)}
        submit={shell.actions.save}
        saving={save.isPending}
        error={save.error}
        disabled={!can('content:write')}
        onSubmit={(draft) =>
          save.mutate({ body: inputOf(draft, item) }, { onSuccess: () => notifyDone(shell.actions.saved) })
        }
        beside={
          <Stack gap="xs">
            <Facts
              facts={[
                [words.address, <SafeLink key="url" url={item.url} />],
                [words.key, <Code key="key">{item.key}</Code>],
                [words.kept, <Time key="kept" at={item.createdAt} exact />],
                [words.changed, <Time key="changed" at={item.updatedAt} exact />],
              ]}
            />
            <Text size="xs" c="dimmed">
              {words.frozen}
            </Text>
          </Stack>
        }
      />
    </Page>
  )
}

/** Removes it in a moment, and shows the list meanwhile. */
function useRemove(): (item: { readonly id: number; readonly title: string }) => void {
  const words = useWords().content.items
  const later = useLater()
  const { hide, show } = useHidden()
  const client = useQueryClient()
  const navigate = useNavigate()
  return ({ id, title }) => {
    later({
      says: words.removed(title),
      act: async () => {
        await call('DELETE /items/{id}', { path: { id } })
        await markStale(client, 'GET /items', 'GET /items/topics')
      },
      hide: () => hide(`items/${id}`),
      show: () => show(`items/${id}`),
    })
    void navigate({ to: '/items' })
  }
}
