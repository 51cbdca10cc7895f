import { Alert, Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { call } from '../../api/client.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Section } from '../person/overview.tsx'
import { Mapping } from './mapping.tsx'
import { ImportOptions, type Options, queryOf, usualOptions } from './options.tsx'
import { sampleOf } from './sample.ts'
import { Stored } from './stored.tsx'
import type { ImportQuery } from './upload.ts'

const typingMs = 300

/** Before anything is written: what the columns are for, and what the first rows become. The daemon reads the beginning of the file as it
 *  will read all of it, and stores nothing. */
export function Prepare({
  file,
  onStart,
  onOther,
}: {
  readonly file: File
  readonly onStart: (query: ImportQuery) => void
  readonly onOther: () => void
}): ReactNode {
  const words = useWords().subscribers.import
  const format = useFormat()
  const [map, setMap] = useState<{ readonly [column: string]: string }>({})
  const [options, setOptions] = useState<Options>(usualOptions)
  const sample = useQuery({
    queryKey: ['import sample', file.name, file.size, file.lastModified],
    queryFn: () => sampleOf(file),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const query = queryOf(options, map)
  const [asked] = useDebouncedValue(JSON.stringify(query), typingMs)
  const part = sample.data?.part
  const look = useQuery({
    queryKey: ['import look', file.name, file.size, file.lastModified, asked],
    queryFn: ({ signal }) =>
      call('POST /subscribers/import', {
        query: { ...(JSON.parse(asked) as ImportQuery), dryRun: '1' },
        body: new Blob([part!], { type: 'application/octet-stream' }),
        signal,
      }),
    enabled: part !== undefined,
    placeholderData: (before) => before,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const seen = look.data
  const isBlind = sample.data === null
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Group gap="xs">
          <Text fw={600}>{file.name}</Text>
          <Text size="sm" c="dimmed">
            {format.bytes(file.size)}
          </Text>
          {seen?.preset !== null && seen?.preset !== undefined && <Badge>{words.preset(seen.preset)}</Badge>}
          {seen !== undefined && (
            <Text size="sm" c="dimmed">
              {[seen.file.format, seen.file.encoding, seen.file.entry]
                .filter((fact) => fact !== null)
                .join(' · ')}
            </Text>
          )}
        </Group>
        <Group gap="xs">
          <Button variant="default" onClick={onOther}>
            {words.other}
          </Button>
          <Button onClick={() => onStart(query)} disabled={look.isError || (!isBlind && seen === undefined)}>
            {words.start}
          </Button>
        </Group>
      </Group>
      {isBlind && <Alert color="gray">{words.blind}</Alert>}
      {look.isError && <FailedNote error={look.error} />}
      {sample.isError && <FailedNote error={sample.error} />}
      <ImportOptions options={options} onChange={setOptions} />
      {!isBlind && seen === undefined && !look.isError && <Skeleton h={280} />}
      {sample.data?.table !== null && sample.data?.table !== undefined && (
        <Section title={words.columns}>
          <Mapping table={sample.data.table} uses={seen?.columns ?? []} map={map} onChange={setMap} />
        </Section>
      )}
      {seen !== undefined && (
        <Section
          title={words.asStored}
          aside={
            <Text size="xs" c="dimmed" data-numbers aria-live="polite">
              {words.lookedAt(
                format.count(seen.rows),
                format.count(seen.created),
                format.count(seen.updated),
                format.count(seen.rejected),
              )}
            </Text>
          }
        >
          <Stored first={seen.first} rejects={seen.rejects} reasons={seen.reasons} />
        </Section>
      )}
    </Stack>
  )
}
