import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useWords } from '../../words/index.tsx'

/** One attribute as a form has it. */
export interface AttributeRow {
  readonly id: string
  readonly name: string
  readonly value: string
}

/** Text stays as it is written; anything else, and text that would be read as something else, is JSON. */
const written = (value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value)
  return typeof readValue(value) === 'string' && readValue(value) === value ? value : JSON.stringify(value)
}

/** `12`, `true`, `["a"]`, `{"a": 1}` and quoted text are what they say; all else is text. */
export function readValue(text: string): unknown {
  const trimmed = text.trim()
  if (!/^(?:-?\d|true$|false$|null$|[[{"])/.test(trimmed)) return text
  try {
    return JSON.parse(trimmed) as unknown
  } catch {
    return text
  }
}

export const rowsOfAttributes = (attributes: { readonly [key: string]: unknown }): readonly AttributeRow[] =>
  Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({ id: name, name, value: written(value) }))

/** What has to be sent so that a person has these: null takes one away. */
export function attributesOf(
  rows: readonly AttributeRow[],
  before: { readonly [key: string]: unknown },
): { readonly [key: string]: unknown } {
  const wanted = new Map(
    rows.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), readValue(value)]),
  )
  for (const name of Object.keys(before)) if (!wanted.has(name)) wanted.set(name, null)
  return Object.fromEntries(
    [...wanted].filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name] ?? null)),
  )
}

export function AttributeRows({
  rows,
  onChange,
  error,
}: {
  readonly rows: readonly AttributeRow[]
  readonly onChange: (rows: readonly AttributeRow[]) => void
  readonly error: string | undefined
}): ReactNode {
  const words = useWords().subscribers.person.edit
  const set = (id: string, change: Partial<AttributeRow>): void =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...change } : row)))
  return (
    <Fieldset legend={words.attributes} p="sm">
      <Stack gap={6}>
        <Text size="xs" c="dimmed">
          {words.attributesHint}
        </Text>
        {rows.map(({ id, name, value }) => (
          <Group key={id} gap={6} wrap="nowrap">
            <TextInput
              aria-label={words.attributeName}
              value={name}
              onChange={({ currentTarget }) => set(id, { name: currentTarget.value })}
              w={150}
            />
            <TextInput
              aria-label={words.attributeValue(name)}
              value={value}
              onChange={({ currentTarget }) => set(id, { value: currentTarget.value })}
              style={{ flex: 1 }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={words.removeAttribute(name)}
              onClick={() => onChange(rows.filter((row) => row.id !== id))}
            >
              <IconX size={14} />
            </ActionIcon>
          </Group>
        ))}
        {error !== undefined && (
          <Text size="xs" c="red" role="alert">
            {error}
          </Text>
        )}
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...rows, { id: crypto.randomUUID(), name: '', value: '' }])}
          style={{ alignSelf: 'flex-start' }}
        >
          {words.addAttribute}
        </Button>
      </Stack>
    </Fieldset>
  )
}
