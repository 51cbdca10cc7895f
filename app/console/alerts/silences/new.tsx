import { Button, Group, NativeSelect, Paper, Stack, Textarea, TextInput, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react'
import { call, Refusal } from '../../api/client.ts'
import { markStale, useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { notifyDone, notifyFailed } from '../../parts/undo.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { AlertTabs } from '../tabs.tsx'
import { MatcherEditor } from './matcher-editor.tsx'
import { type Matcher, matcherText } from './matchers.ts'
import { SilencePreview } from './preview.tsx'

const route = getRouteApi('/alerts/silences/new')
const minute = 60_000
const lengths = [30, 60, 120, 240, 480, 1440, 10_080].map((minutes) => minutes * minute)
const untilThen = 'until'

/** A silence, beginning with the labels of the address, and what it would be on. */
export function NewSilence(): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.silences
  const format = useFormat()
  const navigate = useNavigate()
  const client = useQueryClient()
  const given = route.useSearch().matchers ?? [{ name: '', operator: '=', value: '' } as const]
  const [matchers, setMatchers] = useState<readonly Matcher[]>(given)
  const [length, setLength] = useState(String(120 * minute))
  const [until, setUntil] = useState('')
  const [comment, setComment] = useState('')
  const make = useWrite('POST /silences', 'GET /silences', 'GET /alerts/held', 'GET /alerts/routes')
  const issues = make.error instanceof Refusal ? make.error.issues : []

  const takeBack = (id: number): void => {
    call('DELETE /silences/{id}', { path: { id } }).then(
      () => markStale(client, 'GET /silences', 'GET /alerts/held'),
      notifyFailed,
    )
  }
  const submit = (event?: FormEvent): void => {
    event?.preventDefault()
    if (make.isPending) return
    make.mutate(
      {
        body: {
          matchers: matchers.filter(({ name }) => name !== ''),
          endsAt: length === untilThen ? new Date(until).getTime() : Date.now() + Number(length),
          comment,
        },
      },
      {
        onSuccess: (made) => {
          notifyDone(words.made(made.matchers.map(matcherText).join(', ')), {
            label: shell.actions.undo,
            act: () => takeBack(made.id),
          })
          void navigate({ to: '/alerts/silences' })
        },
      },
    )
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && event.ctrlKey) submit()
  }
  return (
    <Page
      title={words.new}
      crumbs={[
        { label: shell.nav.alerts, to: '/alerts' },
        { label: words.title, to: '/alerts/silences' },
      ]}
    >
      <AlertTabs />
      <div className={style.two}>
        <form onSubmit={submit} onKeyDown={onKeyDown}>
          <Stack>
            <MatcherEditor matchers={matchers} onChange={setMatchers} issues={issues} />
            <Group align="flex-end" gap="xs">
              <NativeSelect
                label={words.for}
                value={length}
                data={[
                  ...lengths.map((ms) => ({ value: String(ms), label: format.duration(ms) })),
                  { value: untilThen, label: words.untilChosen },
                ]}
                onChange={({ currentTarget: { value } }) => setLength(value)}
              />
              {length === untilThen && (
                <TextInput
                  type="datetime-local"
                  label={words.until}
                  required
                  value={until}
                  error={issues.find(({ path }) => path === 'endsAt')?.message}
                  onChange={({ currentTarget: { value } }) => setUntil(value)}
                />
              )}
            </Group>
            <Textarea
              label={words.comment}
              description={words.commentHint}
              autosize
              minRows={2}
              value={comment}
              onChange={({ currentTarget: { value } }) => setComment(value)}
            />
            {make.isError && <FailedNote error={make.error} />}
            <Group gap="xs">
              <Button type="submit" loading={make.isPending}>
                {words.make}
              </Button>
              <Button variant="default" onClick={() => void navigate({ to: '/alerts/silences' })}>
                {shell.actions.cancel}
              </Button>
            </Group>
          </Stack>
        </form>
        <Paper withBorder p="md" component="section" aria-labelledby="would">
          <Title order={2} size="h5" id="would" mb="sm">
            {words.would}
          </Title>
          <SilencePreview matchers={matchers} />
        </Paper>
      </div>
    </Page>
  )
}
