import { ActionIcon, Alert, Button, CopyButton, Group, List, Stack, Text, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Refusal } from '../api/client.ts'
import { useWords } from '../words/index.tsx'

/** What was refused and why, with the request id that the log has, too. */
export function FailedNote({ error }: { readonly error: Error }): ReactNode {
  const words = useWords().shell.failed
  const refusal = error instanceof Refusal ? error : null
  const text =
    refusal?.code === 'E_UNREACHABLE'
      ? words.unreachable
      : refusal?.code === 'E_FORBIDDEN'
        ? `${words.forbidden} ${error.message}`
        : error.message
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title={words.title} role="alert">
      <Stack gap={6}>
        <Text size="sm">{text}</Text>
        {refusal !== null && refusal.issues.length > 1 && (
          <List size="sm">
            {refusal.issues.map(({ path, message }) => (
              <List.Item key={`${path} ${message}`}>
                <Text span ff="monospace" size="xs">
                  {path}
                </Text>{' '}
                {message}
              </List.Item>
            ))}
          </List>
        )}
        {refusal?.requestId && <RequestId id={refusal.requestId} />}
      </Stack>
    </Alert>
  )
}

function RequestId({ id }: { readonly id: string }): ReactNode {
  const words = useWords().shell.failed
  return (
    <Group gap={4}>
      <Text size="xs" c="dimmed" ff="monospace">
        {words.requestId(id)}
      </Text>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? words.copied : words.copyId}>
            <ActionIcon size="sm" variant="subtle" color="gray" onClick={copy} aria-label={words.copyId}>
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}

/** In place of what could not be read. */
export function Failed({ error, retry }: { readonly error: Error; readonly retry?: () => void }): ReactNode {
  const words = useWords().shell.failed
  return (
    <Stack p="lg" maw={640} align="flex-start">
      <FailedNote error={error} />
      {retry !== undefined && <Button onClick={retry}>{words.retry}</Button>}
    </Stack>
  )
}
