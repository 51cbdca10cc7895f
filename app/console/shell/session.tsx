import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import type { Answer } from '../api/client.ts'
import { Refusal } from '../api/client.ts'
import { read } from '../api/queries.ts'
import { Failed } from '../parts/failed.tsx'
import { SignIn } from './sign-in.tsx'

export type Me = Answer<'GET /access/me'>
export type Scope = Me['scopes'][number]

const MeContext = createContext<Me | null>(null)

/** What is within is for who is known; anybody else signs in first, and then is where they wanted to be. */
export function Session({ children }: { readonly children: ReactNode }): ReactNode {
  const me = useQuery({ ...read('GET /access/me'), staleTime: 60_000 })
  const out = me.error instanceof Refusal && me.error.status === 401
  if (out) return <SignIn over={me.data !== undefined} />
  if (me.data !== undefined) return <MeContext value={me.data}>{children}</MeContext>
  if (me.isError) return <Failed error={me.error} retry={() => void me.refetch()} />
  return null
}

export function useMe(): Me {
  const me = useContext(MeContext)
  if (me === null) throw new Error('There is no Session around this.')
  return me
}

/** Whether who asks may do it: what they may not is not offered. */
export function useCan(): (scope: Scope) => boolean {
  const { scopes } = useMe()
  return (scope) => scopes.includes(scope)
}
