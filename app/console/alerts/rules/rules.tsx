import { Skeleton, Stack, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { useWords } from '../../words/index.tsx'
import { AlertTabs } from '../tabs.tsx'
import { Inhibitions, Intervals, Receivers } from './book.tsx'
import { Tester } from './tester.tsx'
import { RuleTree } from './tree.tsx'

const route = getRouteApi('/alerts/rules')

/** The rules as they are configured, and where an alert with some labels would go by them. */
export function AlertRules(): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.rules
  const { label = [] } = route.useSearch()
  const book = useQuery({ ...read('GET /alerts/rules'), staleTime: 60_000 })
  const preview = useQuery(read('GET /alerts/routes', { query: { label } }))
  const hit = new Set(label.length === 0 ? [] : preview.data?.routes.map(({ route: id }) => id))
  return (
    <Page title={words.title} about={words.about} crumbs={[{ label: shell.nav.alerts, to: '/alerts' }]}>
      <AlertTabs />
      <Tester label={label} preview={preview} />
      {book.isError && <Failed error={book.error} retry={() => void book.refetch()} />}
      {book.isPending && <Skeleton h={260} />}
      {book.data !== undefined && (
        <Stack gap="lg">
          <Section title={words.tree}>
            <RuleTree rules={book.data.rules} hit={hit} />
          </Section>
          <Section title={words.receivers}>
            <Receivers receivers={book.data.receivers} />
          </Section>
          <Section title={words.inhibitions}>
            <Inhibitions inhibitions={book.data.inhibitions} />
          </Section>
          <Section title={words.intervals}>
            <Intervals intervals={book.data.intervals} />
          </Section>
        </Stack>
      )}
    </Page>
  )
}

const Section = ({
  title,
  children,
}: {
  readonly title: string
  readonly children: ReactNode
}): ReactNode => (
  <section>
    <Title order={2} size="h5" mb={6}>
      {title}
    </Title>
    {children}
  </section>
)
