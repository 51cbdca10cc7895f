import { Alert, Button, Card, Code, Group, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { type Answer, call, type Given, type Refusal } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import { CopyTextButton } from '../../parts/copy.tsx'
import { Failed, FailedNote } from '../../parts/failed.tsx'
import { Form } from '../../parts/form.tsx'
import { Page } from '../../parts/page.tsx'
import { useCan, useMe } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { Fields } from './field.tsx'
import { isObject, type Path, type Schema, type Settings, withValue } from './schema.ts'
import style from './set-up.module.css'
import { yamlOf } from './yaml.ts'

const route = getRouteApi('/channels/set-up')
type Tried = Answer<'POST /channels/try'>

/** A channel that is not there yet: its settings, whether they work, and what goes into the settings file. Nothing of it is kept. */
export function SetUp(): ReactNode {
  const words = useWords().channels
  const { type } = route.useSearch()
  const navigate = route.useNavigate()
  const kinds = useQuery({ ...read('GET /channels/kinds'), staleTime: Number.POSITIVE_INFINITY })
  const kind = kinds.data?.data.find((each) => each.type === type) ?? kinds.data?.data[0]
  return (
    <Page
      title={words.setUp.title}
      about={words.setUp.about}
      crumbs={[{ label: words.title, to: '/channels' }]}
    >
      {kinds.isError && <Failed error={kinds.error} retry={() => void kinds.refetch()} />}
      {kinds.isPending && <Skeleton h={320} />}
      {kind !== undefined && (
        <KindForm
          key={kind.type}
          type={kind.type}
          schema={kind.schema as Schema}
          tryable={kind.tryable}
          types={kinds.data!.data.map((each) => each.type)}
          onType={(next) => void navigate({ search: { type: next }, replace: true })}
        />
      )}
    </Page>
  )
}

function KindForm({
  type,
  schema,
  tryable,
  types,
  onType,
}: {
  readonly type: string
  readonly schema: Schema
  readonly tryable: boolean
  readonly types: readonly string[]
  readonly onType: (type: string) => void
}): ReactNode {
  const words = useWords().channels.setUp
  const can = useCan()
  const me = useMe()
  const [name, setName] = useState(type)
  const [settings, setSettings] = useState<Settings>({})
  const attempt = useMutation<Tried, Refusal, Given<'POST /channels/try'>['body']>({
    mutationFn: (body) => call('POST /channels/try', { body }),
  })
  const issueAt = (path: Path): string | undefined =>
    attempt.error?.issues.find((issue) => issue.path === ['settings', ...path].join('.'))?.message
  const onChange = (path: Path, value: unknown): void => {
    const next = withValue(settings, path, value)
    setSettings(isObject(next) ? next : {})
  }
  const tryNow = (test: { readonly room?: string | null } | null): void =>
    attempt.mutate({ type, settings: { ...settings }, test })
  const yaml = yamlOf(name.trim() === '' ? type : name.trim(), type, settings)
  const isNote = (attempt.data?.rooms.length ?? 0) > 0
  return (
    <Form onSubmit={() => tryNow(null)} error={attempt.error}>
      <div className={style.columns}>
        <Card>
          <Stack gap="sm">
            <Group grow align="flex-start">
              <Select
                label={words.kind}
                data={[...types]}
                value={type}
                allowDeselect={false}
                onChange={(next) => next !== null && onType(next)}
              />
              <TextInput
                label={words.name}
                description={words.nameHint}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={name}
                onChange={({ currentTarget }) => setName(currentTarget.value)}
              />
            </Group>
            <Fields schema={schema} path={[]} value={settings} onChange={onChange} issueAt={issueAt} />
          </Stack>
        </Card>
        <div className={style.beside}>
          <Card component="section" aria-label={words.yaml}>
            <Stack gap="xs">
              <Group justify="space-between">
                <Text fw={600} size="sm">
                  {words.yaml}
                </Text>
                <CopyTextButton value={yaml} label={words.copy} />
              </Group>
              <Code block data-yaml>
                {yaml}
              </Code>
              {yaml.includes('#') && (
                <Text size="xs" c="dimmed">
                  {words.yamlHint}
                </Text>
              )}
            </Stack>
          </Card>
          <Card component="section" aria-label={words.try}>
            <Stack gap="xs">
              {!tryable || !can('system:write') ? (
                <Text size="sm" c="dimmed">
                  {tryable ? words.mayNot : words.untryable}
                </Text>
              ) : (
                <>
                  <Group gap="xs">
                    <Button type="submit" loading={attempt.isPending}>
                      {words.try}
                    </Button>
                    {(me.user !== null || isNote) && (
                      <Button
                        variant="default"
                        onClick={() => tryNow({ room: null })}
                        disabled={attempt.isPending}
                      >
                        {words.test(me.user?.name ?? '')}
                      </Button>
                    )}
                  </Group>
                  <Text size="xs" c="dimmed">
                    {words.tryHint}
                  </Text>
                </>
              )}
              <div aria-live="polite">
                {attempt.isError && <FailedNote error={attempt.error} />}
                {attempt.data !== undefined && <Outcome tried={attempt.data} />}
              </div>
            </Stack>
          </Card>
        </div>
      </div>
    </Form>
  )
}

function Outcome({ tried: { ok, detail, sent } }: { readonly tried: Tried }): ReactNode {
  const words = useWords().channels
  const line = (good: boolean, text: string): ReactNode => (
    <Alert
      variant="outline"
      color={good ? 'teal' : 'red'}
      icon={good ? <IconCheck size={16} /> : <IconX size={16} />}
      mt="xs"
      p="xs"
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {text}
      </Text>
    </Alert>
  )
  return (
    <>
      {line(ok, `${ok ? words.reached : words.notReached} ${detail}`)}
      {sent !== null &&
        line(sent.ok, `${sent.ok ? words.setUp.sent(sent.to) : words.setUp.notSent(sent.to)} ${sent.detail}`)}
    </>
  )
}
