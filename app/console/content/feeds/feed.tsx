import { Alert, Button, SimpleGrid, Stack } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { call, type Refusal } from '../../api/client.ts'
import { markStale, read, useWrite } from '../../api/queries.ts'
import { Conflict, isConflict } from '../../parts/conflict.tsx'
import { Failed, FailedNote } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { notifyDone, useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Facts } from '../facts.tsx'
import { hostOf, SafeLink } from '../safe-link.tsx'
import { draftOf, type FeedDraft, inputOf, rulesOf } from './draft.ts'
import { FeedForm } from './feed-form.tsx'
import { type Feed, HealthBadge, healthOf } from './health.tsx'
import { FeedPreview, type Preview } from './preview.tsx'
import { useFetchNow } from './use-fetch-now.tsx'

const route = getRouteApi('/feeds/$name')

export function FeedPage(): ReactNode {
  const { name } = route.useParams()
  const { shell } = useWords()
  const feed = useQuery(read('GET /feeds/{idOrName}', { path: { idOrName: name } }))
  if (feed.isError) return <Failed error={feed.error} retry={() => void feed.refetch()} />
  if (feed.data === undefined) return <Page title={shell.table.loading}>{null}</Page>
  return <Loaded key={feed.data.id} feed={feed.data} />
}

function Loaded({ feed }: { readonly feed: Feed }): ReactNode {
  const { shell, content } = useWords()
  const words = content.feeds
  const navigate = useNavigate()
  const can = useCan()
  const mayWrite = can('content:write')
  // What is being written is of the version that was read when it was begun.
  const [base, setBase] = useState(feed)
  const [draft, setDraft] = useState(() => draftOf(feed))
  const save = useWrite('PUT /feeds/{idOrName}', 'GET /feeds', 'GET /feeds/{idOrName}')
  const look = useMutation<Preview, Refusal, FeedDraft>({
    mutationFn: (given) => call('POST /feeds/preview', { body: rulesOf(given) }),
  })
  const { fetchNow, fetching } = useFetchNow()
  const remove = useRemove()
  const take = (kept: Feed): void => {
    setBase(kept)
    setDraft(draftOf(kept))
    save.reset()
  }
  const put = (version: number): void =>
    save.mutate(
      { path: { idOrName: feed.id }, version, body: inputOf(draft) },
      {
        onSuccess: (kept) => {
          take(kept)
          notifyDone(shell.actions.saved)
          if (kept.name !== base.name)
            void navigate({ to: '/feeds/$name', params: { name: kept.name }, replace: true })
        },
      },
    )
  return (
    <Page
      title={feed.title || feed.name}
      badge={<HealthBadge feed={feed} />}
      crumbs={[{ label: shell.nav.feeds, to: '/feeds' }]}
      actions={
        mayWrite && (
          <>
            <Button
              variant="default"
              leftSection={<IconRefresh size={14} />}
              loading={fetching === feed.id}
              onClick={() => fetchNow(feed)}
            >
              {words.readNow}
            </Button>
            <Button variant="outline" color="red" onClick={() => remove(feed)}>
              {shell.actions.remove}
            </Button>
          </>
        )
      }
    >
      {['failing', 'gone'].includes(healthOf(feed)) && (
        <Alert color="red" title={words.problem[healthOf(feed) === 'gone' ? 'gone' : 'failing']}>
          {feed.state?.lastError ?? words.health.gone}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Stack gap="md">
          {isConflict(save.error) && (
            <Conflict
              subject={`feed/${feed.id}`}
              onReload={() => take(feed)}
              onOverwrite={() => put(feed.version)}
            />
          )}
          <FeedForm
            draft={draft}
            onChange={setDraft}
            known={look.data?.categories ?? []}
            withAddress
            submit={shell.actions.save}
            saving={save.isPending}
            error={save.error}
            disabled={!mayWrite}
            onSubmit={() => put(base.version)}
          />
        </Stack>
        <Stack gap="md">
          <State feed={feed} />
          {mayWrite && (
            <Stack gap="xs" align="flex-start">
              <Button variant="default" loading={look.isPending} onClick={() => look.mutate(draft)}>
                {words.tryRules}
              </Button>
            </Stack>
          )}
          {look.isError && <FailedNote error={look.error} />}
          <FeedPreview preview={look.data} loading={look.isPending} />
        </Stack>
      </SimpleGrid>
    </Page>
  )
}

function State({ feed }: { readonly feed: Feed }): ReactNode {
  const { content } = useWords()
  const words = content.feeds
  const format = useFormat()
  const { state } = feed
  const at = (time: number | null | undefined): ReactNode => (time ? <Time at={time} /> : '–')
  return (
    <Stack gap="xs">
      <Facts
        facts={[
          [words.url, <SafeLink key="url" url={feed.url} />],
          ...(state?.movedTo
            ? ([[words.movedTo, <SafeLink key="moved" url={state.movedTo} />]] as const)
            : []),
          [words.lastRead, at(state?.lastFetchedAt)],
          [words.nextRead, feed.enabled ? at(state?.nextAt) : words.health.off],
          [words.interval, state === null ? '–' : format.duration(state.intervalMs)],
          [words.lastItem, at(state?.lastItemAt)],
          [
            words.items,
            <span key="items" data-stat="feed.items">
              {state === null ? '–' : format.count(state.itemsSeen)}
            </span>,
          ],
          ...(state !== null && state.failures > 0
            ? ([[words.failures, format.count(state.failures)]] as const)
            : []),
        ]}
      />
      <Button
        component={Link}
        to="/items"
        search={{ find: hostOf(feed.url) } as never}
        variant="subtle"
        w="fit-content"
      >
        {words.itsItems}
      </Button>
    </Stack>
  )
}

function useRemove(): (feed: Feed) => void {
  const words = useWords().content.feeds
  const later = useLater()
  const { hide, show } = useHidden()
  const client = useQueryClient()
  const navigate = useNavigate()
  return ({ id, name, title }) => {
    later({
      says: words.removed(title || name),
      act: async () => {
        await call('DELETE /feeds/{idOrName}', { path: { idOrName: id } })
        await markStale(client, 'GET /feeds')
      },
      hide: () => hide(`feeds/${id}`),
      show: () => show(`feeds/${id}`),
    })
    void navigate({ to: '/feeds' })
  }
}
