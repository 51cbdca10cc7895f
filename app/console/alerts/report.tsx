import { Button, Group, NativeSelect, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react'
import { Refusal } from '../api/client.ts'
import { read, useWrite } from '../api/queries.ts'
import { FailedNote } from '../parts/failed.tsx'
import { Page } from '../parts/page.tsx'
import { notifyDone } from '../parts/undo.tsx'
import { useCan } from '../shell/session.tsx'
import { useFormat, useWords } from '../words/index.tsx'
import { labelsOf } from './labels.tsx'
import { severities } from './severities.ts'
import { AlertTabs } from './tabs.tsx'

const hour = 3_600_000
const lives = [hour, 4 * hour, 12 * hour, 24 * hour, 168 * hour]

/** An alert by hand. */
export function ReportAlert(): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.report
  const format = useFormat()
  const navigate = useNavigate()
  const can = useCan()
  const topics = useQuery({ ...read('GET /topics', { query: { limit: 500 } }), enabled: can('content:read') })
  const [form, setForm] = useState({ title: '', key: '', severity: 'warning', topic: '', text: '', link: '' })
  const [labels, setLabels] = useState<readonly string[]>([])
  const [ttlMs, setTtlMs] = useState(24 * hour)
  const report = useWrite('POST /alerts', 'GET /alerts')
  const issues = report.error instanceof Refusal ? report.error.issues : []
  const problem = (field: string): string | null =>
    issues.find(({ path }) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`))
      ?.message ?? null
  const field = (name: keyof typeof form) => ({
    value: form[name],
    error: problem(name === 'link' ? 'links' : name),
    onChange: ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }) =>
      setForm((before) => ({ ...before, [name]: value })),
  })
  const submit = (event?: FormEvent): void => {
    event?.preventDefault()
    if (report.isPending) return
    const { title, key, topic, text, link } = form
    report.mutate(
      {
        body: {
          title,
          ttlMs,
          severity: severities.find((one) => one === form.severity) ?? 'warning',
          ...(key !== '' && { key }),
          ...(topic !== '' && { topic }),
          ...(text !== '' && { text }),
          ...(link !== '' && { links: [{ title: '', url: link }] }),
          labels: labelsOf(labels),
        },
      },
      {
        onSuccess: ({ alerts: [heard] }) => {
          notifyDone(words.heard[heard!.heard])
          if (heard!.id !== null) void navigate({ to: '/alerts/$id', params: { id: String(heard!.id) } })
        },
      },
    )
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && event.ctrlKey) submit()
  }
  return (
    <Page title={words.new} about={words.about} crumbs={[{ label: shell.nav.alerts, to: '/alerts' }]}>
      <AlertTabs />
      <form onSubmit={submit} onKeyDown={onKeyDown}>
        <Stack maw={680}>
          <TextInput label={words.name} required autoFocus maxLength={300} {...field('title')} />
          <SimpleGrid cols={{ base: 1, xs: 3 }}>
            <NativeSelect
              label={alerts.columns.severity}
              {...field('severity')}
              data={severities.map((value) => ({ value, label: shell.states[value] }))}
            />
            <NativeSelect
              label={alerts.columns.topic}
              {...field('topic')}
              data={[
                { value: '', label: words.noTopic },
                ...(topics.data?.data.map(({ name }) => name) ?? []),
              ]}
            />
            <NativeSelect
              label={words.life}
              value={String(ttlMs)}
              onChange={({ currentTarget: { value } }) => setTtlMs(Number(value))}
              data={lives.map((ms) => ({ value: String(ms), label: format.duration(ms) }))}
            />
          </SimpleGrid>
          <Textarea label={words.text} autosize minRows={3} maxLength={20_000} {...field('text')} />
          <TagsInput
            label={words.labels}
            description={words.labelsHint}
            splitChars={[' ', ',']}
            acceptValueOnBlur
            value={[...labels]}
            error={problem('labels')}
            onChange={(texts) => setLabels(texts.filter((text) => text.indexOf('=') > 0))}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput label={words.link} type="url" placeholder="https://" {...field('link')} />
            <TextInput
              label={words.key}
              description={words.keyHint}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              maxLength={200}
              {...field('key')}
            />
          </SimpleGrid>
          {report.isError && <FailedNote error={report.error} />}
          <Group gap="xs">
            <Button type="submit" loading={report.isPending}>
              {words.send}
            </Button>
            <Button variant="default" onClick={() => void navigate({ to: '/alerts' })}>
              {shell.actions.cancel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  )
}
