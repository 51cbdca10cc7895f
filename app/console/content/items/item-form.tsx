import { Button, Group, NumberInput, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Answer, Given, Refusal } from '../../api/client.ts'
import { CodeEditor } from '../../code/editor.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { useWords } from '../../words/index.tsx'
import { TopicField } from '../topic-field.tsx'
import { ItemCard } from './item-card.tsx'

type Item = Answer<'GET /items/{id}'>
export type ItemInput = Exclude<Given<'POST /items'>['body'], readonly unknown[]>
/** What the fields hold: text, even where there is none. */
export interface Draft {
  readonly title: string
  readonly url: string
  readonly summary: string
  readonly body: string
  readonly imageUrl: string
  readonly author: string
  readonly language: string
  readonly topics: readonly string[]
  readonly popularity: number
  /** As `<input type="datetime-local">` writes it; empty: now. */
  readonly published: string
}

export const emptyDraft: Draft = {
  title: '',
  url: '',
  summary: '',
  body: '',
  imageUrl: '',
  author: '',
  language: '',
  topics: [],
  popularity: 0.5,
  published: '',
}

export const draftOf = ({ publishedAt, ...item }: Item): Draft => ({
  ...item,
  body: item.body ?? '',
  imageUrl: item.imageUrl ?? '',
  author: item.author ?? '',
  language: item.language ?? '',
  published: localTime(publishedAt),
})

const localTime = (at: number): string =>
  new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)

/** `item`: which it was; its time is kept to the second where it was not changed. */
export function inputOf(draft: Draft, item?: Item): ItemInput {
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())
  const { title, url, summary, topics, popularity, published } = draft
  const unmoved = item !== undefined && localTime(item.publishedAt) === published
  return {
    ...(item !== undefined && { key: item.key }),
    title,
    url: url.trim(),
    summary,
    topics,
    popularity,
    body: orNull(draft.body),
    imageUrl: orNull(draft.imageUrl),
    author: orNull(draft.author),
    language: orNull(draft.language),
    ...(published !== '' && { publishedAt: unmoved ? item.publishedAt : new Date(published).getTime() }),
  }
}

/** The fields of an item, and beside them how it stands in a letter. */
export function ItemForm({
  start,
  submit,
  onSubmit,
  saving,
  error,
  disabled = false,
  beside,
}: {
  readonly start: Draft
  readonly submit: string
  readonly onSubmit: (draft: Draft) => void
  readonly saving: boolean
  readonly error: Refusal | null
  readonly disabled?: boolean
  readonly beside?: ReactNode
}): ReactNode {
  const words = useWords().content.items
  const [draft, setDraft] = useState(start)
  const put = (change: Partial<Draft>): void => setDraft((old) => ({ ...old, ...change }))
  const text = (key: 'title' | 'url' | 'imageUrl' | 'author' | 'language') => ({
    label: words[key],
    value: draft[key],
    error: issueAt(error, key),
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      put({ [key]: event.currentTarget.value }),
  })
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
      <Form onSubmit={() => onSubmit(draft)} disabled={disabled} error={error}>
        <Stack gap="sm">
          <TextInput {...text('title')} required maxLength={500} />
          <TextInput {...text('url')} required type="url" placeholder="https://" />
          <Textarea
            label={words.summary}
            description={words.summaryHint}
            autosize
            minRows={3}
            maxRows={10}
            value={draft.summary}
            error={issueAt(error, 'summary')}
            onChange={(event) => put({ summary: event.currentTarget.value })}
          />
          <TopicField
            label={words.topics}
            value={draft.topics}
            onChange={(topics) => put({ topics })}
            error={issueAt(error, 'topics')}
          />
          <TextInput {...text('imageUrl')} type="url" placeholder="https://" />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput {...text('author')} />
            <TextInput {...text('language')} placeholder="en" />
            <TextInput
              type="datetime-local"
              label={words.publishedAt}
              description={words.publishedHint}
              value={draft.published}
              error={issueAt(error, 'publishedAt')}
              onChange={(event) => put({ published: event.currentTarget.value })}
            />
            <NumberInput
              label={words.popularity}
              description={words.popularityHint}
              min={0}
              max={1}
              step={0.05}
              decimalScale={2}
              value={draft.popularity}
              error={issueAt(error, 'popularity')}
              onChange={(value) => put({ popularity: Number(value) })}
            />
          </SimpleGrid>
          <div>
            <Text size="sm" fw={500} mb={3} aria-hidden>
              {words.body}
            </Text>
            <CodeEditor
              label={words.body}
              value={draft.body}
              onChange={(body) => put({ body })}
              height={220}
              readOnly={disabled}
            />
          </div>
          {error !== null && <FailedNote error={error} />}
          {!disabled && (
            <Group>
              <Button type="submit" loading={saving}>
                {submit}
              </Button>
            </Group>
          )}
        </Stack>
      </Form>
      <Stack gap="md">
        <ItemCard draft={draft} />
        {beside}
      </Stack>
    </SimpleGrid>
  )
}
