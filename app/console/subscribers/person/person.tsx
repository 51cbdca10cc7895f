import { Skeleton, Stack, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { useWords } from '../../words/index.tsx'
import { type PersonTab, personTabs } from '../routes.ts'
import { Actions } from './actions.tsx'
import { Alerts } from './alerts.tsx'
import { Consents } from './consents.tsx'
import { Letters } from './letters.tsx'
import { Overview } from './overview.tsx'
import { Picks } from './picks.tsx'

const route = getRouteApi('/subscribers/$id')

/** One person: who they are, what they agreed to, and what was sent to them. */
export function Person(): ReactNode {
  const words = useWords().subscribers
  const { id } = route.useParams()
  const { tab = 'overview' } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(read('GET /subscribers/{id}', { path: { id } }))
  const crumbs = [{ label: words.title, to: '/subscribers' as const }]
  if (query.isError && query.data === undefined)
    return (
      <Page title={words.person.title} crumbs={crumbs}>
        <Failed error={query.error} retry={() => void query.refetch()} />
      </Page>
    )
  const person = query.data
  if (person === undefined)
    return (
      <Page title={'\u00a0'} crumbs={crumbs}>
        <Stack>
          <Skeleton h={34} />
          <Skeleton h={260} />
        </Stack>
      </Page>
    )
  const isErased = person.status === 'erased'
  const tabs = personTabs.filter((each) => !isErased || each !== 'picks')
  return (
    <Page
      title={isErased ? words.person.erased : person.address}
      crumbs={crumbs}
      badge={<StateBadge state={person.status} />}
      about={person.name ?? undefined}
      actions={<Actions person={person} />}
    >
      <Tabs
        value={tab}
        onChange={(next) =>
          void navigate({
            search: next === 'overview' || next === null ? {} : { tab: next as PersonTab },
            replace: true,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md" style={{ flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden' }}>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {words.person.tabs[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview person={person} />
        </Tabs.Panel>
        <Tabs.Panel value="letters">
          <Letters id={person.id} />
        </Tabs.Panel>
        <Tabs.Panel value="consents">
          <Consents id={person.id} />
        </Tabs.Panel>
        <Tabs.Panel value="alerts">
          <Alerts person={person} />
        </Tabs.Panel>
        <Tabs.Panel value="picks">
          <Picks id={person.id} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
