import { Box, Button, Card, Group, Progress, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { call } from '../../api/client.ts'
import { markStale, read } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { notifyDone, notifyFailed, useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../columns.module.css'
import { shownValue, topicsOf } from '../people/columns.tsx'
import type { Subscriber } from '../people/filter.ts'
import { ofPerson } from './actions.tsx'

/** Who they are, what interests them, and what they are on. */
export function Overview({ person }: { readonly person: Subscriber }): ReactNode {
  const words = useWords().subscribers.person
  const attributes = Object.entries(person.attributes).filter(([, value]) => value !== null)
  return (
    <div className={style.even}>
      <Stack gap="md">
        <Section title={words.profile}>
          <Table layout="fixed" verticalSpacing={4} withRowBorders={false}>
            <Table.Tbody>
              <Fact label={words.facts.id}>{person.id}</Fact>
              <Fact label={words.facts.name}>{person.name}</Fact>
              <Fact label={words.facts.language}>{person.language}</Fact>
              <Fact label={words.facts.timeZone}>{person.timeZone}</Fact>
              <Fact label={words.facts.joined}>
                <Time at={person.createdAt} exact />
              </Fact>
              <Fact label={words.facts.updated}>
                <Time at={person.updatedAt} exact />
              </Fact>
            </Table.Tbody>
          </Table>
        </Section>
        <Section title={words.attributes}>
          {attributes.length === 0 ? (
            <None>{words.noAttributes}</None>
          ) : (
            <Table layout="fixed" verticalSpacing={4} withRowBorders={false}>
              <Table.Tbody>
                {attributes.map(([name, value]) => (
                  <Fact key={name} label={name}>
                    {shownValue(value)}
                  </Fact>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </Section>
      </Stack>
      <Stack gap="md">
        <Memberships id={person.id} mayLeave={person.status !== 'erased'} />
        <Topics person={person} />
      </Stack>
    </div>
  )
}

export const Section = ({
  title,
  aside,
  children,
}: {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}): ReactNode => (
  <Card component="section" aria-label={title}>
    <Group justify="space-between" mb={6}>
      <Title order={2} fz={13} fw={600}>
        {title}
      </Title>
      {aside}
    </Group>
    {children}
  </Card>
)

export const None = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <Text size="sm" c="dimmed">
    {children}
  </Text>
)

const Fact = ({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode => (
  <Table.Tr>
    <Table.Th w="38%" pl={0} fw={450} c="dimmed" style={{ verticalAlign: 'top' }}>
      {label}
    </Table.Th>
    <Table.Td pr={0} style={{ overflowWrap: 'anywhere' }}>
      {children ?? (
        <Text span inherit c="dimmed">
          –
        </Text>
      )}
    </Table.Td>
  </Table.Tr>
)

function Topics({ person }: { readonly person: Subscriber }): ReactNode {
  const words = useWords().subscribers.person
  const format = useFormat()
  const topics = topicsOf(person).filter(([, weight]) => weight > 0)
  return (
    <Section title={words.topics}>
      {topics.length === 0 ? (
        <None>{words.noTopics}</None>
      ) : (
        <Stack gap={6}>
          {topics.map(([topic, weight]) => (
            <Group key={topic} gap="sm" wrap="nowrap">
              <Text size="sm" w={120} truncate>
                {topic}
              </Text>
              <Progress
                value={weight * 100}
                size={6}
                style={{ flex: 1 }}
                aria-label={words.edit.weightOf(topic)}
              />
              <Text size="xs" c="dimmed" w={44} ta="right" data-numbers>
                {format.percent(weight)}
              </Text>
            </Group>
          ))}
        </Stack>
      )}
    </Section>
  )
}

function Memberships({ id, mayLeave }: { readonly id: number; readonly mayLeave: boolean }): ReactNode {
  const words = useWords().subscribers.person
  const can = useCan()
  const client = useQueryClient()
  const later = useLater()
  const query = useQuery(read('GET /subscribers/{id}/memberships', { path: { id } }))
  const titles = useQuery(read('GET /lists', { query: { limit: 1000 } }))
  const titleOf = (name: string): string =>
    titles.data?.data.find((list) => list.name === name)?.title ?? name
  const refresh = (): Promise<void> => markStale(client, ...ofPerson, 'GET /lists')
  const leave = (list: string): void =>
    later({
      says: words.leavingList(titleOf(list)),
      act: async () => {
        await call('POST /subscribers/{id}/leave', { path: { id }, body: { lists: [list] } })
        await refresh()
      },
    })
  const join = async (list: string): Promise<void> => {
    const { joined } = await call('POST /lists/{idOrName}/members', {
      path: { idOrName: list },
      body: { ids: [id] },
    })
    notifyDone(joined === 1 ? words.joinedList(titleOf(list)) : words.leftBefore)
    await refresh()
  }
  const rows = query.data?.data ?? []
  const others = (titles.data?.data ?? []).filter(({ name }) => !rows.some((row) => row.list === name))
  const mayWrite = can('subscribers:write') && mayLeave
  return (
    <Section title={words.memberships}>
      {query.isError && <FailedNote error={query.error} />}
      {query.isPending && <Skeleton h={60} />}
      {query.data !== undefined && rows.length === 0 && <None>{words.noMemberships}</None>}
      <Stack gap={2}>
        {rows.map(({ listId, list, membership, at }) => (
          <Group key={listId} gap="sm" wrap="nowrap" mih={30}>
            <Text size="sm" truncate style={{ flex: 1 }} component="div">
              {list === null ? (
                words.removedList
              ) : (
                <Link to="/subscribers" search={{ list }} style={{ color: 'inherit' }}>
                  {titleOf(list)}
                </Link>
              )}
            </Text>
            <StateBadge state={membership} />
            <Text size="xs" c="dimmed" w={110} ta="right" component="div">
              <Time at={at} />
            </Text>
            <Box w={80} ta="right">
              {mayWrite && list !== null && membership !== 'unsubscribed' && (
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-xs"
                  h={24}
                  onClick={() => leave(list)}
                  aria-label={words.leaveList(titleOf(list))}
                >
                  {words.leave}
                </Button>
              )}
            </Box>
          </Group>
        ))}
      </Stack>
      {mayWrite && others.length > 0 && (
        <Group gap={6} mt="xs">
          <Text size="xs" c="dimmed">
            {words.addTo}
          </Text>
          {others.slice(0, 6).map(({ name, title }) => (
            <Button
              key={name}
              variant="default"
              size="compact-xs"
              onClick={() => void join(name).catch(notifyFailed)}
            >
              {title}
            </Button>
          ))}
        </Group>
      )}
    </Section>
  )
}
