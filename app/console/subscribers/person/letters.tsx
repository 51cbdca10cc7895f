import { Group, Skeleton, Stack, Text, Timeline } from '@mantine/core'
import { IconMailOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { Side } from '../../parts/side.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

type Delivery = Omit<Answer<'GET /campaigns/{idOrName}/deliveries'>['data'][number], 'picks'>
type Happened = Answer<'GET /events'>['data'][number]

/** What `GET /subscribers/{id}/data` says of letters, and of what became of them. */
interface Known {
  readonly deliveries: readonly (Delivery & { readonly campaign: string | null })[]
  readonly events: readonly Happened[]
}
export interface Letter extends Delivery {
  readonly campaign: string | null
  readonly events: readonly Happened[]
}

/** Newest first, each with its events in the order they happened. */
export function lettersOf({ deliveries, events }: Known): readonly Letter[] {
  const byPublication = new Map<number, Happened[]>()
  for (const event of events) {
    const those = byPublication.get(event.publicationId)
    if (those === undefined) byPublication.set(event.publicationId, [event])
    else those.push(event)
  }
  return deliveries
    .map((delivery) => ({ ...delivery, events: byPublication.get(delivery.publicationId) ?? [] }))
    .sort((a, b) => b.updatedAt - a.updatedAt)
}

/** Did people see it, as far as can be told? Machines that open everything say nothing. */
const byPeople = ({ class: who }: Happened): boolean =>
  who === 'human' || who === 'proxy' || who === 'unknown'

export function Letters({ id }: { readonly id: number }): ReactNode {
  const words = useWords().subscribers.letters
  const format = useFormat()
  const [open, setOpen] = useState<Letter | null>(null)
  const query = useQuery(read('GET /subscribers/{id}/data', { path: { id } }))
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  if (query.data === undefined) return <Skeleton h={220} />
  const letters = lettersOf(query.data as unknown as Known)
  const times = (letter: Letter, type: Happened['type']): string => {
    const number = letter.events.filter((event) => event.type === type && byPeople(event)).length
    return number === 0 ? '' : format.count(number)
  }
  return (
    <>
      <DataTable
        label={words.label}
        rows={letters}
        rowKey={({ publicationId, channel }) => `${publicationId} ${channel}`}
        maxHeight="60vh"
        onOpen={setOpen}
        columns={[
          {
            key: 'campaign',
            header: words.campaign,
            width: 'minmax(200px, 2fr)',
            cell: ({ campaign }) => campaign ?? words.removed,
          },
          { key: 'channel', header: words.channel, width: '110px', cell: ({ channel }) => channel },
          {
            key: 'state',
            header: words.state,
            width: '160px',
            cell: ({ state }) => <StateBadge state={state} />,
          },
          {
            key: 'opened',
            header: words.opened,
            width: '90px',
            align: 'end',
            cell: (row) => times(row, 'opened'),
          },
          {
            key: 'clicked',
            header: words.clicked,
            width: '90px',
            align: 'end',
            cell: (row) => times(row, 'clicked'),
          },
          {
            key: 'detail',
            header: words.detail,
            width: 'minmax(140px, 1fr)',
            cell: ({ code, detail }) => [code, detail].filter((part) => part !== null).join(' '),
          },
          {
            key: 'at',
            header: words.at,
            width: '150px',
            align: 'end',
            cell: ({ updatedAt }) => <Time at={updatedAt} span />,
          },
        ]}
        empty={
          <Empty icon={IconMailOff} title={words.none}>
            {words.noneHint}
          </Empty>
        }
      />
      <Side
        opened={open !== null}
        onClose={() => setOpen(null)}
        size={440}
        title={open?.campaign ?? words.label}
      >
        {open !== null && <LetterLife letter={open} />}
      </Side>
    </>
  )
}

function LetterLife({ letter }: { readonly letter: Letter }): ReactNode {
  const words = useWords().subscribers.letters
  return (
    <Stack gap="md">
      <Group gap="xs">
        <StateBadge state={letter.state} />
        <Text size="sm" c="dimmed">
          {words.attempts(letter.attempt)}
        </Text>
      </Group>
      {letter.uncertain > 0 && <Text size="sm">{words.uncertain(letter.uncertain)}</Text>}
      {letter.detail !== null && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {letter.code} {letter.detail}
        </Text>
      )}
      {letter.events.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.noEvents}
        </Text>
      ) : (
        <Timeline bulletSize={10} lineWidth={1} active={letter.events.length}>
          {letter.events.map((event) => (
            <Timeline.Item key={event.id} title={words.events[event.type]} fz="sm">
              <Text size="xs" c="dimmed" component="div">
                <Time at={event.at} exact />
                {event.class !== null && ` · ${words.classes[event.class]}`}
              </Text>
              {event.detail !== null && (
                <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                  {event.code} {event.detail}
                </Text>
              )}
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </Stack>
  )
}
