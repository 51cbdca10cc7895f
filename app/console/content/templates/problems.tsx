import { Group, Paper, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { useWords } from '../../words/index.tsx'
import type { Draft } from './draft.ts'

export type Problem = Answer<'POST /templates/check'>['problems'][number]
const pauseMs = 350
const none: readonly Problem[] = []

/** A name stands for the one that is not chosen yet: nothing is checked without. */
export const named = (draft: Draft): Draft => (draft.name === '' ? { ...draft, name: 'draft' } : draft)

/** What is wrong with it, looked at whenever typing pauses. */
export function useProblems(draft: Draft): readonly Problem[] {
  const [asked] = useDebouncedValue(draft, pauseMs)
  const checked = useQuery({
    queryKey: ['POST /templates/check', asked],
    queryFn: ({ signal }) => call('POST /templates/check', { body: named(asked), signal }),
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  })
  const problems = checked.data?.problems ?? none
  return asked.name === '' ? problems.map((problem) => ({ ...problem, template: '' })) : problems
}

export function ProblemList({ problems }: { readonly problems: readonly Problem[] }): ReactNode {
  const words = useWords().content.templates
  return (
    <Paper withBorder p="xs" aria-live="polite" aria-label={words.problems} component="section">
      {problems.length === 0 ? (
        <Group gap={6}>
          <IconCircleCheck size={16} color="var(--mantine-color-teal-7)" aria-hidden />
          <Text size="sm">{words.compiles}</Text>
        </Group>
      ) : (
        problems.map(({ template, part, language, line, column, message }) => (
          <Group
            key={`${part} ${language} ${line} ${column} ${message}`}
            gap={6}
            wrap="nowrap"
            align="flex-start"
          >
            <IconAlertTriangle
              size={16}
              color="var(--mantine-color-error)"
              style={{ flexShrink: 0, marginTop: 2 }}
              aria-hidden
            />
            <Text size="sm">
              <Text span size="xs" c="dimmed" ff="monospace">
                {[template, words.parts[part], language].filter(Boolean).join(' · ')} {line}:{column}
              </Text>{' '}
              {message}
            </Text>
          </Group>
        ))
      )}
    </Paper>
  )
}
