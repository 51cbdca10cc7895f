import { Button, Group, Stack, Switch, Text, TextInput, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { markStale, read, useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { notifyDone, notifyFailed, useLater } from '../../parts/undo.tsx'
import { useMe } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Invitation } from './invitation.tsx'
import { RoleField } from './role-field.tsx'
import { type User, UserState } from './users.tsx'

/** One person who signs in here. */
export function UserDetail({
  user,
  onGone,
}: {
  readonly user: User
  readonly onGone: () => void
}): ReactNode {
  const { shell, settings } = useWords()
  const words = settings.users
  const me = useMe()
  const own = me.user?.id === user.id
  const [fullName, setFullName] = useState(user.fullName)
  const [role, setRole] = useState(user.role)
  const change = useWrite('PATCH /users/{idOrName}', 'GET /users', 'GET /users/{idOrName}/sessions')
  const remove = useRemove()
  const set = (body: { fullName?: string; role?: User['role']; disabled?: boolean }, says: string): void =>
    change.mutate({ path: { idOrName: user.id }, body }, { onSuccess: () => notifyDone(says) })
  return (
    <Stack gap="lg">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={2} size="h4">
            {user.fullName || user.name}
          </Title>
          <Text size="sm" c="dimmed">
            {user.name}
          </Text>
        </div>
        <UserState user={user} />
      </Group>
      <Form
        error={change.error}
        onSubmit={() =>
          set({ fullName: fullName.trim(), ...(role !== user.role && { role }) }, shell.actions.saved)
        }
      >
        <Stack gap="md">
          <TextInput
            label={words.fullName}
            value={fullName}
            error={issueAt(change.error, 'fullName')}
            onChange={(event) => setFullName(event.currentTarget.value)}
          />
          <RoleField value={role} onChange={setRole} disabled={own} />
          {role !== user.role && (
            <Text size="sm" c="dimmed">
              {words.roleEnds}
            </Text>
          )}
          {change.isError && <FailedNote error={change.error} />}
          <Group>
            <Button
              type="submit"
              loading={change.isPending}
              disabled={role === user.role && fullName === user.fullName}
            >
              {shell.actions.save}
            </Button>
          </Group>
        </Stack>
      </Form>
      {!own && (
        <>
          <Switch
            label={words.mayNot}
            description={words.mayNotHint}
            checked={user.disabledAt !== null}
            onChange={(event) => {
              const disabled = event.currentTarget.checked
              set({ disabled }, disabled ? words.nowDisabled : words.nowEnabled)
            }}
          />
          <Recovery user={user} />
          <SignOut user={user} />
          <Group>
            <Button
              variant="outline"
              color="red"
              onClick={() => {
                remove(user)
                onGone()
              }}
            >
              {words.remove}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  )
}

/** A new link, where they lost the password, the device, or the link. */
function Recovery({ user }: { readonly user: User }): ReactNode {
  const words = useWords().settings.users
  const [factorToo, setFactorToo] = useState(false)
  const [made, setMade] = useState<Answer<'POST /users'>['invitation'] | null>(null)
  const reset = useWrite('POST /users/{idOrName}/reset', 'GET /users')
  return (
    <Stack gap="xs">
      <Title order={3} size="h6">
        {words.recovery}
      </Title>
      <Text size="sm" c="dimmed">
        {words.recoveryAbout}
      </Text>
      {user.secondFactor && (
        <Switch
          size="xs"
          label={words.factorToo}
          checked={factorToo}
          onChange={(event) => setFactorToo(event.currentTarget.checked)}
        />
      )}
      {made !== null && <Invitation invitation={made} name={user.name} />}
      <Group>
        <Button
          variant="default"
          loading={reset.isPending}
          onClick={() =>
            reset.mutate(
              { path: { idOrName: user.id }, body: { secondFactor: factorToo } },
              { onSuccess: ({ invitation }) => setMade(invitation), onError: notifyFailed },
            )
          }
        >
          {words.newLink}
        </Button>
      </Group>
    </Stack>
  )
}

function SignOut({ user }: { readonly user: User }): ReactNode {
  const words = useWords().settings.users
  const format = useFormat()
  const sessions = useQuery(read('GET /users/{idOrName}/sessions', { path: { idOrName: user.id } }))
  const end = useWrite('DELETE /users/{idOrName}/sessions', 'GET /users/{idOrName}/sessions')
  const open = sessions.data?.data.length ?? 0
  return (
    <Stack gap="xs">
      <Title order={3} size="h6">
        {words.sessions}
      </Title>
      <Text size="sm" c="dimmed">
        {words.signedIn(open, format.count(open))}
      </Text>
      <Group>
        <Button
          variant="default"
          disabled={open === 0}
          loading={end.isPending}
          onClick={() =>
            end.mutate(
              { path: { idOrName: user.id } },
              { onSuccess: () => notifyDone(words.signedOut), onError: notifyFailed },
            )
          }
        >
          {words.signOut}
        </Button>
      </Group>
    </Stack>
  )
}

function useRemove(): (user: User) => void {
  const words = useWords().settings.users
  const later = useLater()
  const { hide, show } = useHidden()
  const client = useQueryClient()
  return ({ id, name, fullName }) =>
    later({
      says: words.removed(fullName || name),
      act: async () => {
        await call('DELETE /users/{idOrName}', { path: { idOrName: id } })
        await markStale(client, 'GET /users')
      },
      hide: () => hide(`users/${id}`),
      show: () => show(`users/${id}`),
    })
}
