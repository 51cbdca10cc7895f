import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'

export function Password(): ReactNode {
  const { shell, settings } = useWords()
  const words = settings.account
  const client = useQueryClient()
  const [password, setPassword] = useState('')
  const [newPassword, setNew] = useState('')
  const change = useWrite('POST /access/password', 'GET /access/sessions')
  return (
    <Form
      error={change.error}
      onSubmit={() =>
        change.mutate(
          { body: { password, newPassword } },
          {
            onSuccess: (me) => {
              client.setQueryData(['GET /access/me'], me)
              setPassword('')
              setNew('')
              notifyDone(words.passwordChanged)
            },
          },
        )
      }
    >
      <Stack gap="sm" maw={360}>
        <PasswordInput
          label={words.presentPassword}
          autoComplete="current-password"
          required
          value={password}
          error={issueAt(change.error, 'password')}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <PasswordInput
          label={words.newPassword}
          description={shell.accept.passwordHint}
          autoComplete="new-password"
          required
          value={newPassword}
          error={issueAt(change.error, 'newPassword')}
          onChange={(event) => setNew(event.currentTarget.value)}
        />
        {change.isError && <FailedNote error={change.error} />}
        <Group>
          <Button type="submit" variant="default" loading={change.isPending}>
            {words.changePassword}
          </Button>
        </Group>
      </Stack>
    </Form>
  )
}
