import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { call } from '../../api/client.ts'
import type { Heartbeat } from '../../api/operations.ts'
import { read, useWrite } from '../../api/queries.ts'
import { Conflict, isConflict } from '../../parts/conflict.tsx'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { notifyDone, notifyFailed } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { AlertTabs } from '../tabs.tsx'
import { bodyOf, draftOf } from './draft.ts'
import { HeartbeatForm } from './form.tsx'
import { LifeBadge } from './life-badge.tsx'
import { useRemoval } from './use-removal.ts'

const route = getRouteApi('/alerts/heartbeats/$id')

/** One heartbeat: when it was heard, and what it is. */
export function OneHeartbeat(): ReactNode {
  const { shell, alerts } = useWords()
  const { id } = route.useParams()
  const query = useQuery(read('GET /heartbeats/{idOrName}', { path: { idOrName: id } }))
  const crumbs = [
    { label: shell.nav.alerts, to: '/alerts' as const },
    { label: alerts.heartbeats.title, to: '/alerts/heartbeats' as const },
  ]
  if (query.data !== undefined) return <Known key={query.data.id} heartbeat={query.data} crumbs={crumbs} />
  return (
    <Page title={query.isError ? alerts.heartbeats.title : '\u00a0'} crumbs={crumbs}>
      <AlertTabs />
      {query.isError ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Skeleton h={260} maw={680} />
      )}
    </Page>
  )
}

function Known({
  heartbeat,
  crumbs,
}: {
  readonly heartbeat: Heartbeat
  readonly crumbs: Parameters<typeof Page>[0]['crumbs'] & {}
}): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.heartbeats
  const navigate = useNavigate()
  const mayWrite = useCan()('alerts:write')
  const remove = useRemoval()
  // What is being written is of the version that was read when it was begun.
  const [base, setBase] = useState(heartbeat)
  const [draft, setDraft] = useState(() => draftOf(heartbeat))
  const save = useWrite('PUT /heartbeats/{idOrName}', 'GET /heartbeats', 'GET /heartbeats/{idOrName}')
  const path = { idOrName: heartbeat.id }
  const leave = (): void => void navigate({ to: '/alerts/heartbeats' })
  const put = (version: number): void => {
    if (save.isPending) return
    save.mutate(
      { path, version, body: bodyOf(draft) },
      {
        onSuccess: () => {
          notifyDone(shell.actions.saved)
          leave()
        },
      },
    )
  }
  /** As it is by now. */
  const again = (act: (present: Heartbeat) => void): void => {
    call('GET /heartbeats/{idOrName}', { path }).then(act).catch(notifyFailed)
  }
  return (
    <Page
      title={base.name}
      crumbs={crumbs}
      badge={<LifeBadge alarmed={heartbeat.alarmed} />}
      about={
        heartbeat.beatAt !== null && (
          <>
            {words.last} <Time at={heartbeat.beatAt} span />
          </>
        )
      }
      actions={
        mayWrite && (
          <Button
            variant="outline"
            color="red"
            onClick={() => {
              remove(heartbeat)
              leave()
            }}
          >
            {shell.actions.remove}
          </Button>
        )
      }
    >
      <AlertTabs />
      {isConflict(save.error) && (
        <Conflict
          subject={`heartbeat/${heartbeat.id}`}
          onReload={() =>
            again((present) => {
              setBase(present)
              setDraft(draftOf(present))
              save.reset()
            })
          }
          onOverwrite={() => again(({ version }) => put(version))}
        />
      )}
      <HeartbeatForm
        draft={draft}
        onChange={setDraft}
        onSubmit={() => put(base.version)}
        onCancel={leave}
        submit={shell.actions.save}
        saving={save.isPending}
        error={save.error}
        disabled={!mayWrite}
      />
    </Page>
  )
}
