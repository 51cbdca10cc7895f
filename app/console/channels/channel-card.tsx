import { Badge, Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconCheck, IconRadar, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Answer } from '../api/client.ts'
import { useWrite } from '../api/queries.ts'
import { FailedNote } from '../parts/failed.tsx'
import { StateBadge } from '../parts/state.tsx'
import { useCan } from '../shell/session.tsx'
import { useFormat, useWords } from '../words/index.tsx'

type Channel = Answer<'GET /channels'>['data'][number]
type Figures = Answer<'GET /system'>['figures'][number]['values']

const answers = ['sent', 'transient', 'permanent', 'unknown', 'unsent'] as const

/** One way out: whether letters go through, how fast they may, what it says of itself, and a look whether it can be reached. */
export function ChannelCard({
  channel: { name, type, state, detail, content, rooms, maxInFlight, perSecond, standIns, slowed },
  messages,
}: {
  readonly channel: Channel
  /** What it answered since the daemon started. */
  readonly messages: Figures
}): ReactNode {
  const words = useWords().channels
  const format = useFormat()
  const can = useCan()
  const probe = useWrite('POST /channels/{name}/probe', 'GET /channels')
  const countOf = (answer: string): number =>
    messages.find(({ labels }) => labels.answer === answer)?.value ?? 0
  return (
    <Card component="section" aria-label={name} data-channel={name}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm" wrap="nowrap">
          <Group gap="xs" mih={30}>
            <Title order={2} fz={15}>
              {name}
            </Title>
            {type !== name && (
              <Text size="sm" c="dimmed">
                {type}
              </Text>
            )}
            <StateBadge state={state} />
            <Badge variant="default">{words.contents[content]}</Badge>
          </Group>
          {can('system:write') && (
            <Button
              variant="default"
              flex="none"
              leftSection={<IconRadar size={14} />}
              loading={probe.isPending}
              onClick={() => probe.mutate({ path: { name } })}
              aria-label={words.probeOf(name)}
            >
              {words.probe}
            </Button>
          )}
        </Group>
        {detail !== null && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            <Text span inherit c="dimmed">
              {words.lastFailure}
            </Text>{' '}
            {detail}
          </Text>
        )}
        <div aria-live="polite">
          {probe.data !== undefined && (
            <Group gap={6} wrap="nowrap" align="flex-start">
              {probe.data.ok ? <IconCheck size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {probe.data.ok ? words.reached : words.notReached} {probe.data.detail}
              </Text>
            </Group>
          )}
          {probe.isError && <FailedNote error={probe.error} />}
        </div>
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="xs">
          <Fact label={words.limit}>
            {perSecond === null ? words.noLimit : words.perSecond(format.count(perSecond))}
          </Fact>
          <Fact label={words.atOnce}>{format.count(maxInFlight)}</Fact>
          <Fact label={words.standIns}>{standIns.length === 0 ? '–' : standIns.join(', ')}</Fact>
          <Fact label={words.rooms}>{rooms.length === 0 ? '–' : rooms.join(', ')}</Fact>
        </SimpleGrid>
        {slowed.length > 0 && (
          <Stack gap={2} data-slowed>
            <Text size="xs" c="dimmed">
              {words.slowed}
            </Text>
            {slowed.map(({ domain, perSecond: rate }) => (
              <Group key={domain ?? ''} gap="sm">
                <Text size="sm" fw={520} w={200} truncate>
                  {domain ?? words.wholeChannel}
                </Text>
                <Text size="sm" data-numbers>
                  {words.perSecond(format.count(rate))}
                </Text>
              </Group>
            ))}
          </Stack>
        )}
        {messages.length > 0 && (
          <Group gap="4px 20px">
            <Text size="xs" c="dimmed">
              {words.sinceStart}
            </Text>
            {answers.map((answer) => (
              <Text key={answer} size="xs" data-numbers>
                <Text span inherit c="dimmed">
                  {words.answers[answer]}
                </Text>{' '}
                <span data-stat={`channel.${name}.${answer}`}>{format.count(countOf(answer))}</span>
              </Text>
            ))}
          </Group>
        )}
      </Stack>
    </Card>
  )
}

const Fact = ({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode => (
  <div>
    <Text size="xs" c="dimmed">
      {label}
    </Text>
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  </div>
)
