import { Button, Card, Group, Progress, Stack, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Campaign } from '../../api/operations.ts'
import { read, useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

const shown = 8

/** Why letters failed, the most frequent reason first, with an example of what was answered. */
export function Reasons({
  campaign,
  failed,
}: {
  readonly campaign: Campaign
  readonly failed: number
}): ReactNode {
  const words = useWords().campaigns.run
  const format = useFormat()
  const can = useCan()
  const rows = useQuery(
    read('GET /campaigns/{idOrName}/reasons', { path: { idOrName: campaign.id }, query: { limit: shown } }),
  )
  const retry = useWrite(
    'POST /campaigns/{idOrName}/retry',
    'GET /campaigns',
    'GET /campaigns/{idOrName}',
    'GET /campaigns/{idOrName}/progress',
    'GET /campaigns/{idOrName}/deliveries',
    'GET /campaigns/{idOrName}/reasons',
  )
  const reasons = rows.data?.data ?? []
  return (
    <Card>
      <Group justify="space-between" mb="xs">
        <Text component="h2" fz="sm" fw={600}>
          {words.reasons}
        </Text>
        {can('campaigns:send') && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={15} />}
            loading={retry.isPending}
            onClick={() =>
              retry.mutate(
                { path: { idOrName: campaign.id }, body: {} },
                { onSuccess: ({ retried }) => notifyDone(words.retried(retried, format.count(retried))) },
              )
            }
          >
            {words.retry(failed, format.count(failed))}
          </Button>
        )}
      </Group>
      {retry.isError && <FailedNote error={retry.error} />}
      <Stack gap={8} mih={44}>
        {reasons.map(({ code, example, count }) => (
          <div key={code} data-reason={code ?? ''}>
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <Text size="sm" truncate>
                <Text span ff="monospace" size="xs" fw={600}>
                  {code ?? '–'}
                </Text>{' '}
                <Text span c="dimmed">
                  {example}
                </Text>
              </Text>
              <Text size="sm" data-numbers>
                {format.count(count)}
              </Text>
            </Group>
            <Progress
              value={(100 * count) / Math.max(1, failed)}
              size={4}
              color="red"
              aria-label={code ?? '–'}
            />
          </div>
        ))}
      </Stack>
    </Card>
  )
}
