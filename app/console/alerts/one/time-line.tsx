import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useId, useState } from 'react'
import { Time } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { CountLine } from '../notifications/counts.tsx'
import { Postings } from '../notifications/postings.tsx'
import type { WholeAlert } from './one-alert.tsx'

interface Moment {
  readonly key: string
  readonly at: number
  readonly what: ReactNode
}

/** What happened to it, the newest first. */
export function TimeLine({ alert }: { readonly alert: WholeAlert }): ReactNode {
  const { alerts: words, shell } = useWords()
  const format = useFormat()
  const { acknowledged, endedAt, notifications } = alert
  const lines = words.one.moments
  const moments: Moment[] = [
    { key: 'began', at: alert.startsAt, what: lines.began },
    { key: 'came', at: alert.createdAt, what: lines.came },
    ...(alert.reports > 1
      ? [{ key: 'report', at: alert.reportedAt, what: lines.reported(format.count(alert.reports)) }]
      : []),
    ...(acknowledged === null
      ? []
      : [
          {
            key: 'acknowledged',
            at: acknowledged.at,
            what: (
              <>
                {lines.acknowledged(acknowledged.by)}
                {acknowledged.comment !== '' && <Text c="dimmed">{acknowledged.comment}</Text>}
              </>
            ),
          },
        ]),
    ...(endedAt === null ? [] : [{ key: 'ended', at: endedAt, what: shell.states[alert.state] }]),
    ...notifications.map((told) => ({
      key: `told ${told.id}`,
      at: told.createdAt,
      what: <Told told={told} />,
    })),
  ]
  // Of one moment, what was first stands below.
  const sorted = moments.map((moment, index) => ({ ...moment, index }))
  sorted.sort((one, other) => other.at - one.at || other.index - one.index)
  return (
    <ol className={style.steps}>
      {sorted.map(({ key, at, what }) => (
        <li key={key} className={style.step}>
          <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
            <div style={{ minWidth: 0, flex: 1 }}>{what}</div>
            <Time at={at} size="xs" c="dimmed" style={{ flexShrink: 0 }} />
          </Group>
        </li>
      ))}
    </ol>
  )
}

function Told({ told }: { readonly told: WholeAlert['notifications'][number] }): ReactNode {
  const { one, notifications: words } = useWords().alerts
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <Stack gap={4}>
      <Group gap={8}>
        <span>
          {one.moments.told(words.reasons[told.reason])}{' '}
          <Anchor
            component={Link}
            to="/alerts/notifications/$id"
            params={{ id: String(told.id) } as never}
            inherit
            underline="always"
          >
            #{told.id}
          </Anchor>
        </span>
      </Group>
      <Group gap={8}>
        <CountLine counts={told.counts} />
        {told.audience > 0 && (
          <Button
            variant="subtle"
            size="compact-xs"
            h={24}
            onClick={() => setOpen(!open)}
            aria-expanded={open}
            aria-controls={id}
            leftSection={open ? <IconChevronDown size={13} /> : <IconChevronRight size={13} />}
          >
            {one.who}
          </Button>
        )}
      </Group>
      <div id={id}>{open && <Postings notificationId={told.id} maxHeight={300} />}</div>
    </Stack>
  )
}
