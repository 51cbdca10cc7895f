import { Alert, Anchor, Badge, Group, Text } from '@mantine/core'
import { IconBellOff, IconHierarchy2, IconMoon } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { LabelLine } from '../labels.tsx'

export type Preview = Answer<'GET /alerts/routes'>
export type RouteOf = Preview['routes'][number]

/** A way that an alert takes: to whom, with which others, when, and who is told when nobody answers. */
export function RouteCard({ route }: { readonly route: RouteOf }): ReactNode {
  const words = useWords().alerts.route
  const format = useFormat()
  const after = (ms: number): string => (ms === 0 ? words.atOnce : words.after(format.duration(ms)))
  const { group, groupBy, rooms, people, lists, followers, escalate, mutedBy } = route
  return (
    <dl className={style.facts}>
      <dt>{words.route}</dt>
      <dd>
        <Text span ff="monospace" fz={12}>
          {route.route}
        </Text>
      </dd>
      <dt>{words.receiver}</dt>
      <dd>{route.receiver}</dd>
      {rooms.length > 0 && (
        <>
          <dt>{words.rooms}</dt>
          <dd>{format.list(rooms)}</dd>
        </>
      )}
      {(people || lists.length > 0) && (
        <>
          <dt>{words.followers}</dt>
          <dd>
            <span data-stat="followers">
              {followers === null ? words.followersUnknown : format.count(followers)}
            </span>
            {lists.length > 0 && ` · ${words.onLists(format.list(lists))}`}
          </dd>
        </>
      )}
      <dt>{words.group}</dt>
      <dd>
        {Object.keys(group).length > 0 ? (
          <Group gap={4}>
            <LabelLine labels={group} />
          </Group>
        ) : groupBy === null ? (
          words.byAll
        ) : (
          words.together
        )}
      </dd>
      <dt>{words.timing}</dt>
      <dd>
        {words.times(after(route.groupWaitMs), after(route.groupIntervalMs), after(route.repeatIntervalMs))}
      </dd>
      {escalate.length > 0 && (
        <>
          <dt>{words.escalation}</dt>
          <dd>
            <Ladder steps={escalate} />
          </dd>
        </>
      )}
      {mutedBy.length > 0 && (
        <>
          <dt>{words.muted}</dt>
          <dd>
            <Badge color="gray" leftSection={<IconMoon size={11} />}>
              {format.list(mutedBy)}
            </Badge>
          </dd>
        </>
      )}
    </dl>
  )
}

/** Who is told when nobody acknowledges, and after how long. */
export function Ladder({ steps }: { readonly steps: RouteOf['escalate'] }): ReactNode {
  const words = useWords().alerts.route
  const format = useFormat()
  return (
    <Group gap={6}>
      {steps.map(({ afterMs, receiver }) => (
        <Badge key={afterMs} color="violet">
          {words.step(format.duration(afterMs), receiver)}
        </Badge>
      ))}
    </Group>
  )
}

/** What keeps it from being told. `self`: an alert that is asked about does not hold back itself. */
export function HoldNotes({
  preview,
  self,
}: {
  readonly preview: Preview
  readonly self?: number
}): ReactNode {
  const words = useWords().alerts.route
  const inhibitedBy = preview.inhibitedBy.filter(({ id }) => id !== self)
  return (
    <>
      {preview.silencedBy.length > 0 && (
        <Alert color="gray" p="xs" icon={<IconBellOff size={16} />} data-hold="silenced">
          {words.silencedBy}{' '}
          {preview.silencedBy.map((id) => (
            <Anchor key={id} component={Link} to="/alerts/silences" size="sm" mr={6}>
              #{id}
            </Anchor>
          ))}
        </Alert>
      )}
      {inhibitedBy.length > 0 && (
        <Alert color="gray" p="xs" icon={<IconHierarchy2 size={16} />} data-hold="inhibited">
          {words.inhibitedBy}{' '}
          {inhibitedBy.map(({ id, title }) => (
            <Anchor key={id} component={Link} to={`/alerts/${id}` as '/'} size="sm" mr={6}>
              {title}
            </Anchor>
          ))}
        </Alert>
      )}
    </>
  )
}
