import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useWords } from '../../words/index.tsx'

export interface CategoryLine {
  readonly category: string
  readonly topic: string
}
export interface KeywordLine {
  readonly topic: string
  /** Separated by commas. */
  readonly words: string
  readonly in: 'title' | 'body' | 'any'
}

const changed = <T,>(lines: readonly T[], at: number, change: Partial<T>): T[] =>
  lines.map((line, index) => (index === at ? { ...line, ...change } : line))

function Lines({
  title,
  about,
  add,
  onAdd,
  children,
}: {
  readonly title: string
  readonly about: string
  readonly add: string
  readonly onAdd: () => void
  readonly children: ReactNode
}): ReactNode {
  return (
    <Stack gap={6} role="group" aria-label={title}>
      <div>
        <Text size="sm" fw={500}>
          {title}
        </Text>
        <Text size="xs" c="dimmed">
          {about}
        </Text>
      </div>
      {children}
      <Group>
        <Button variant="default" leftSection={<IconPlus size={13} />} onClick={onAdd}>
          {add}
        </Button>
      </Group>
    </Stack>
  )
}

function RemoveLine({
  label,
  onRemove,
}: {
  readonly label: string
  readonly onRemove: () => void
}): ReactNode {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={onRemove} mt={2}>
      <IconX size={15} />
    </ActionIcon>
  )
}

/** What the feed's own categories mean. `known`: those it was seen to use. */
export function CategoryRules({
  lines,
  known,
  onChange,
}: {
  readonly lines: readonly CategoryLine[]
  readonly known: readonly string[]
  readonly onChange: (lines: readonly CategoryLine[]) => void
}): ReactNode {
  const words = useWords().content.feeds.rules
  const fresh = known.find((category) => !lines.some((line) => line.category === category)) ?? ''
  return (
    <Lines
      title={words.categories}
      about={words.categoriesAbout}
      add={words.addCategory}
      onAdd={() => onChange([...lines, { category: fresh, topic: '' }])}
    >
      {lines.map(({ category, topic }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own
        <Group key={at} gap="xs" wrap="nowrap">
          <TextInput
            aria-label={words.category}
            placeholder={words.category}
            value={category}
            list="feed-categories"
            flex={1}
            onChange={(event) => onChange(changed(lines, at, { category: event.currentTarget.value }))}
          />
          <Text span c="dimmed" aria-hidden>
            →
          </Text>
          <TextInput
            aria-label={words.topic}
            placeholder={words.topic}
            value={topic}
            list="feed-topics"
            flex={1}
            onChange={(event) => onChange(changed(lines, at, { topic: event.currentTarget.value }))}
          />
          <RemoveLine
            label={words.removeLine(category)}
            onRemove={() => onChange(lines.filter((_, index) => index !== at))}
          />
        </Group>
      ))}
      <datalist id="feed-categories">
        {known.map((category) => (
          <option key={category} value={category} />
        ))}
      </datalist>
    </Lines>
  )
}

export function KeywordRules({
  lines,
  onChange,
}: {
  readonly lines: readonly KeywordLine[]
  readonly onChange: (lines: readonly KeywordLine[]) => void
}): ReactNode {
  const words = useWords().content.feeds.rules
  const places = (['any', 'title', 'body'] as const).map((value) => ({ value, label: words.places[value] }))
  return (
    <Lines
      title={words.keywords}
      about={words.keywordsAbout}
      add={words.addKeyword}
      onAdd={() => onChange([...lines, { topic: '', words: '', in: 'any' }])}
    >
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own
        <Group key={at} gap="xs" wrap="nowrap">
          <TextInput
            aria-label={words.words}
            placeholder={words.wordsExample}
            value={line.words}
            flex={2}
            onChange={(event) => onChange(changed(lines, at, { words: event.currentTarget.value }))}
          />
          <Select
            aria-label={words.where}
            data={places}
            value={line.in}
            allowDeselect={false}
            w={118}
            onChange={(value) => onChange(changed(lines, at, { in: (value ?? 'any') as KeywordLine['in'] }))}
          />
          <TextInput
            aria-label={words.topic}
            placeholder={words.topic}
            value={line.topic}
            list="feed-topics"
            flex={1}
            onChange={(event) => onChange(changed(lines, at, { topic: event.currentTarget.value }))}
          />
          <RemoveLine
            label={words.removeLine(line.words)}
            onRemove={() => onChange(lines.filter((_, index) => index !== at))}
          />
        </Group>
      ))}
    </Lines>
  )
}
