import { Button, Card, Group, Progress, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useFormat, useWords } from '../../words/index.tsx'
import type { UploadProgress } from './upload.ts'

/** A file on its way. Leaving the page would end it, so that is asked. */
export function Running({
  name,
  progress: { sentBytes, totalBytes, rows, rejected },
  onStop,
}: {
  readonly name: string
  readonly progress: UploadProgress
  readonly onStop: () => void
}): ReactNode {
  const words = useWords().subscribers.import.running
  const format = useFormat()
  const [startedAt] = useState(Date.now)
  useBlocker({
    shouldBlockFn: () => !window.confirm(words.leave),
    enableBeforeUnload: true,
  })
  const share = totalBytes === 0 ? 1 : sentBytes / totalBytes
  const passedMs = Date.now() - startedAt
  const leftMs = share > 0.02 && share < 1 ? (passedMs / share) * (1 - share) : null
  return (
    <Card>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600}>{words.title(name)}</Text>
          <Button variant="outline" color="red" onClick={onStop}>
            {words.stop}
          </Button>
        </Group>
        <Progress value={share * 100} size="lg" animated aria-label={words.title(name)} />
        <Group justify="space-between">
          <Text size="sm" data-numbers>
            {share < 1 ? words.sent(format.bytes(sentBytes), format.bytes(totalBytes)) : words.finishing}
            {rows !== null && ` · ${words.rows(format.count(rows), format.count(rejected ?? 0))}`}
          </Text>
          <Text size="sm" c="dimmed" data-numbers>
            {leftMs === null ? '\u00a0' : words.left(format.duration(leftMs))}
          </Text>
        </Group>
        <Text size="xs" c="dimmed">
          {words.hint}
        </Text>
      </Stack>
    </Card>
  )
}
