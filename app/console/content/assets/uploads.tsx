import { ActionIcon, Group, Paper, Progress, Stack, Text } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { markStale } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { assetName, upload } from './upload.ts'

interface Upload {
  readonly id: string
  readonly name: string
  readonly bytes: number
  /** From 0 to 1. */
  readonly share: number
  readonly state: 'sending' | 'kept' | 'known' | 'refused'
  readonly error: Error | null
}

/** Files on their way, one after the other. */
export function useUploads(): {
  readonly uploads: readonly Upload[]
  readonly send: (files: readonly File[]) => void
  readonly forget: (id: string) => void
} {
  const client = useQueryClient()
  const [uploads, setUploads] = useState<readonly Upload[]>([])
  const put = (id: string, change: Partial<Upload>): void =>
    setUploads((all) => all.map((each) => (each.id === id ? { ...each, ...change } : each)))
  const forget = (id: string): void => setUploads((all) => all.filter((each) => each.id !== id))
  const sendAll = async (waiting: readonly { readonly id: string; readonly file: File }[]): Promise<void> => {
    for (const { id, file } of waiting) {
      try {
        const { created } = await upload(file, (share) => put(id, { share }))
        put(id, { share: 1, state: created ? 'kept' : 'known' })
        await markStale(client, 'GET /assets', 'GET /assets/{sha256}')
      } catch (error) {
        put(id, { state: 'refused', error: error as Error })
      }
    }
  }
  return {
    uploads,
    forget,
    send: (files) => {
      const waiting = files.map((file) => ({ id: crypto.randomUUID(), file }))
      setUploads((all) => [
        ...all.filter(({ state }) => state === 'sending' || state === 'refused'),
        ...waiting.map(({ id, file }) => ({
          id,
          name: assetName(file.name),
          bytes: file.size,
          share: 0,
          state: 'sending' as const,
          error: null,
        })),
      ])
      void sendAll(waiting)
    },
  }
}

export function Uploads({
  uploads,
  onForget,
}: {
  readonly uploads: readonly Upload[]
  readonly onForget: (id: string) => void
}): ReactNode {
  const { shell, content } = useWords()
  const words = content.assets
  const format = useFormat()
  return (
    <Stack gap={6} aria-live="polite">
      {uploads.map(({ id, name, bytes, share, state, error }) => (
        <Paper key={id} withBorder px="sm" py={6} data-upload={state}>
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" truncate>
              {name}{' '}
              <Text span size="xs" c="dimmed">
                {format.bytes(bytes)}
              </Text>
            </Text>
            {state === 'sending' ? (
              <Progress value={share * 100} w={140} aria-label={words.sending(name)} />
            ) : (
              <Group gap={6} wrap="nowrap">
                {state !== 'refused' && (
                  <IconCheck size={15} color="var(--mantine-color-teal-7)" aria-hidden />
                )}
                <Text size="xs">{words.upload[state]}</Text>
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={shell.actions.close}
                  onClick={() => onForget(id)}
                >
                  <IconX size={14} />
                </ActionIcon>
              </Group>
            )}
          </Group>
          {error !== null && <FailedNote error={error} />}
        </Paper>
      ))}
    </Stack>
  )
}
