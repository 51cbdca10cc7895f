import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { DateInput } from '@mantine/dates'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { submitByKey } from '../submit.ts'
import { ofPerson } from './actions.tsx'

const dayMs = 86_400_000
const spans = ['week', 'month', 'date', 'open'] as const
type Span = (typeof spans)[number]

/** Nothing is sent to them until then. */
export function PauseForm({
  id,
  opened,
  onClose,
}: {
  readonly id: number
  readonly opened: boolean
  readonly onClose: () => void
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.person.pausing
  const [span, setSpan] = useState<Span>('month')
  const [day, setDay] = useState<string | null>(null)
  const [why, setWhy] = useState('')
  const pause = useWrite('POST /subscribers/{id}/pause', ...ofPerson)
  const untilOf = (): number | null => {
    if (span === 'open') return null
    if (span === 'date') return day === null ? null : new Date(`${day}T00:00`).getTime()
    return Date.now() + (span === 'week' ? 7 : 30) * dayMs
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    pause.mutate(
      { path: { id }, body: { until: untilOf(), words: why.trim() === '' ? null : why.trim() } },
      {
        onSuccess: () => {
          onClose()
          notifyDone(words.done)
        },
      },
    )
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.title}
      closeButtonProps={{ 'aria-label': shell.actions.close }}
      size="sm"
    >
      <form onSubmit={submit} onKeyDown={submitByKey}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {words.about}
          </Text>
          <SegmentedControl
            fullWidth
            aria-label={words.until}
            data={spans.map((value) => ({ value, label: words.spans[value] }))}
            value={span}
            onChange={(value) => setSpan(value as Span)}
          />
          {span === 'date' && (
            <DateInput
              label={words.until}
              value={day}
              onChange={setDay}
              minDate={new Date(Date.now() + dayMs)}
              required
            />
          )}
          <TextInput
            label={words.why}
            description={words.whyHint}
            value={why}
            onChange={({ currentTarget }) => setWhy(currentTarget.value)}
          />
          {pause.isError && <FailedNote error={pause.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {shell.actions.cancel}
            </Button>
            <Button type="submit" loading={pause.isPending}>
              {subscribers.person.pause}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
