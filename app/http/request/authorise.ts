import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Scope } from '../../../engine/model/scope.ts'
import type { Caller } from '../../access/caller.ts'
import type { Auth } from './auth.ts'
import { requireSameOrigin } from './same-origin.ts'

/** Who may use a route: callers with a scope or with one of two, somebody who is signed in, a command on the machine of the daemon,
 *  any caller, or everybody. */
export type RouteScope = Scope | `${Scope} or ${Scope}` | 'user' | 'local' | 'any' | 'public'

/** Hold every route to its `config.scope`. Call it before the routes are made: one that says not who may use it is
 *  refused there and then. Without a caller E_AUTH, without the scope E_FORBIDDEN, before anything else is looked at. */
export function useAuthorisation(app: FastifyInstance, auth: Auth, publicUrl: string | null): void {
  app.addHook('onRoute', (route) => {
    const scope = route.config?.scope
    if (scope === undefined)
      throw new Error(
        `${[route.method].flat().join(', ')} ${route.url} says not who may use it: config.scope.`,
      )
    if (scope === 'public') return
    const given = route.onRequest === undefined ? [] : [route.onRequest].flat()
    route.onRequest = [
      ...given,
      async (request: FastifyRequest) => {
        const caller = await auth.require(request)
        if (caller.kind === 'user' && !isSafe(request.method)) requireSameOrigin(request, publicUrl)
        if (scope === 'user') permitUser(caller)
        else if (scope === 'local') permitLocal(caller)
        else if (scope !== 'any') permit(caller, scope)
      },
    ]
  })
}

/** Rejects with E_FORBIDDEN. */
export function permit(caller: Caller, scope: Scope | `${Scope} or ${Scope}`): void {
  const either = scope.split(' or ') as Scope[]
  if (either.some((each) => caller.scopes.has(each))) return
  const whose = caller.kind === 'user' ? caller.name : `The key "${caller.name}"`
  throw new BroadsheetError(
    'E_FORBIDDEN',
    `This takes the scope ${either.map((each) => `"${each}"`).join(' or ')}. ${whose} has ${[...caller.scopes].join(', ')}.`,
  )
}

/** Who asks, in a handler: the route let them in. */
export const callerOf = (request: unknown, auth: Auth): Promise<Caller> =>
  auth.require(request as FastifyRequest)

/** Nobody gives away what they do not have. Rejects with E_FORBIDDEN. */
export function permitAll(caller: Caller, given: Iterable<Scope>): void {
  for (const scope of given) permit(caller, scope)
}

function permitUser({ kind }: Caller): void {
  if (kind !== 'user')
    throw new BroadsheetError(
      'E_FORBIDDEN',
      'This is for somebody who signed in; keys have no password and no sessions.',
    )
}

function permitLocal({ kind }: Caller): void {
  if (kind !== 'local')
    throw new BroadsheetError('E_FORBIDDEN', 'This is for commands on the machine of the daemon only.')
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'
