import { Kbd } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import {
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
  spotlight,
} from '@mantine/spotlight'
import { IconFileImport, IconPlus, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { read } from '../api/queries.ts'
import { useWords, type Words } from '../words/index.tsx'
import style from './palette.module.css'
import { places } from './places.ts'
import { type Scope, useCan } from './session.tsx'
import { veil } from './theme.ts'

export const openPalette = (): void => spotlight.open()

const least = 2

interface Deed {
  readonly to: string
  readonly says: (words: Words) => string
  readonly needs: Scope
  readonly icon?: typeof IconPlus
}

/** What is made on a page of its own. */
const deeds: readonly Deed[] = [
  { to: '/campaigns/new', says: ({ campaigns }) => campaigns.list.new, needs: 'campaigns:write' },
  { to: '/alerts/new', says: ({ alerts }) => alerts.report.new, needs: 'alerts:write' },
  { to: '/alerts/silences/new', says: ({ alerts }) => alerts.silences.new, needs: 'alerts:write' },
  { to: '/alerts/heartbeats/new', says: ({ alerts }) => alerts.heartbeats.new, needs: 'alerts:write' },
  {
    to: '/subscribers/import',
    says: ({ subscribers }) => subscribers.import.title,
    needs: 'subscribers:write',
    icon: IconFileImport,
  },
  { to: '/segments/new', says: ({ subscribers }) => subscribers.segments.new, needs: 'subscribers:write' },
  { to: '/items/new', says: ({ content }) => content.items.new, needs: 'content:write' },
  { to: '/feeds/new', says: ({ content }) => content.feeds.new, needs: 'content:write' },
  { to: '/templates/new', says: ({ content }) => content.templates.new, needs: 'content:write' },
]

/** What the daemon finds comes after the palette has marked what it had: while nothing is marked, Enter takes the first. */
function takeFirst({ key, nativeEvent, currentTarget }: KeyboardEvent<HTMLInputElement>): void {
  const list = currentTarget.closest('.mantine-Spotlight-content')
  if (key !== 'Enter' || nativeEvent.isComposing || list?.querySelector('[data-selected]') != null) return
  list?.querySelector<HTMLElement>('[data-action]')?.click()
}

/** Where to go, what to do, and what is called like it: by Ctrl K. */
export function Palette(): ReactNode {
  const words = useWords()
  const { shell } = words
  const can = useCan()
  const navigate = useNavigate()
  const [query, setQuery] = useState('')
  const [asked] = useDebouncedValue(query.trim(), 150)
  const go = (to: string) => (): void => void navigate({ to: to as '/' })
  const enabled = (scope: Parameters<typeof can>[0]) => asked.length >= least && can(scope)
  const people = useQuery({
    ...read('GET /subscribers', { query: { search: asked, limit: 6 } }),
    enabled: enabled('subscribers:read'),
  })
  const campaigns = useQuery({
    ...read('GET /campaigns', { query: { search: asked, order: 'newest', limit: 6 } }),
    enabled: enabled('campaigns:read'),
  })
  const pages: SpotlightActionData[] = places
    .flatMap((group) => group.places)
    .filter(({ needs }) => needs.length === 0 || needs.some(can))
    .map(({ to, word, icon: Sign, letter }) => ({
      id: to,
      label: shell.nav[word],
      leftSection: <Sign size={16} stroke={1.6} />,
      rightSection: (
        <span className={style.keys} aria-hidden>
          <Kbd size="xs">g</Kbd> <Kbd size="xs">{letter}</Kbd>
        </span>
      ),
      onClick: go(to),
    }))
  const actions: SpotlightActionData[] = deeds
    .filter(({ needs }) => can(needs))
    .map(({ to, says, icon: Sign = IconPlus }) => ({
      id: to,
      label: says(words),
      leftSection: <Sign size={16} stroke={1.6} />,
      onClick: go(to),
    }))
  const groups: SpotlightActionGroupData[] = [
    { group: shell.palette.goTo, actions: pages },
    { group: shell.palette.actions, actions },
    ...(asked.length < least
      ? []
      : [
          {
            group: shell.palette.campaigns,
            actions: (campaigns.data?.data ?? []).map(({ name, title }) => ({
              id: `campaign ${name}`,
              label: title,
              description: name,
              keywords: [asked],
              onClick: go(`/campaigns/${encodeURIComponent(name)}`),
            })),
          },
          {
            group: shell.palette.people,
            actions: (people.data?.data ?? []).map(({ id, address, name }) => ({
              id: `person ${id}`,
              label: address,
              ...(name && { description: name }),
              keywords: [asked],
              onClick: go(`/subscribers/${id}`),
            })),
          },
        ]),
  ]
  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      query={query}
      onQueryChange={setQuery}
      nothingFound={shell.palette.nothing}
      shortcut={['mod + K']}
      scrollable
      maxHeight={440}
      size={560}
      yOffset="12dvh"
      highlightQuery
      overlayProps={veil}
      classNames={{
        content: style.content!,
        search: style.search!,
        actionsGroup: style.group!,
        action: style.action!,
        actionLabel: style.label!,
      }}
      searchProps={{
        leftSection: <IconSearch size={16} />,
        placeholder: shell.palette.placeholder,
        'aria-label': shell.palette.open,
        onKeyDown: takeFirst,
      }}
    />
  )
}
