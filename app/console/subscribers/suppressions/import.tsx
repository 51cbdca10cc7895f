import { Progress, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { markStale } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { useWords } from '../../words/index.tsx'
import { Drop } from '../import/drop.tsx'
import { Counts } from '../import/result.tsx'
import { Rejects } from '../import/stored.tsx'
import { upload } from '../import/upload.ts'

/** A file of addresses or domains. */
export function ImportSuppressions(): ReactNode {
  const words = useWords().subscribers.suppressions
  const client = useQueryClient()
  const [share, setShare] = useState(0)
  const send = useMutation({
    mutationFn: (file: File) =>
      upload(
        'suppressions',
        file,
        { name: file.name },
        ({ sentBytes, totalBytes }) => setShare(totalBytes === 0 ? 1 : sentBytes / totalBytes),
        new AbortController().signal,
      ),
    onSettled: () => markStale(client, 'GET /suppressions', 'GET /imports'),
  })
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.importHint}
      </Text>
      {!send.isPending && <Drop onFile={(file) => send.mutate(file)} />}
      {send.isPending && <Progress value={share * 100} size="lg" animated aria-label={words.importTitle} />}
      {send.isError && <FailedNote error={send.error} />}
      {send.data !== undefined && (
        <div role="status">
          <Counts counts={send.data} />
          <Rejects rejects={send.data.rejects} reasons={send.data.reasons} />
        </div>
      )}
    </Stack>
  )
}
