import { ActionIcon, Box, Button, Group, Skeleton, Text } from '@mantine/core'
import { IconPencil, IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import alertStyle from '../../../alerts/alerts.module.css'
import { SeverityMark } from '../../../alerts/severity.tsx'
import { matcherText } from '../../../alerts/silences/matchers.ts'
import { call } from '../../../api/client.ts'
import { markStale, read } from '../../../api/queries.ts'
import { FailedNote } from '../../../parts/failed.tsx'
import { useHidden } from '../../../parts/hidden.ts'
import { Side } from '../../../parts/side.tsx'
import { useLater } from '../../../parts/undo.tsx'
import { useCan } from '../../../shell/session.tsx'
import { useWords } from '../../../words/index.tsx'
import type { Subscriber } from '../../people/filter.ts'
import { None, Section } from '../overview.tsx'
import type { Follow } from './draft.ts'
import style from './follows.module.css'
import { FollowForm } from './form.tsx'

const route = getRouteApi('/subscribers/$id')
/** `?follow=` of one that is not there yet. */
export const fresh = 'new'

/** Everything that a write of somebody's follows changes. */
export const ofFollows = [
  'GET /subscribers/{id}/follows',
  'GET /subscribers/{id}/data',
  'GET /alerts/routes',
] as const

/** Which alerts they hear of, and by which way. */
export function Follows({ person }: { readonly person: Subscriber }): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.follows
  const { tab, follow: opened } = route.useSearch()
  const navigate = route.useNavigate()
  const can = useCan()
  const { isHidden } = useHidden()
  const remove = useRemoval(person)
  const follows = useQuery(
    read('GET /subscribers/{id}/follows', { path: { id: person.id }, query: { limit: 1000 } }),
  )
  const rows = follows.data?.data.filter(({ id }) => !isHidden(`follows/${id}`))
  const mayWrite = can('subscribers:write') && person.status !== 'erased'
  const open = (follow?: string): void =>
    void navigate({ search: { ...(tab !== undefined && { tab }), ...(follow !== undefined && { follow }) } })
  const edited = rows?.find(({ id }) => String(id) === opened) ?? null
  return (
    <Section
      title={words.title}
      aside={
        mayWrite && (
          <Button
            data-create
            size="compact-xs"
            h={26}
            variant="default"
            leftSection={<IconPlus size={13} />}
            onClick={() => open(fresh)}
          >
            {words.new}
          </Button>
        )
      }
    >
      {follows.isError && <FailedNote error={follows.error} />}
      {follows.isPending && <Skeleton h={52} />}
      {rows?.length === 0 && <None>{words.none}</None>}
      {rows !== undefined && rows.length > 0 && (
        <ul className={style.rows} aria-label={words.title}>
          {rows.map((follow) => (
            <li key={follow.id} className={style.row} data-follow={follow.id}>
              <What follow={follow} address={person.address} />
              {mayWrite && (
                <Group gap={4} wrap="nowrap">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size={24}
                    aria-label={words.edit(nameOf(follow))}
                    onClick={() => open(String(follow.id))}
                  >
                    <IconPencil size={15} />
                  </ActionIcon>
                  <Button
                    size="compact-xs"
                    h={24}
                    variant="outline"
                    color="red"
                    aria-label={words.remove(nameOf(follow))}
                    onClick={() => remove(follow)}
                  >
                    {shell.actions.remove}
                  </Button>
                </Group>
              )}
            </li>
          ))}
        </ul>
      )}
      <Side
        opened={mayWrite && (opened === fresh || edited !== null)}
        onClose={() => open()}
        size={520}
        title={edited === null ? words.new : words.editTitle}
      >
        <FollowForm
          key={edited?.id ?? fresh}
          person={person}
          follow={edited}
          onRemove={remove}
          onClose={() => open()}
        />
      </Side>
    </Section>
  )
}

/** As it is spoken of: `slack U012AB3CD`. */
const nameOf = ({ channel, contact }: Follow): string =>
  contact === null ? channel : `${channel} ${contact}`

function What({ follow, address }: { readonly follow: Follow; readonly address: string }): ReactNode {
  const words = useWords().subscribers.follows
  const { channel, contact, topics, minSeverity, filter } = follow
  return (
    <Box miw={0} flex={1}>
      <Text size="sm" fw={550} truncate title={contact ?? address}>
        {channel}{' '}
        <Text span inherit fw={400} c="dimmed">
          {contact ?? address}
        </Text>
      </Text>
      <Group gap={6} fz={12.5} mt={2}>
        <span className={style.least}>
          {words.from} <SeverityMark severity={minSeverity} />
        </span>
        <Text span inherit c="dimmed">
          ·
        </Text>
        <Text span inherit style={{ overflowWrap: 'anywhere' }}>
          {topics.length === 0 ? words.allTopics : topics.join(', ')}
        </Text>
        {filter.map((matcher) => (
          <span key={matcherText(matcher)} className={alertStyle.label} title={matcherText(matcher)}>
            {matcherText(matcher)}
          </span>
        ))}
      </Group>
    </Box>
  )
}

/** Takes one away in a moment; until then it can be taken back. */
function useRemoval(person: Subscriber): (follow: Follow) => void {
  const words = useWords().subscribers.follows
  const client = useQueryClient()
  const later = useLater()
  const { hide, show } = useHidden()
  return (follow) =>
    later({
      says: words.removing(nameOf(follow)),
      hide: () => hide(`follows/${follow.id}`),
      show: () => show(`follows/${follow.id}`),
      act: async () => {
        await call('DELETE /subscribers/{id}/follows/{follow}', {
          path: { id: person.id, follow: follow.id },
        })
        await markStale(client, ...ofFollows)
      },
    })
}
