import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { Stat } from '../../parts/stat.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Section } from '../person/overview.tsx'
import { Rejects } from './stored.tsx'
import type { ImportResult } from './upload.ts'

/** What became of the rows. */
export function Result({
  name,
  result,
  onAnother,
}: {
  readonly name: string
  readonly result: ImportResult
  readonly onAnother: () => void
}): ReactNode {
  const words = useWords().subscribers.import.result
  const format = useFormat()
  const done = useRef<HTMLAnchorElement>(null)
  useEffect(() => done.current?.focus(), [])
  return (
    <Stack gap="md">
      <Group gap="xs" role="status">
        <IconCircleCheck size={20} color="var(--mantine-color-teal-7)" aria-hidden />
        <Text fw={600}>{words.title(name)}</Text>
        <Text size="sm" c="dimmed">
          {words.took(format.duration(result.durationMs))}
        </Text>
      </Group>
      <Counts counts={result} />
      {result.rejected > 0 && (
        <Section title={words.rejected}>
          <Rejects rejects={result.rejects} reasons={result.reasons} />
        </Section>
      )}
      {Object.keys(result.warned).length > 0 && (
        <Section title={words.warned}>
          {result.warnings.slice(0, 20).map(({ line, check, message }) => (
            <Text key={`${line} ${check}`} size="sm">
              {words.lineOf(format.count(line))} {message}
            </Text>
          ))}
        </Section>
      )}
      <Group gap="xs">
        <Button component={Link} to="/subscribers" ref={done}>
          {words.look}
        </Button>
        <Button variant="default" onClick={onAnother}>
          {words.another}
        </Button>
      </Group>
    </Stack>
  )
}

/** The numbers of an import; together they are its rows. */
export function Counts({
  counts,
}: {
  readonly counts: Pick<ImportResult, 'rows' | 'created' | 'updated' | 'unchanged' | 'rejected' | 'erased'>
}): ReactNode {
  const words = useWords().subscribers.import.result.counts
  const format = useFormat()
  const stat = (key: keyof typeof counts & keyof typeof words): ReactNode => (
    <Stat key={key} name={`import.${key}`} label={words[key]} value={format.count(counts[key] ?? 0)} />
  )
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, md: 5 }} spacing="xs">
      {stat('rows')}
      {stat('created')}
      {stat('updated')}
      {stat('unchanged')}
      {stat('rejected')}
    </SimpleGrid>
  )
}
