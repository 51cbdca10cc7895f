import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { call, Refusal } from '../api/client.ts'
import { FailedNote } from '../parts/failed.tsx'
import { useWords } from '../words/index.tsx'
import { Door } from './door.tsx'

/** `over`: they were signed in a moment ago. */
export function SignIn({
  over = false,
  note,
}: {
  readonly over?: boolean
  readonly note?: string
}): ReactNode {
  const words = useWords().shell.signIn
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string | null>(null)
  const enter = useMutation({
    mutationFn: () =>
      call('POST /access/login', { body: { name, password, ...(code !== null && code !== '' && { code }) } }),
    onSuccess: (me) => client.setQueryData(['GET /access/me'], me),
    onError: (error) => {
      if (error instanceof Refusal && error.code === 'E_SECOND_FACTOR') setCode('')
    },
  })
  const asksCode = enter.error instanceof Refusal && enter.error.code === 'E_SECOND_FACTOR'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    enter.mutate()
  }
  return (
    <Door title={words.title}>
      {over && <Alert color="ink">{words.over}</Alert>}
      {note !== undefined && <Alert color="orange">{note}</Alert>}
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={words.name}
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label={words.password}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {code !== null && (
            <TextInput
              label={words.code}
              description={words.codeHint}
              autoComplete="one-time-code"
              inputMode="numeric"
              required
              withAsterisk={false}
              autoFocus
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          )}
          {enter.isError && !asksCode && <FailedNote error={enter.error} />}
          <Button type="submit" size="sm" loading={enter.isPending}>
            {words.submit}
          </Button>
        </Stack>
      </form>
      <Text size="xs" c="dimmed">
        {words.first}
      </Text>
    </Door>
  )
}
