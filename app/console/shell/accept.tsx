import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { call } from '../api/client.ts'
import { FailedNote } from '../parts/failed.tsx'
import { useWords } from '../words/index.tsx'
import { Door } from './door.tsx'
import { SignIn } from './sign-in.tsx'

/** For whoever has a one-time token: of an invitation, of a reset, or of `broadsheet init`. */
export function Accept({ token: given = '' }: { readonly token?: string | undefined }): ReactNode {
  const words = useWords().shell.accept
  const [token, setToken] = useState(given)
  const [name, setName] = useState('')
  const [fullName, setFullName] = useState('')
  const [password, setPassword] = useState('')
  const accept = useMutation({
    mutationFn: () =>
      call('POST /access/accept', {
        body: { token, password, ...(name !== '' && { name }), ...(fullName !== '' && { fullName }) },
      }),
  })
  if (accept.isSuccess) return <SignIn note={words.done} />
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    accept.mutate()
  }
  return (
    <Door title={words.title} about={words.about}>
      <form onSubmit={submit}>
        <Stack>
          {given === '' && (
            <TextInput
              label={words.token}
              required
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
          )}
          <TextInput
            label={words.name}
            description={words.nameHint}
            type="email"
            autoComplete="username"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={words.fullName}
            autoComplete="name"
            value={fullName}
            onChange={(event) => setFullName(event.currentTarget.value)}
          />
          <PasswordInput
            label={words.password}
            description={words.passwordHint}
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {accept.isError && <FailedNote error={accept.error} />}
          <Button type="submit" size="sm" loading={accept.isPending}>
            {words.submit}
          </Button>
        </Stack>
      </form>
    </Door>
  )
}
