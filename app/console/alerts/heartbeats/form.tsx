import {
  Button,
  Code,
  Group,
  NativeSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { isConflict } from '../../parts/conflict.tsx'
import { CopyIcon } from '../../parts/copy.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { severities } from '../severities.ts'
import { type HeartbeatDraft, type Unit, units } from './draft.ts'
import { beatLine } from './line.ts'

/** What a heartbeat is, and the line that its job runs. */
export function HeartbeatForm({
  draft,
  onChange,
  onSubmit,
  onCancel,
  submit,
  saving,
  error,
  disabled = false,
  autoFocus = false,
}: {
  readonly draft: HeartbeatDraft
  readonly onChange: (draft: HeartbeatDraft) => void
  readonly onSubmit: () => void
  readonly onCancel: () => void
  readonly submit: string
  readonly saving: boolean
  readonly error: Error | null
  /** Only to be read. */
  readonly disabled?: boolean
  readonly autoFocus?: boolean
}): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.heartbeats
  const can = useCan()
  const topics = useQuery({ ...read('GET /topics', { query: { limit: 500 } }), enabled: can('content:read') })
  const set = (change: Partial<HeartbeatDraft>): void => onChange({ ...draft, ...change })
  const line = beatLine(draft.name.trim() || 'nightly-backup')
  return (
    <Form onSubmit={onSubmit} error={error} disabled={disabled}>
      <Stack maw={680}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label={words.name}
            placeholder="nightly-backup"
            required
            autoFocus={autoFocus}
            value={draft.name}
            error={issueAt(error, 'name')}
            onChange={({ currentTarget }) => set({ name: currentTarget.value })}
          />
          <Group align="flex-end" gap="xs" wrap="nowrap">
            <NumberInput
              label={words.every}
              min={1}
              required
              flex={1}
              value={draft.every}
              onChange={(every) => set({ every })}
              error={issueAt(error, 'everyMs')}
            />
            <NativeSelect
              aria-label={words.unit}
              w={100}
              value={draft.unit}
              data={(Object.keys(units) as Unit[]).map((value) => ({ value, label: words.units[value] }))}
              onChange={({ currentTarget }) => set({ unit: currentTarget.value as Unit })}
            />
          </Group>
          <TextInput
            label={words.says}
            placeholder={words.saysPlaceholder}
            required
            value={draft.title}
            error={issueAt(error, 'title')}
            onChange={({ currentTarget }) => set({ title: currentTarget.value })}
          />
          <NativeSelect
            label={alerts.columns.severity}
            value={draft.severity}
            error={issueAt(error, 'severity')}
            onChange={({ currentTarget }) =>
              set({ severity: severities.find((one) => one === currentTarget.value) ?? 'error' })
            }
            data={severities.map((value) => ({ value, label: shell.states[value] }))}
          />
          <NativeSelect
            label={alerts.columns.topic}
            value={draft.topic}
            error={issueAt(error, 'topic')}
            onChange={({ currentTarget }) => set({ topic: currentTarget.value })}
            data={[
              { value: '', label: alerts.report.noTopic },
              // One that is not described, or may not be looked up, stays what it is.
              ...new Set([
                ...(draft.topic === '' ? [] : [draft.topic]),
                ...(topics.data?.data.map(({ name }) => name) ?? []),
              ]),
            ]}
          />
          <TagsInput
            label={alerts.report.labels}
            description={words.labelsHint}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            splitChars={[' ', ',']}
            acceptValueOnBlur
            value={[...draft.labels]}
            error={issueAt(error, 'labels')}
            onChange={(texts) => set({ labels: texts.filter((text) => text.indexOf('=') > 0) })}
          />
        </SimpleGrid>
        <div>
          <Group justify="space-between" wrap="nowrap" mb={4}>
            <Text size="sm">{words.how}</Text>
            <CopyIcon value={line} label={words.copyLine} />
          </Group>
          <Code block className={style.code}>
            {line}
          </Code>
        </div>
        {error !== null && !isConflict(error) && <FailedNote error={error} />}
        {!disabled && (
          <Group gap="xs">
            <Button type="submit" loading={saving}>
              {submit}
            </Button>
            <Button variant="default" onClick={onCancel}>
              {shell.actions.cancel}
            </Button>
          </Group>
        )}
      </Stack>
    </Form>
  )
}
