import { Autocomplete, Group, JsonInput, SegmentedControl, Stack, Switch, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import { dataFieldsOf } from '../../code/liquid.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { inScheme } from '../../parts/in-scheme.ts'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { type Draft, sourceOf } from './draft.ts'
import style from './editor.module.css'
import { named } from './problems.tsx'

const pauseMs = 350
const views = ['desktop', 'phone', 'text'] as const
type View = (typeof views)[number]

/** What the draft makes, for somebody of whom nothing is known or for a subscriber, a moment after each change. */
export function Preview({ draft }: { readonly draft: Draft }): ReactNode {
  const words = useWords().content.templates
  const can = useCan()
  const [view, setView] = useState<View>('desktop')
  const [dark, setDark] = useState(false)
  const [address, setAddress] = useState('')
  const [json, setJson] = useState('')
  const data = dataOf(json)
  const [asked] = useDebouncedValue({ draft, address: address.trim(), json }, pauseMs)
  const known = /^\S+@\S+\.\S+$/.test(asked.address)
  const made = useQuery({
    queryKey: ['POST /templates/preview', asked],
    queryFn: ({ signal }) =>
      call('POST /templates/preview', {
        body: {
          template: named(asked.draft),
          ...(known && { address: asked.address }),
          data: dataOf(asked.json) ?? {},
        },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  })
  // What was last made stays while something is wrong: the problems say what.
  const [last, setLast] = useState(made.data)
  if (made.data !== undefined && made.data !== last) setLast(made.data)
  const shown = made.data ?? last
  const fields = dataFieldsOf(draft.body, draft.subject, draft.preheader)
  return (
    <section className={style.preview} aria-label={words.preview} aria-busy={made.isFetching}>
      <Group gap="xs" justify="space-between">
        <SegmentedControl
          size="xs"
          aria-label={words.view}
          value={view}
          onChange={(value) => setView(value as View)}
          data={views.map((value) => ({ value, label: words.views[value] }))}
        />
        <Switch
          size="xs"
          label={words.dark}
          checked={dark}
          disabled={view === 'text'}
          onChange={(event) => setDark(event.currentTarget.checked)}
        />
        {can('subscribers:read') && <Person value={address} onChange={setAddress} />}
      </Group>
      {made.isError && <FailedNote error={made.error} />}
      <div>
        <div className={style.inbox}>
          <div className={style.subject} data-preview="subject">
            {shown?.subject || words.noSubject}
          </div>
          <div className={style.preheader}>{shown?.preheader}</div>
        </div>
        <div className={style.stage}>
          {view === 'text' ? (
            <pre className={style.text}>{shown?.text}</pre>
          ) : (
            <iframe
              className={view === 'phone' ? `${style.paper} ${style.phone}` : style.paper}
              title={words.preview}
              sandbox=""
              srcDoc={pageOf(shown?.html ?? '', dark)}
            />
          )}
        </div>
      </div>
      {shown !== undefined && <Chosen made={shown} />}
      {(fields.length > 0 || json !== '') && (
        <JsonInput
          label={words.data}
          description={words.dataHint(fields.join(', '))}
          placeholder={JSON.stringify(Object.fromEntries(fields.map((field) => [field, '…'])))}
          autosize
          minRows={2}
          maxRows={8}
          formatOnBlur
          value={json}
          onChange={setJson}
          error={data === null ? words.dataWrong : undefined}
          styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12 } }}
        />
      )}
      {sourceOf(draft, null).body === '' && (
        <Text size="xs" c="dimmed">
          {words.emptyBody}
        </Text>
      )}
    </section>
  )
}

/** Null: it is no JSON object. */
function dataOf(json: string): { [key: string]: unknown } | null {
  if (json.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

/** As a mail program shows it. Links lead nowhere: it is sandboxed. */
const pageOf = (html: string, dark: boolean): string =>
  `<meta name="color-scheme" content="${dark ? 'dark' : 'light'}"><style>:root{color-scheme:${dark ? 'dark' : 'light'}}</style>${inScheme(html, dark)}`

function Person({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (address: string) => void
}): ReactNode {
  const words = useWords().content.templates
  const [asked] = useDebouncedValue(value.trim(), 200)
  const people = useQuery({
    ...read('GET /subscribers', { query: { limit: 8, ...(asked !== '' && { search: asked }) } }),
    placeholderData: keepPreviousData,
  })
  return (
    <Autocomplete
      size="xs"
      w={230}
      aria-label={words.forWhom}
      placeholder={words.forWhom}
      value={value}
      onChange={onChange}
      data={[...new Set((people.data?.data ?? []).map(({ address }) => address))]}
      clearable
      clearButtonProps={{ 'aria-label': words.forNobody }}
    />
  )
}

function Chosen({ made }: { readonly made: Answer<'POST /templates/preview'> }): ReactNode {
  const words = useWords().content.templates
  const format = useFormat()
  const { picks, interpreted, language } = made
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed" lineClamp={2} title={picks.map(({ title }) => title).join('\n')}>
        {words.madeIn(language)}
        {picks.length > 0 &&
          ` · ${words.chosen(picks.length, format.count(picks.length))}: ${picks.map(({ title, reason }) => `${title} (${reason})`).join('; ')}`}
      </Text>
      {interpreted.map(({ part, why }) => (
        <Text key={part} size="xs" c="dimmed">
          {words.interpreted(part, why)}
        </Text>
      ))}
    </Stack>
  )
}
