import { Button, Group, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { useWords } from '../../words/index.tsx'
import { Invitation } from './invitation.tsx'
import { type Role, RoleField } from './role-field.tsx'

export function Invite({ onDone }: { readonly onDone: () => void }): ReactNode {
  const { settings, shell } = useWords()
  const words = settings.users
  const [name, setName] = useState('')
  const [fullName, setFullName] = useState('')
  const [role, setRole] = useState<Role>('editor')
  const invite = useWrite('POST /users', 'GET /users')
  if (invite.data !== undefined)
    return (
      <Stack gap="md">
        <Invitation invitation={invite.data.invitation} name={invite.data.user.name} />
        <Group justify="flex-end">
          <Button onClick={onDone}>{words.done}</Button>
        </Group>
      </Stack>
    )
  return (
    <Form
      error={invite.error}
      onSubmit={() => invite.mutate({ body: { name: name.trim(), fullName: fullName.trim(), role } })}
    >
      <Stack gap="md">
        <TextInput
          label={words.address}
          description={words.addressHint}
          type="email"
          required
          data-autofocus
          value={name}
          error={issueAt(invite.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={words.fullName}
          value={fullName}
          error={issueAt(invite.error, 'fullName')}
          onChange={(event) => setFullName(event.currentTarget.value)}
        />
        <RoleField value={role} onChange={setRole} />
        {invite.isError && <FailedNote error={invite.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {shell.actions.cancel}
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {words.invite}
          </Button>
        </Group>
      </Stack>
    </Form>
  )
}
