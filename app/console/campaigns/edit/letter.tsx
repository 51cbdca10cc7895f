import { Anchor, Card, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Template } from '../../api/operations.ts'
import { read } from '../../api/queries.ts'
import { CodeEditor } from '../../code/editor.tsx'
import { dataFieldsOf } from '../../code/liquid.ts'
import { useWords } from '../../words/index.tsx'
import type { FullInput } from '../campaign-input.ts'
import { Blocks } from './blocks.tsx'
import { NullableText, type Troubles } from './fields.tsx'

export interface EditorProps {
  readonly input: FullInput
  readonly set: (change: Partial<FullInput>) => void
  readonly troubles: Troubles
}

/** What the letter says besides its template: subject, sender, content blocks. */
export function LetterEditor({
  input,
  set,
  troubles,
  template,
  onTemplate,
}: EditorProps & { readonly template: Template | undefined; readonly onTemplate: () => void }): ReactNode {
  const words = useWords().campaigns.letter
  const templates = useQuery(read('GET /templates', { query: { limit: 200 } }))
  const letters = templates.data?.data.filter(({ kind }) => kind === 'letter') ?? []
  const asked =
    template === undefined
      ? []
      : dataFieldsOf(template.subject, template.preheader, template.body, template.text ?? '')
  const partials = (templates.data?.data ?? []).filter(({ kind }) => kind !== 'letter')
  const everywhere = [...new Set([...asked, ...dataFieldsOf(...partials.map(({ body }) => body))])]
  const sender = (change: Partial<FullInput['sender']>): void =>
    set({ sender: { ...input.sender, ...change } })
  const channels = useQuery(read('GET /channels'))
  return (
    <Stack gap="md">
      <Card>
        <Stack gap="sm">
          <TextInput
            label={words.title}
            description={words.titleHint}
            required
            value={input.title}
            error={troubles('title')}
            onChange={({ currentTarget }) => set({ title: currentTarget.value })}
          />
          <div>
            <Text size="sm" fw={500} component="div">
              {words.subject}
            </Text>
            <Text size="xs" c="dimmed" mb={4}>
              {words.subjectHint}
            </Text>
            <CodeEditor
              label={words.subject}
              singleLine
              value={input.subject ?? ''}
              onChange={(subject) => set({ subject: subject === '' ? null : subject })}
              context={{ dataFields: Object.keys(input.data) }}
            />
            <Text size="xs" c={troubles('subject') === null ? 'dimmed' : 'var(--mantine-color-error)'} mt={4}>
              {troubles('subject') ??
                (input.subject === null && template !== undefined && template.subject !== ''
                  ? words.subjectOfTemplate(template.subject)
                  : '')}
            </Text>
          </div>
          <Group align="flex-end" gap="sm" wrap="nowrap">
            <Select
              label={words.template}
              required
              style={{ flex: 1 }}
              data={[
                ...new Set(
                  [...letters.map(({ name }) => name), input.template].filter((name) => name !== ''),
                ),
              ]}
              value={input.template}
              searchable
              allowDeselect={false}
              error={troubles('template')}
              onChange={(next) => next !== null && set({ template: next })}
            />
            <Anchor component="button" fz="sm" lh="34px" onClick={onTemplate}>
              {words.editTemplate}
            </Anchor>
          </Group>
        </Stack>
      </Card>
      <Card>
        <Text component="h2" fz="sm" fw={600} mb="xs">
          {words.sender}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label={words.senderName}
            value={input.sender.name}
            error={troubles('sender.name')}
            onChange={({ currentTarget }) => sender({ name: currentTarget.value })}
          />
          <TextInput
            label={words.senderAddress}
            type="email"
            required
            value={input.sender.address}
            error={troubles('sender.address')}
            onChange={({ currentTarget }) => sender({ address: currentTarget.value })}
          />
          <NullableText
            label={words.replyTo}
            description={words.replyToHint}
            type="email"
            value={input.sender.replyTo}
            error={troubles('sender.replyTo')}
            onValue={(replyTo) => sender({ replyTo })}
          />
          <NullableText
            label={words.postalAddress}
            description={words.postalHint}
            value={input.sender.postalAddress}
            error={troubles('sender.postalAddress')}
            onValue={(postalAddress) => sender({ postalAddress })}
          />
          {(channels.data?.data.length ?? 0) > 1 && (
            <Select
              label={words.channel}
              data={[...new Set([...(channels.data?.data ?? []).map(({ name }) => name), input.channel])]}
              value={input.channel}
              allowDeselect={false}
              error={troubles('channel')}
              onChange={(next) => next !== null && set({ channel: next })}
            />
          )}
        </SimpleGrid>
      </Card>
      <Card>
        <Text component="h2" fz="sm" fw={600}>
          {words.blocks}
        </Text>
        <Text size="xs" c="dimmed" mb="xs">
          {words.blocksHint}
        </Text>
        <Blocks data={input.data} asked={everywhere} onChange={(data) => set({ data })} />
      </Card>
    </Stack>
  )
}
