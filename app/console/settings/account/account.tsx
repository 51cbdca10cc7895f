import { Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconDeviceDesktop } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { Empty } from '../../parts/empty.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useMe } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { Section } from '../section.tsx'
import { SettingsPage } from '../settings-page.tsx'
import { Password } from './password.tsx'
import { SecondFactor } from './second-factor.tsx'
import { Sessions } from './sessions.tsx'

export function Account(): ReactNode {
  const { shell, settings } = useWords()
  const words = settings.account
  const { user } = useMe()
  return (
    <SettingsPage tab="account">
      {user === null ? (
        <Empty icon={IconDeviceDesktop} title={shell.local}>
          {words.local}
        </Empty>
      ) : (
        <div>
          <Section title={words.who} about={words.whoAbout}>
            <Stack gap="xs">
              <Group gap="xs">
                <Text size="sm" fw={550}>
                  {user.name}
                </Text>
                <Badge color="ink">{settings.roles[user.role].name}</Badge>
              </Group>
              <Text size="sm" c="dimmed">
                {settings.roles[user.role].may}
              </Text>
              <OwnName fullName={user.fullName} />
            </Stack>
          </Section>
          <Section title={words.password} about={words.passwordAbout}>
            <Password />
          </Section>
          <Section title={words.secondFactor} about={words.secondFactorAbout}>
            <SecondFactor user={user} />
          </Section>
          <Section title={words.sessions} about={words.sessionsAbout}>
            <Sessions />
          </Section>
        </div>
      )}
    </SettingsPage>
  )
}

function OwnName({ fullName }: { readonly fullName: string }): ReactNode {
  const { shell, settings } = useWords()
  const client = useQueryClient()
  const [name, setName] = useState(fullName)
  const save = useWrite('PATCH /access/me', 'GET /users')
  return (
    <Form
      error={save.error}
      onSubmit={() =>
        save.mutate(
          { body: { fullName: name } },
          {
            onSuccess: (me) => {
              client.setQueryData(['GET /access/me'], me)
              notifyDone(shell.actions.saved)
            },
          },
        )
      }
    >
      <Stack gap="xs">
        <Group align="flex-end" gap="xs">
          <TextInput
            label={settings.account.fullName}
            autoComplete="name"
            flex={1}
            maw={320}
            value={name}
            error={issueAt(save.error, 'fullName')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={save.isPending} disabled={name === fullName}>
            {shell.actions.save}
          </Button>
        </Group>
        {save.isError && <FailedNote error={save.error} />}
      </Stack>
    </Form>
  )
}
