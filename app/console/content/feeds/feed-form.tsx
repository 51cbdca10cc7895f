import { Accordion, Button, Group, NumberInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Refusal } from '../../api/client.ts'
import { isConflict } from '../../parts/conflict.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { useWords } from '../../words/index.tsx'
import { TopicField, useTopicNames } from '../topic-field.tsx'
import type { FeedDraft } from './draft.ts'
import { CategoryRules, KeywordRules } from './rules.tsx'

/** The fields of a feed but its address, which is looked at first. */
export function FeedForm({
  draft,
  onChange,
  known,
  submit,
  onSubmit,
  saving,
  error,
  disabled = false,
  withAddress,
}: {
  readonly draft: FeedDraft
  readonly onChange: (draft: FeedDraft) => void
  /** Categories that the feed was seen to use. */
  readonly known: readonly string[]
  readonly submit: string
  readonly onSubmit: () => void
  readonly saving: boolean
  readonly error: Refusal | null
  readonly disabled?: boolean
  readonly withAddress: boolean
}): ReactNode {
  const words = useWords().content.feeds
  const topics = useTopicNames()
  const put = (change: Partial<FeedDraft>): void => onChange({ ...draft, ...change })
  const text = (key: 'name' | 'url' | 'title' | 'language') => ({
    label: words[key],
    value: draft[key],
    error: issueAt(error, key),
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      put({ [key]: event.currentTarget.value }),
  })
  const minutes = (key: 'minMinutes' | 'maxMinutes', path: string) => ({
    label: words[key],
    min: 1,
    placeholder: words.byItself,
    suffix: ` ${words.minutes}`,
    value: draft[key],
    error: issueAt(error, path),
    onChange: (value: number | string) => put({ [key]: value === '' ? '' : Number(value) }),
  })
  return (
    <Form onSubmit={onSubmit} disabled={disabled} error={error}>
      <Stack gap="sm">
        {withAddress && <TextInput {...text('url')} required type="url" />}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput {...text('title')} />
          <TextInput
            {...text('name')}
            required
            description={words.nameHint}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
          />
        </SimpleGrid>
        <TopicField
          label={words.topics}
          description={words.topicsHint}
          value={draft.topics}
          onChange={(value) => put({ topics: value })}
          error={issueAt(error, 'topics')}
        />
        <CategoryRules
          lines={draft.categories}
          known={known}
          onChange={(categories) => put({ categories })}
        />
        <KeywordRules lines={draft.keywords} onChange={(keywords) => put({ keywords })} />
        <datalist id="feed-topics">
          {topics.map((topic) => (
            <option key={topic} value={topic} />
          ))}
        </datalist>
        <Accordion variant="contained" chevronPosition="left" order={2}>
          <Accordion.Item value="more">
            <Accordion.Control>{words.more}</Accordion.Control>
            <Accordion.Panel>
              <Stack gap="sm">
                <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
                  <NumberInput {...minutes('minMinutes', 'minIntervalMs')} />
                  <NumberInput {...minutes('maxMinutes', 'maxIntervalMs')} />
                  <TextInput {...text('language')} placeholder="en" />
                </SimpleGrid>
                <Switch
                  label={words.enabled}
                  checked={draft.enabled}
                  onChange={(event) => put({ enabled: event.currentTarget.checked })}
                />
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        {error !== null && !isConflict(error) && <FailedNote error={error} />}
        {!disabled && (
          <Group>
            <Button type="submit" loading={saving}>
              {submit}
            </Button>
          </Group>
        )}
      </Stack>
    </Form>
  )
}
