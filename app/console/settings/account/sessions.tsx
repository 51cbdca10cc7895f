import { Badge, Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read, useWrite } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { Time } from '../../parts/time.tsx'
import { notifyDone, notifyFailed } from '../../parts/undo.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { deviceOf } from './device.ts'

export function Sessions(): ReactNode {
  const { settings } = useWords()
  const words = settings.account
  const format = useFormat()
  const sessions = useQuery(read('GET /access/sessions'))
  const end = useWrite('DELETE /access/sessions/{id}', 'GET /access/sessions')
  const endOthers = useWrite('DELETE /access/sessions', 'GET /access/sessions')
  if (sessions.isError) return <Failed error={sessions.error} retry={() => void sessions.refetch()} />
  if (sessions.data === undefined) return <Skeleton h={120} />
  const rows = sessions.data.data
  return (
    <Stack gap="sm">
      <Paper withBorder component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label={words.sessions}>
        {rows.map(({ id, userAgent, address, createdAt, lastSeenAt, present }, at) => (
          <Group
            key={id}
            component="li"
            justify="space-between"
            wrap="nowrap"
            px="sm"
            py={8}
            style={at > 0 ? { borderTop: '1px solid var(--line)' } : {}}
          >
            <div style={{ minWidth: 0 }}>
              <Group gap="xs">
                <Text size="sm" fw={550} title={userAgent ?? ''}>
                  {deviceOf(userAgent) ?? words.unknownDevice}
                </Text>
                {present && (
                  <Badge color="teal" size="sm">
                    {words.thisOne}
                  </Badge>
                )}
              </Group>
              <Text size="xs" c="dimmed">
                {address !== null && `${address} · `}
                {words.since} <Time at={createdAt} /> · {words.seen} <Time at={lastSeenAt} />
              </Text>
            </div>
            {!present && (
              <Button
                variant="default"
                aria-label={words.endOf(deviceOf(userAgent) ?? words.unknownDevice)}
                onClick={() =>
                  end.mutate(
                    { path: { id } },
                    { onSuccess: () => notifyDone(words.ended), onError: notifyFailed },
                  )
                }
              >
                {words.end}
              </Button>
            )}
          </Group>
        ))}
      </Paper>
      {rows.length > 1 && (
        <Group>
          <Button
            variant="outline"
            color="red"
            loading={endOthers.isPending}
            onClick={() =>
              endOthers.mutate(
                {},
                {
                  onSuccess: ({ ended }) => notifyDone(words.endedMany(ended, format.count(ended))),
                  onError: notifyFailed,
                },
              )
            }
          >
            {words.endOthers}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
