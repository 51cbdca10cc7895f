import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Side } from '../../parts/side.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { type Status, type Subscriber, statuses } from '../people/filter.ts'
import { submitByKey } from '../submit.ts'
import { ofPerson } from './actions.tsx'
import { AttributeRows, attributesOf, rowsOfAttributes } from './attribute-rows.tsx'
import { TopicRows } from './topic-rows.tsx'

/** What an operator may say of a person. Only what was changed is sent. */
export function EditPerson({
  person,
  opened,
  onClose,
}: {
  readonly person: Subscriber
  readonly opened: boolean
  readonly onClose: () => void
}): ReactNode {
  const words = useWords().subscribers.person.edit
  return (
    <Side opened={opened} onClose={onClose} size={520} title={words.title(person.address)}>
      <EditForm person={person} onClose={onClose} />
    </Side>
  )
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

function EditForm({
  person,
  onClose,
}: {
  readonly person: Subscriber
  readonly onClose: () => void
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.person.edit
  const [name, setName] = useState(person.name ?? '')
  const [language, setLanguage] = useState(person.language ?? '')
  const [timeZone, setTimeZone] = useState(person.timeZone ?? '')
  const [status, setStatus] = useState<Status>(person.status)
  const [rows, setRows] = useState(() => rowsOfAttributes(person.attributes))
  const [topics, setTopics] = useState(person.topics)
  const save = useWrite('PATCH /subscribers/{id}', ...ofPerson)
  const issueAt = (path: string): string | undefined =>
    save.error?.issues.find((issue) => issue.path === path || issue.path.startsWith(`${path}.`))?.message
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const attributes = attributesOf(rows, person.attributes)
    // A topic that is taken out weighs nothing: they are merged, so that leaving it out would leave it as it is.
    const weights = Object.fromEntries(
      [...new Set([...Object.keys(person.topics), ...Object.keys(topics)])]
        .map((topic) => [topic, topics[topic] ?? 0] as const)
        .filter(([topic, weight]) => weight !== (person.topics[topic] ?? 0)),
    )
    save.mutate(
      {
        path: { id: person.id },
        body: {
          ...(orNull(name) !== person.name && { name: orNull(name) }),
          ...(orNull(language) !== person.language && { language: orNull(language) }),
          ...(orNull(timeZone) !== person.timeZone && { timeZone: orNull(timeZone) }),
          ...(status !== person.status && status !== 'erased' && { status }),
          ...(Object.keys(attributes).length > 0 && { attributes }),
          ...(Object.keys(weights).length > 0 && { topics: weights }),
        },
      },
      {
        onSuccess: () => {
          onClose()
          notifyDone(shell.actions.saved)
        },
      },
    )
  }
  return (
    <form onSubmit={submit} onKeyDown={submitByKey}>
      <Stack gap="sm">
        <TextInput
          label={words.name}
          data-autofocus
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={issueAt('name')}
        />
        <Group grow align="flex-start">
          <TextInput
            label={words.language}
            placeholder="de"
            value={language}
            onChange={({ currentTarget }) => setLanguage(currentTarget.value)}
            error={issueAt('language')}
          />
          <Select
            label={words.timeZone}
            data={Intl.supportedValuesOf('timeZone')}
            value={timeZone === '' ? null : timeZone}
            onChange={(value) => setTimeZone(value ?? '')}
            searchable
            clearable
            limit={60}
            error={issueAt('timeZone')}
          />
        </Group>
        <Select
          label={words.status}
          description={words.statusHint}
          data={statuses
            .filter((each) => each !== 'erased')
            .map((value) => ({ value, label: shell.states[value] }))}
          value={status}
          allowDeselect={false}
          onChange={(value) => value !== null && setStatus(value as Status)}
          error={issueAt('status')}
        />
        <TopicRows topics={topics} onChange={setTopics} />
        <AttributeRows rows={rows} onChange={setRows} error={issueAt('attributes')} />
        {save.isError && <FailedNote error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {shell.actions.cancel}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {shell.actions.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
