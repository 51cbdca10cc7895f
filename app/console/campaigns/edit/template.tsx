import { Alert, Badge, Card, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconInfoCircle } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type Answer, call, type Given } from '../../api/client.ts'
import type { Template } from '../../api/operations.ts'
import { read } from '../../api/queries.ts'
import { CodeEditor } from '../../code/editor.tsx'
import { useWords } from '../../words/index.tsx'

export type TemplateInput = Given<'PUT /templates/{idOrName}'>['body']
export type TemplateDraft = Pick<Template, 'subject' | 'preheader' | 'body' | 'text'>
type TemplateProblem = Answer<'POST /templates/check'>['problems'][number]

export const templateDraftOf = ({ subject, preheader, body, text }: Template): TemplateDraft => ({
  subject,
  preheader,
  body,
  text,
})

/** What is wrong with a template as it is being written. */
function useProblems(template: Template, draft: TemplateDraft): readonly TemplateProblem[] {
  const { name, kind, format, variants } = template
  const [asked] = useDebouncedValue(JSON.stringify({ name, kind, format, variants, ...draft }), 400)
  const { data } = useQuery({
    queryKey: ['POST /templates/check', asked],
    queryFn: ({ signal }) =>
      call('POST /templates/check', { body: JSON.parse(asked) as Required<TemplateInput>, signal }),
    placeholderData: keepPreviousData,
  })
  return data?.problems ?? []
}

type Part = 'body' | 'text'

/** The source of the campaign's template, which other campaigns may share. */
export function TemplateEditor({
  template,
  draft,
  set,
  dataFields,
  readOnly,
}: {
  readonly template: Template
  readonly draft: TemplateDraft
  readonly set: (change: Partial<TemplateDraft>) => void
  readonly dataFields: readonly string[]
  readonly readOnly: boolean
}): ReactNode {
  const words = useWords().campaigns.template
  const [part, setPart] = useState<Part>('body')
  const problems = useProblems(template, draft)
  const templates = useQuery(read('GET /templates', { query: { limit: 200 } }))
  const campaigns = useQuery(read('GET /campaigns', { query: { order: 'newest', limit: 200 } }))
  const partials = (templates.data?.data ?? [])
    .filter(({ kind }) => kind !== 'letter')
    .map(({ name }) => name)
  const users = (campaigns.data?.data ?? []).filter((one) => one.template === template.name)
  const context = { dataFields, partials }
  const own = (wanted: TemplateProblem['part']) =>
    problems.filter((one) => one.part === wanted && one.language === null && one.template === template.name)
  const elsewhere = problems.filter((one) => one.language !== null || one.template !== template.name)
  const line = (name: 'subject' | 'preheader'): ReactNode => (
    <div>
      <Text size="sm" fw={500} mb={4}>
        {words[name]}
      </Text>
      <CodeEditor
        label={words[name]}
        singleLine
        readOnly={readOnly}
        value={draft[name]}
        onChange={(value) => set({ [name]: value })}
        problems={own(name)}
        context={context}
      />
      {own(name).map(({ message, column }) => (
        <Text key={message} size="xs" c="var(--mantine-color-error)" mt={2}>
          {words.at(1, column)} {message}
        </Text>
      ))}
    </div>
  )
  return (
    <Stack gap="md">
      {users.length > 1 && (
        <Alert icon={<IconInfoCircle size={16} />} color="gray" py={8}>
          {words.shared(users.length - 1)}
        </Alert>
      )}
      <Card>
        <Stack gap="sm">
          {line('subject')}
          {line('preheader')}
          <Group justify="space-between">
            <SegmentedControl
              size="xs"
              aria-label={words.part}
              data={[
                { value: 'body', label: words.body },
                { value: 'text', label: words.text },
              ]}
              value={part}
              onChange={(next) => setPart(next as Part)}
            />
            <Group gap={6}>
              <Badge color="gray">{template.format}</Badge>
              {Object.keys(template.variants).map((language) => (
                <Badge key={language} color="gray" variant="outline">
                  {language}
                </Badge>
              ))}
            </Group>
          </Group>
          {part === 'text' && draft.text === null && (
            <Text size="xs" c="dimmed">
              {words.textMade}
            </Text>
          )}
          <CodeEditor
            key={part}
            label={part === 'body' ? words.body : words.text}
            height="min(58vh, 640px)"
            readOnly={readOnly}
            value={part === 'body' ? draft.body : (draft.text ?? '')}
            onChange={(value) =>
              set(part === 'body' ? { body: value } : { text: value === '' ? null : value })
            }
            problems={own(part)}
            context={context}
          />
          <div aria-live="polite">
            {problems.length === 0 ? (
              <Text size="xs" c="dimmed">
                {words.fine}
              </Text>
            ) : (
              [...own(part), ...elsewhere].map((one) => (
                <Text
                  key={`${one.template} ${one.language} ${one.part} ${one.line} ${one.column} ${one.message}`}
                  size="xs"
                  c="var(--mantine-color-error)"
                >
                  {one.template === template.name && one.language === null
                    ? words.at(one.line, one.column)
                    : words.atOf(one.template, one.part, one.language ?? '', one.line, one.column)}{' '}
                  {one.message}
                </Text>
              ))
            )}
          </div>
        </Stack>
      </Card>
    </Stack>
  )
}
