import { Button, Skeleton, Text } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import alertStyle from '../../../alerts/alerts.module.css'
import { read } from '../../../api/queries.ts'
import { FailedNote } from '../../../parts/failed.tsx'
import { Side } from '../../../parts/side.tsx'
import { useCan } from '../../../shell/session.tsx'
import { useFormat, useWords } from '../../../words/index.tsx'
import type { Subscriber } from '../../people/filter.ts'
import { Section } from '../overview.tsx'
import style from './follows.module.css'
import { WishesForm } from './wishes-form.tsx'

const route = getRouteApi('/subscribers/$id')
/** `?follow=` of the form below. */
const when = 'when'

/** When and how often they want to be told, over all that they follow. */
export function Wishes({ person }: { readonly person: Subscriber }): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.follows.when
  const format = useFormat()
  const { tab, follow: opened } = route.useSearch()
  const navigate = route.useNavigate()
  const can = useCan()
  const wishes = useQuery(read('GET /subscribers/{id}/follow-preferences', { path: { id: person.id } }))
  const mayWrite = can('subscribers:write') && person.status !== 'erased'
  const show = (follow?: string): void =>
    void navigate({ search: { ...(tab !== undefined && { tab }), ...(follow !== undefined && { follow }) } })
  return (
    <Section
      title={words.title}
      aside={
        mayWrite && (
          <Button
            size="compact-xs"
            h={26}
            variant="default"
            leftSection={<IconPencil size={13} />}
            aria-label={words.edit}
            disabled={wishes.data === undefined}
            onClick={() => show(when)}
          >
            {shell.actions.edit}
          </Button>
        )
      }
    >
      {wishes.isError && <FailedNote error={wishes.error} />}
      {wishes.isPending && <Skeleton h={110} />}
      {wishes.data !== undefined && (
        <dl className={`${alertStyle.facts} ${style.wishes}`}>
          <dt>{words.quiet}</dt>
          <dd data-numbers>
            {wishes.data.quiet === null
              ? words.never
              : words.between(wishes.data.quiet.from, wishes.data.quiet.until)}
          </dd>
          <dt>{words.digest}</dt>
          <dd data-numbers>
            {wishes.data.digestAt === null ? words.asTheyCome : words.at(wishes.data.digestAt)}
          </dd>
          <dt>{words.cap}</dt>
          <dd data-numbers>
            {wishes.data.maxPerHour === null
              ? words.noCap
              : words.anHour(wishes.data.maxPerHour, format.count(wishes.data.maxPerHour))}
          </dd>
          <dt>{words.critical}</dt>
          <dd>{wishes.data.criticalAnyway ? words.anyway : words.likeOthers}</dd>
          <dt>{words.clocks}</dt>
          <dd>
            {person.timeZone ?? (
              <Text span inherit c="dimmed">
                {words.ourZone}
              </Text>
            )}
          </dd>
        </dl>
      )}
      <Side
        opened={mayWrite && opened === when && wishes.data !== undefined}
        onClose={() => show()}
        size={460}
        title={words.title}
      >
        {wishes.data !== undefined && (
          <WishesForm person={person} wishes={wishes.data} onClose={() => show()} />
        )}
      </Side>
    </Section>
  )
}
