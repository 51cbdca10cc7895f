import { ActionIcon, Menu, Text } from '@mantine/core'
import { IconCopy, IconDots, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { call } from '../api/client.ts'
import type { Campaign } from '../api/operations.ts'
import { markStale, read } from '../api/queries.ts'
import { Failed } from '../parts/failed.tsx'
import { useHidden } from '../parts/hidden.ts'
import { Page } from '../parts/page.tsx'
import { StateBadge } from '../parts/state.tsx'
import { Subnav } from '../parts/subnav.tsx'
import { useLater } from '../parts/undo.tsx'
import { useCan } from '../shell/session.tsx'
import { useFormat, useWords } from '../words/index.tsx'
import { CampaignEditor } from './edit/editor.tsx'
import { Editions } from './report/editions.tsx'
import { Report } from './report/report.tsx'
import { Run } from './run/run.tsx'
import { tabsOf } from './tabs.ts'

const route = getRouteApi('/campaigns/$campaign')

/** One campaign: what it will be, what it does, and what came of it. */
export function CampaignScreen(): ReactNode {
  const { campaigns: words, shell } = useWords()
  const format = useFormat()
  const { campaign: name } = route.useParams()
  const { tab, as, run } = route.useSearch()
  const found = useQuery(read('GET /campaigns/{idOrName}', { path: { idOrName: name } }))
  const crumbs = [{ label: shell.nav.campaigns, to: '/campaigns' as const }]
  if (found.isError)
    return (
      <Page title={name} crumbs={crumbs}>
        <Failed error={found.error} retry={() => void found.refetch()} />
      </Page>
    )
  const campaign = found.data
  if (campaign === undefined)
    return (
      <Page title={name} crumbs={crumbs}>
        {null}
      </Page>
    )
  const tabs = tabsOf(campaign)
  const here = tabs.find((one) => one === tab) ?? tabs[0]!
  return (
    <Page
      title={campaign.title}
      crumbs={crumbs}
      badge={<StateBadge state={campaign.state} />}
      about={
        <Text size="sm" span>
          {campaign.name}
          {campaign.scheduledAt !== null && ` · ${words.due(format.dateTime(campaign.scheduledAt))}`}
          {campaign.reason !== null && ` · ${campaign.reason}`}
        </Text>
      }
      actions={<More campaign={campaign} />}
    >
      <Subnav
        label={words.parts}
        places={tabs.map((one) => ({
          label: words.tabs[one],
          to: `/campaigns/${encodeURIComponent(campaign.name)}` as '/',
          search: { ...(one !== tabs[0] && { tab: one }), ...(as !== undefined && { as }) },
          here: one === here,
        }))}
      />
      {here === 'run' ? (
        <Run campaign={campaign} />
      ) : here === 'report' ? (
        <Report
          campaign={campaign}
          publicationId={run === undefined ? campaign.publicationId! : Number(run)}
        />
      ) : here === 'editions' ? (
        <Editions campaign={campaign} />
      ) : (
        <CampaignEditor key={campaign.id} campaign={campaign} tab={here} address={as} />
      )}
    </Page>
  )
}

function More({ campaign }: { readonly campaign: Campaign }): ReactNode {
  const { campaigns: words, shell } = useWords()
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const later = useLater()
  const { hide, show } = useHidden()
  if (!can('campaigns:write')) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={shell.actions.more}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconCopy size={14} />}
          onClick={() => void navigate({ to: '/campaigns/new', search: { from: campaign.name } })}
        >
          {words.duplicate}
        </Menu.Item>
        {campaign.state === 'draft' && (
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={14} />}
            onClick={() => {
              const key = `campaigns/${campaign.id}`
              later({
                says: words.removed(campaign.title),
                act: async () => {
                  await call('DELETE /campaigns/{idOrName}', { path: { idOrName: campaign.id } })
                  await markStale(client, 'GET /campaigns')
                },
                hide: () => hide(key),
                show: () => show(key),
              })
              void navigate({ to: '/campaigns' })
            }}
          >
            {shell.actions.remove}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
