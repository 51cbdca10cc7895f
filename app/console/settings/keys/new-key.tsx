import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { type Scope, useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { Once } from '../once.tsx'
import { scopes } from '../scopes.tsx'

const dayMs = 86_400_000
const lives = ['30', '90', '365', 'never'] as const

export function NewKey({ onDone }: { readonly onDone: () => void }): ReactNode {
  const { settings, shell } = useWords()
  const words = settings.keys
  const can = useCan()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<readonly Scope[]>([])
  const [tried, setTried] = useState(false)
  const [life, setLife] = useState<(typeof lives)[number]>('90')
  const make = useWrite('POST /keys', 'GET /keys')
  if (make.data !== undefined)
    return (
      <Stack gap="md">
        <Once
          title={words.secretTitle(make.data.name)}
          about={words.secretAbout}
          value={make.data.secret}
          label={words.copySecret}
        />
        <Group justify="flex-end">
          <Button onClick={onDone}>{words.done}</Button>
        </Group>
      </Stack>
    )
  return (
    <Form
      error={make.error}
      onSubmit={() => {
        setTried(true)
        if (chosen.length === 0) return
        make.mutate({
          body: {
            name: name.trim(),
            scopes: chosen,
            expiresAt: life === 'never' ? null : Date.now() + Number(life) * dayMs,
          },
        })
      }}
    >
      <Stack gap="md">
        <TextInput
          label={words.name}
          description={words.nameHint}
          placeholder="website"
          required
          data-autofocus
          value={name}
          error={issueAt(make.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group
          label={words.scopes}
          description={words.scopesHint}
          error={tried && chosen.length === 0 ? words.needsScope : issueAt(make.error, 'scopes')}
          value={[...chosen]}
          onChange={(value) => setChosen(value as Scope[])}
        >
          <Stack gap={8} mt={8}>
            {scopes.filter(can).map((scope) => (
              <Checkbox
                key={scope}
                value={scope}
                size="xs"
                label={scope}
                description={words.means[scope]}
                styles={{
                  label: { fontFamily: 'var(--mono)' },
                  description: { fontSize: 'var(--mantine-font-size-xs)' },
                }}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label={words.ends}
          w={220}
          allowDeselect={false}
          value={life}
          data={lives.map((value) => ({ value, label: words.lives[value] }))}
          error={issueAt(make.error, 'expiresAt')}
          onChange={(value) => setLife((value ?? '90') as typeof life)}
        />
        {make.isError && <FailedNote error={make.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {shell.actions.cancel}
          </Button>
          <Button type="submit" loading={make.isPending}>
            {words.create}
          </Button>
        </Group>
      </Stack>
    </Form>
  )
}
