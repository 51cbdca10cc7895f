import { TagsInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read } from '../api/queries.ts'
import { useWords } from '../words/index.tsx'

/** Topics by name: those that are described or carried by an item are offered, any other can be typed. */
export function TopicField({
  label,
  description,
  value,
  onChange,
  error,
}: {
  readonly label: string
  readonly description?: string
  readonly value: readonly string[]
  readonly onChange: (topics: string[]) => void
  readonly error?: string | undefined
}): ReactNode {
  const { content } = useWords()
  const names = useTopicNames()
  return (
    <TagsInput
      label={label}
      description={description}
      placeholder={value.length === 0 ? content.topicPlaceholder : ''}
      data={names}
      value={[...value]}
      onChange={(topics) => onChange(topics.map((topic) => topic.trim().toLowerCase()))}
      error={error}
      splitChars={[',', ' ', ';']}
      limit={30}
      clearable
      clearButtonProps={{ 'aria-label': content.clearTopics }}
    />
  )
}

/** Those that are described and those that items carry. */
export function useTopicNames(): string[] {
  const described = useQuery(read('GET /topics', { query: { limit: 200 } }))
  const carried = useQuery(read('GET /items/topics'))
  return [
    ...new Set([
      ...(described.data?.data ?? []).map(({ name }) => name),
      ...(carried.data?.data ?? []).map(({ topic }) => topic),
    ]),
  ].sort()
}
