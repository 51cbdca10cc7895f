import { Button, Group, NumberInput, Stack, Switch, Text, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Answer } from '../../../api/client.ts'
import { useWrite } from '../../../api/queries.ts'
import { FailedNote } from '../../../parts/failed.tsx'
import { Form, issueAt } from '../../../parts/form.tsx'
import { notifyDone } from '../../../parts/undo.tsx'
import { useWords } from '../../../words/index.tsx'
import type { Subscriber } from '../../people/filter.ts'
import style from './follows.module.css'

type Wishes = Answer<'GET /subscribers/{id}/follow-preferences'>

/** Each wish with a switch, and what it means; kept together. */
export function WishesForm({
  person,
  wishes,
  onClose,
}: {
  readonly person: Subscriber
  readonly wishes: Wishes
  readonly onClose: () => void
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.follows.when
  const [isQuiet, setIsQuiet] = useState(wishes.quiet !== null)
  const [quiet, setQuiet] = useState(wishes.quiet ?? { from: '22:00', until: '07:00' })
  const [isDigest, setIsDigest] = useState(wishes.digestAt !== null)
  const [digestAt, setDigestAt] = useState(wishes.digestAt ?? '08:00')
  const [isCapped, setIsCapped] = useState(wishes.maxPerHour !== null)
  const [cap, setCap] = useState<number | string>(wishes.maxPerHour ?? 6)
  const [criticalAnyway, setCriticalAnyway] = useState(wishes.criticalAnyway)
  const save = useWrite(
    'PUT /subscribers/{id}/follow-preferences',
    'GET /subscribers/{id}/follow-preferences',
    'GET /subscribers/{id}/data',
  )
  const submit = (): void =>
    save.mutate(
      {
        path: { id: person.id },
        body: {
          quiet: isQuiet ? quiet : null,
          digestAt: isDigest ? digestAt : null,
          maxPerHour: isCapped ? Number(cap) : null,
          criticalAnyway,
        },
      },
      {
        onSuccess: () => {
          onClose()
          notifyDone(shell.actions.saved)
        },
      },
    )
  return (
    <Form onSubmit={submit} error={save.error}>
      <Stack gap="lg">
        <Text size="sm" c="dimmed">
          {person.timeZone === null ? words.aboutOurZone : words.about(person.timeZone)}
        </Text>
        <Wish label={words.quiet} about={words.quietAbout} checked={isQuiet} onChange={setIsQuiet} autofocus>
          <Clock
            label={words.from}
            value={quiet.from}
            onChange={(from) => setQuiet({ ...quiet, from })}
            error={issueAt(save.error, 'quiet.from')}
          />
          <Clock
            label={words.until}
            value={quiet.until}
            onChange={(until) => setQuiet({ ...quiet, until })}
            error={issueAt(save.error, 'quiet.until')}
          />
        </Wish>
        <Wish label={words.digest} about={words.digestAbout} checked={isDigest} onChange={setIsDigest}>
          <Clock
            label={words.atField}
            value={digestAt}
            onChange={setDigestAt}
            error={issueAt(save.error, 'digestAt')}
          />
        </Wish>
        <Wish label={words.cap} about={words.capAbout} checked={isCapped} onChange={setIsCapped}>
          <NumberInput
            label={words.most}
            w={120}
            min={1}
            max={10_000}
            allowDecimal={false}
            required
            withAsterisk={false}
            value={cap}
            onChange={setCap}
            error={issueAt(save.error, 'maxPerHour')}
          />
        </Wish>
        <Wish
          label={words.criticalSwitch}
          about={words.criticalAbout}
          checked={criticalAnyway}
          onChange={setCriticalAnyway}
        />
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
    </Form>
  )
}

/** A switch, what it does, and what has to be said where it is on. */
const Wish = ({
  label,
  about,
  checked,
  onChange,
  autofocus = false,
  children,
}: {
  readonly label: string
  readonly about: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly autofocus?: boolean
  readonly children?: ReactNode
}): ReactNode => (
  <div>
    <Switch
      label={label}
      description={about}
      checked={checked}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      {...(autofocus && { 'data-autofocus': true })}
    />
    {checked && children !== undefined && (
      <Group gap="sm" align="flex-start" className={style.details!}>
        {children}
      </Group>
    )}
  </div>
)

const Clock = ({
  label,
  value,
  onChange,
  error,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly error: string | undefined
}): ReactNode => (
  <TextInput
    type="time"
    label={label}
    w={120}
    required
    withAsterisk={false}
    value={value}
    onChange={({ currentTarget }) => onChange(currentTarget.value)}
    error={error}
  />
)
