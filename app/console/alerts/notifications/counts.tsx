import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import { useFormat, useWords } from '../../words/index.tsx'

export type PostingCounts = Answer<'GET /notifications/{id}'>['counts']
const states = [
  'sent',
  'queued',
  'handing',
  'held',
  'retry',
  'unknown',
  'failed',
  'skipped',
  'suppressed',
] as const

/** What became of a telling, in words: those that are none are left out. */
export function CountLine({ counts }: { readonly counts: PostingCounts }): ReactNode {
  const { shell } = useWords()
  const format = useFormat()
  return (
    <Group gap={10} data-numbers>
      {states
        .filter((state) => counts[state] > 0 || (state === 'sent' && counts.audience === 0))
        .map((state) => (
          <Text
            key={state}
            span
            size="xs"
            c={state === 'failed' ? 'var(--mantine-color-error)' : 'dimmed'}
            data-stat={`posting-${state}`}
          >
            {shell.states[state]} {format.count(counts[state])}
          </Text>
        ))}
    </Group>
  )
}
