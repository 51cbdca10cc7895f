import { Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type ComponentType, lazy, type ReactNode, Suspense, useMemo } from 'react'
import { read } from '../api/queries.ts'
import { Page } from '../parts/page.tsx'
import { Subnav } from '../parts/subnav.tsx'
import { useNow } from '../parts/time.tsx'
import { useFormat, useWords } from '../words/index.tsx'
import { type AnalyticsSearch, dayIn, type Range, rangeOf } from './range.ts'
import { RangePicker } from './range-picker.tsx'
import { views } from './routes.ts'

const route = getRouteApi('/analytics')

export interface ViewProps {
  readonly range: Range
  readonly search: AnalyticsSearch
}

const parts: { readonly [V in (typeof views)[number]]: ComponentType<ViewProps> } = {
  overview: lazy(async () => ({ default: (await import('./views/overview.tsx')).Overview })),
  campaigns: lazy(async () => ({ default: (await import('./views/campaigns.tsx')).Campaigns })),
  audience: lazy(async () => ({ default: (await import('./views/audience.tsx')).Audience })),
  engagement: lazy(async () => ({ default: (await import('./views/engagement.tsx')).Engagement })),
  cohorts: lazy(async () => ({ default: (await import('./views/cohorts.tsx')).Cohorts })),
  domains: lazy(async () => ({ default: (await import('./views/domains.tsx')).Domains })),
  topics: lazy(async () => ({ default: (await import('./views/topics.tsx')).Topics })),
  alerts: lazy(async () => ({ default: (await import('./views/alerts.tsx')).AlertTimes })),
}
/** What is of a range: the others are of now, or of whole months. */
const ranged = new Set<(typeof views)[number]>([
  'overview',
  'campaigns',
  'audience',
  'domains',
  'topics',
  'alerts',
])

/** What happened to letters, and how sure that is. */
export function Analytics(): ReactNode {
  const { shell, analytics: words } = useWords()
  const search = route.useSearch()
  const now = useNow()
  const view = search.view ?? 'overview'
  // Another day is another range; every ten seconds would be too many.
  const today = dayIn('UTC', now)
  // biome-ignore lint/correctness/useExhaustiveDependencies: by day
  const range = useMemo(() => rangeOf(search, now), [search, today])
  const View = parts[view]
  return (
    <Page title={shell.nav.analytics}>
      <Subnav
        label={words.views.label}
        places={views.map((each) => ({
          to: '/analytics',
          label: words.views[each],
          search: { ...search, view: each },
          here: each === view,
        }))}
      />
      {ranged.has(view) && (
        <RangePicker search={search} range={range} units={view === 'overview' || view === 'audience'} />
      )}
      <Suspense fallback={<Skeleton h={420} />}>
        <View range={range} search={search} />
      </Suspense>
      <HowFar />
    </Page>
  )
}

/** Up to which event the numbers are. */
function HowFar(): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const { data } = useQuery(read('GET /analytics/status'))
  return (
    <Text size="xs" c="dimmed" mih={18} data-numbers>
      {data !== undefined &&
        (data.rolledTo >= data.last
          ? words.upToDate(format.count(data.last))
          : words.behind(format.count(data.last - data.rolledTo), format.duration(data.behindMs)))}
    </Text>
  )
}
