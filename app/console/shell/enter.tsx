import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { call } from '../api/client.ts'
import { useWords } from '../words/index.tsx'
import { Door } from './door.tsx'
import { SignIn } from './sign-in.tsx'

/** A link that signs in, as `broadsheet console` prints. */
export function Enter({ token }: { readonly token: string }): ReactNode {
  const words = useWords().shell.signIn
  const client = useQueryClient()
  const navigate = useNavigate()
  // A query and no mutation: however often this is put on the screen, the token is sent once.
  const { data: me, isError } = useQuery({
    queryKey: ['enter', token],
    queryFn: () => call('POST /access/enter', { body: { token } }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  useEffect(() => {
    if (me === undefined) return
    client.setQueryData(['GET /access/me'], me)
    void navigate({ to: '/', replace: true })
  }, [me, client, navigate])
  return isError ? <SignIn note={words.enterFailed} /> : <Door title={words.entering}>{null}</Door>
}
