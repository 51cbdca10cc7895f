import { Anchor, Button, Group, Kbd, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import type { Answer } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { LabelLinks } from '../labels.tsx'
import { SeverityMark } from '../severity.tsx'
import { AlertTabs } from '../tabs.tsx'
import { actionKeys, mayBe, useAlertActions } from '../use-alert-actions.tsx'
import { Direction } from './direction.tsx'
import { TimeLine } from './time-line.tsx'

const route = getRouteApi('/alerts/$id')

export type WholeAlert = Answer<'GET /alerts/{id}'>

/** One alert: what it says, where it went, who was told and what they did. */
export function OneAlert(): ReactNode {
  const { id } = route.useParams()
  const { shell, alerts: words } = useWords()
  const asked = useQuery(read('GET /alerts/{id}', { path: { id } }))
  const crumbs = [{ label: shell.nav.alerts, to: '/alerts' }] as const
  if (asked.data === undefined)
    return (
      <Page title={words.one.title(id)} crumbs={crumbs}>
        <AlertTabs />
        {asked.isError ? (
          <Failed error={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Skeleton h={420} />
        )}
      </Page>
    )
  return <Known alert={asked.data} crumbs={crumbs} />
}

function Known({
  alert,
  crumbs,
}: {
  readonly alert: WholeAlert
  readonly crumbs: readonly { readonly label: string; readonly to: '/alerts' }[]
}): ReactNode {
  const { alerts: words } = useWords()
  return (
    <Page
      title={alert.title}
      crumbs={crumbs}
      badge={
        <Group gap="sm">
          <SeverityMark severity={alert.severity} />
          <StateBadge state={alert.state} />
        </Group>
      }
      actions={<Actions alert={alert} />}
    >
      <AlertTabs />
      <div className={style.two}>
        <Stack gap="lg">
          {alert.text !== '' && (
            <Text component="div" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {alert.text}
            </Text>
          )}
          <Links links={alert.links} />
          <section aria-labelledby="time-line">
            <Title order={2} size="h5" mb="sm" id="time-line">
              {words.one.timeLine}
            </Title>
            <TimeLine alert={alert} />
          </section>
        </Stack>
        <Stack gap="md">
          <Facts alert={alert} />
          <Direction alert={alert} />
        </Stack>
      </div>
    </Page>
  )
}

const order = ['acknowledge', 'release', 'silence', 'resolve'] as const
const keyOf = Object.fromEntries(Object.entries(actionKeys).map(([key, action]) => [action, key]))

function Actions({ alert }: { readonly alert: WholeAlert }): ReactNode {
  const words = useWords().alerts.actions
  const can = useCan()
  const act = useAlertActions()
  const mayWrite = can('alerts:write')
  const latest = useRef((_event: KeyboardEvent): void => {})
  const pressedG = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    latest.current = (event) => {
      const target = event.target as HTMLElement
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
        return
      if (event.key === 'g') pressedG.current = event.timeStamp
      const action = actionKeys[event.key]
      if (action === undefined || event.timeStamp - pressedG.current < 1200) return
      if (mayWrite && document.querySelector('[role="dialog"]') === null) act(action, [alert])
    }
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => latest.current(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  if (!mayWrite) return null
  const possible = order.filter((action) => mayBe[action](alert))
  return possible.map((action, index) => (
    <Button
      key={action}
      variant={
        index === 0 && action === 'acknowledge' ? 'filled' : action === 'resolve' ? 'outline' : 'default'
      }
      {...(action === 'resolve' && { color: 'red' })}
      onClick={() => act(action, [alert])}
      rightSection={
        <Kbd size="xs" aria-hidden>
          {keyOf[action]}
        </Kbd>
      }
    >
      {words[action]}
    </Button>
  ))
}

const isWeb = (url: string): boolean => /^https?:\/\//i.test(url)

function Links({ links }: { readonly links: WholeAlert['links'] }): ReactNode {
  const web = links.filter(({ url }) => isWeb(url))
  if (web.length === 0) return null
  return (
    <Group gap="md">
      {web.map(({ title, url }) => (
        <Anchor key={url} href={url} target="_blank" rel="noopener noreferrer" size="sm" lh="24px">
          {title === '' ? url : title}
        </Anchor>
      ))}
    </Group>
  )
}

function Facts({ alert }: { readonly alert: WholeAlert }): ReactNode {
  const { one } = useWords().alerts
  const words = one.facts
  const format = useFormat()
  const lasted = (alert.endedAt ?? Date.now()) - alert.startsAt
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="facts">
      <Title order={2} size="h5" mb="sm" id="facts">
        {one.about}
      </Title>
      <dl className={style.facts}>
        <dt>{words.since}</dt>
        <dd>
          <Time at={alert.startsAt} exact /> · {format.duration(Math.max(0, lasted))}
        </dd>
        <dt>
          {alert.endedAt === null
            ? alert.ends === 'resolved'
              ? words.resolves
              : words.expires
            : words.ended}
        </dt>
        <dd>
          <Time at={alert.endedAt ?? alert.endsAt} exact />
        </dd>
        <dt>{words.reports}</dt>
        <dd data-stat="reports">{format.count(alert.reports)}</dd>
        {alert.topic !== null && (
          <>
            <dt>{words.topic}</dt>
            <dd>{alert.topic}</dd>
          </>
        )}
        <dt>{words.key}</dt>
        <dd>
          <Text span ff="monospace" fz={12}>
            {alert.key}
          </Text>
        </dd>
        {Object.keys(alert.labels).length > 0 && (
          <>
            <dt>{words.labels}</dt>
            <dd>
              <Group gap={4}>
                <LabelLinks labels={alert.labels} />
              </Group>
            </dd>
          </>
        )}
        {Object.entries(alert.annotations).map(([name, value]) => (
          <FactOf key={name} name={name} value={value} />
        ))}
      </dl>
    </Paper>
  )
}

const FactOf = ({ name, value }: { readonly name: string; readonly value: string }): ReactNode => (
  <>
    <dt>{name}</dt>
    <dd>
      {isWeb(value) ? (
        <Anchor href={value} target="_blank" rel="noopener noreferrer" size="sm">
          {value}
        </Anchor>
      ) : (
        value
      )}
    </dd>
  </>
)
