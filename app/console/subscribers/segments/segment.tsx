import { Button, Skeleton } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { call, type Given } from '../../api/client.ts'
import { markStale, read, useWrite } from '../../api/queries.ts'
import { Conflict } from '../../parts/conflict.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { notifyDone, useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { None, Section } from '../person/overview.tsx'
import { SegmentEditor } from './editor.tsx'

const route = getRouteApi('/segments/$name')

export function SegmentScreen(): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.segments
  const { name } = route.useParams()
  const navigate = route.useNavigate()
  const can = useCan()
  const client = useQueryClient()
  const later = useLater()
  const { hide, show } = useHidden()
  const query = useQuery(read('GET /segments/{idOrName}', { path: { idOrName: name } }))
  const save = useWrite('PUT /segments/{idOrName}', 'GET /segments', 'GET /segments/{idOrName}')
  const [loads, setLoads] = useState(0)
  const crumbs = [{ label: words.title, to: '/segments' as const }]
  if (query.isError)
    return (
      <Page title={name} crumbs={crumbs}>
        <Failed error={query.error} retry={() => void query.refetch()} />
      </Page>
    )
  const segment = query.data
  if (segment === undefined)
    return (
      <Page title={name} crumbs={crumbs}>
        <Skeleton h={320} />
      </Page>
    )
  const put = (body: Given<'PUT /segments/{idOrName}'>['body'], version: number): void =>
    save.mutate(
      { path: { idOrName: String(segment.id) }, body, version },
      {
        onSuccess: (saved) => {
          notifyDone(shell.actions.saved)
          if (saved.name !== name)
            void navigate({ to: '/segments/$name', params: { name: saved.name }, replace: true })
        },
      },
    )
  const remove = (): void => {
    void navigate({ to: '/segments' })
    later({
      says: words.removing(segment.title),
      act: async () => {
        await call('DELETE /segments/{idOrName}', { path: { idOrName: segment.id } })
        await markStale(client, 'GET /segments')
      },
      hide: () => hide(`segments/${segment.id}`),
      show: () => {
        show(`segments/${segment.id}`)
        void navigate({ to: '/segments/$name', params: { name } })
      },
    })
  }
  const reload = async (): Promise<void> => {
    save.reset()
    await query.refetch()
    setLoads(loads + 1)
  }
  const overwrite = async (): Promise<void> => {
    const { body } = save.variables!
    const { version } = await call('GET /segments/{idOrName}', { path: { idOrName: segment.id } })
    put(body, version)
  }
  const conflict = save.error?.code === 'E_CONFLICT'
  return (
    <Page
      title={segment.title}
      crumbs={crumbs}
      about={segment.description || undefined}
      actions={
        <>
          <Button
            variant="default"
            renderRoot={(props) => <Link {...props} to="/subscribers" search={{ segment: segment.name }} />}
          >
            {words.seePeople}
          </Button>
          {can('subscribers:write') && (
            <Button variant="outline" color="red" leftSection={<IconTrash size={14} />} onClick={remove}>
              {shell.actions.remove}
            </Button>
          )}
        </>
      }
    >
      {conflict && (
        <Conflict
          subject={`segment/${segment.id}`}
          onReload={() => void reload()}
          onOverwrite={() => void overwrite()}
        />
      )}
      <SegmentEditor
        key={`${segment.id} ${loads}`}
        draft={segment}
        error={conflict ? null : save.error}
        saving={save.isPending}
        onSave={({ name: next, title, description, rule }) =>
          put({ name: next, title, description, rule }, segment.version)
        }
        aside={can('campaigns:read') && <UsedBy segment={segment.name} />}
      />
    </Page>
  )
}

/** Campaigns that name it. */
function UsedBy({ segment }: { readonly segment: string }): ReactNode {
  const words = useWords().subscribers.segments
  const campaigns = useQuery(read('GET /campaigns', { query: { order: 'newest', limit: 1000 } }))
  const those = (campaigns.data?.data ?? []).filter(
    ({ segments, excludeSegments }) => segments.includes(segment) || excludeSegments.includes(segment),
  )
  return (
    <Section title={words.usedBy}>
      {campaigns.data !== undefined && those.length === 0 && <None>{words.usedByNone}</None>}
      {those.map(({ id, name, title, state, updatedAt, excludeSegments }) => (
        <div key={id} style={{ display: 'flex', gap: 10, alignItems: 'center', minHeight: 30, fontSize: 13 }}>
          <Link to={`/campaigns/${encodeURIComponent(name)}` as '/'} style={{ flex: 1, color: 'inherit' }}>
            {title}
          </Link>
          {excludeSegments.includes(segment) && <span>{words.leavesOut}</span>}
          <StateBadge state={state} />
          <Time at={updatedAt} c="dimmed" fz="xs" />
        </div>
      ))}
    </Section>
  )
}
