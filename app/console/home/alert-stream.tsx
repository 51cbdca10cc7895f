import { Badge, Group, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import style from '../alerts/alerts.module.css'
import { useAlertRows } from '../alerts/list/alert-rows.ts'
import { SeverityMark } from '../alerts/severity.tsx'
import { mayBe } from '../alerts/use-alert-actions.tsx'
import { StateBadge } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { useFormat, useWords } from '../words/index.tsx'
import own from './home.module.css'
import { Panel } from './panel.tsx'

const shown = 8

/** What is open, the worst first. */
export function AlertStream(): ReactNode {
  const { home, alerts } = useWords()
  const words = home.alerts
  const format = useFormat()
  const { rows, loading, error, retry } = useAlertRows({})
  const waiting = rows.filter(mayBe.acknowledge).length
  return (
    <Panel
      title={
        <Group gap={8} component="span">
          {words.title}
          {waiting > 0 && (
            <Badge color="red" component="span">
              <span data-stat="alerts-waiting">{format.count(waiting)}</span> {alerts.waiting}
            </Badge>
          )}
        </Group>
      }
      to="/alerts"
      more={words.all}
      error={error}
      retry={retry}
      minHeight={84}
    >
      {rows.length === 0 && !loading && (
        <Text size="sm" c="dimmed">
          {words.nothing}
        </Text>
      )}
      <ul className={own.lines}>
        {rows.slice(0, shown).map(({ id, severity, title, state, startsAt }) => (
          <li key={id}>
            <SeverityMark severity={severity} />
            <Link to="/alerts/$id" params={{ id: String(id) }} className={`${style.title} ${own.grow}`}>
              {title}
            </Link>
            {state !== 'firing' && <StateBadge state={state} />}
            <Time at={startsAt} size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }} />
          </li>
        ))}
      </ul>
      {rows.length > shown && (
        <Text size="xs" c="dimmed" mt={6}>
          {words.more(format.count(rows.length - shown))}
        </Text>
      )}
    </Panel>
  )
}
