import { Anchor, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { SeverityMark } from '../severity.tsx'
import { AlertTabs } from '../tabs.tsx'
import { CountLine } from './counts.tsx'
import { Postings } from './postings.tsx'

const route = getRouteApi('/alerts/notifications/$id')
const shown = 50

/** One telling: what it said, of which alerts, and what became of it for each. */
export function OneNotification(): ReactNode {
  const { id } = route.useParams()
  const { shell, alerts } = useWords()
  const words = alerts.notifications
  const format = useFormat()
  const asked = useQuery(read('GET /notifications/{id}', { path: { id } }))
  const told = asked.data
  return (
    <Page
      title={told?.title ?? words.numbered(id)}
      crumbs={[
        { label: shell.nav.alerts, to: '/alerts' },
        { label: words.title, to: '/alerts/notifications' },
      ]}
      badge={told && <SeverityMark severity={told.severity} />}
    >
      <AlertTabs />
      {asked.isError ? (
        <Failed error={asked.error} retry={() => void asked.refetch()} />
      ) : told === undefined ? (
        <Skeleton h={300} />
      ) : (
        <Stack>
          <Paper withBorder p="md">
            {told.summary !== '' && (
              <Text mb="sm" style={{ whiteSpace: 'pre-wrap' }}>
                {told.summary}
              </Text>
            )}
            <dl className={style.facts}>
              <dt>{words.reason}</dt>
              <dd>{words.reasons[told.reason]}</dd>
              <dt>{words.at}</dt>
              <dd>
                <Time at={told.createdAt} exact />
              </dd>
              <dt>{words.audience}</dt>
              <dd>
                <Group gap="md">
                  <span data-stat="audience">{format.count(told.audience)}</span>
                  <CountLine counts={told.counts} />
                </Group>
              </dd>
              <dt>{words.alerts}</dt>
              <dd>
                <Group gap={8}>
                  {told.alertIds.slice(0, shown).map((alertId) => (
                    <Anchor key={alertId} component={Link} to={`/alerts/${alertId}` as '/'} size="sm">
                      #{alertId}
                    </Anchor>
                  ))}
                  {told.alertIds.length > shown && <span>… {format.count(told.alertIds.length)}</span>}
                </Group>
              </dd>
              <dt>{words.retryUntil}</dt>
              <dd>
                <Time at={told.retryUntil} exact />
              </dd>
            </dl>
          </Paper>
          <Title order={2} size="h5">
            {words.postings}
          </Title>
          <Postings notificationId={told.id} maxHeight={520} />
        </Stack>
      )}
    </Page>
  )
}
