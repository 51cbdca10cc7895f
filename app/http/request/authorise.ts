import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Scope } from '../../../engine/model/scope.ts'
import type { Auth, Caller } from './auth.ts'

/** Who may use a route: callers with a scope, any caller, or everybody. */
export type RouteScope = Scope | 'any' | 'public'

/** Hold every route to its `config.scope`. Call it before the routes are made: one that says not who may use it is
 *  refused there and then. Without a caller E_AUTH, without the scope E_FORBIDDEN, before anything else is looked at. */
export function useAuthorisation(app: FastifyInstance, auth: Auth): void {
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
        if (scope !== 'any') permit(caller, scope)
      },
    ]
  })
}

/** Rejects with E_FORBIDDEN. */
export function permit(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return
  const whose = caller.kind === 'user' ? `${caller.name} has` : `The key "${caller.name}" has`
  throw new BroadsheetError(
    'E_FORBIDDEN',
    `This takes the scope "${scope}". ${whose} ${told(caller.scopes)}.`,
  )
}

const told = (scopes: ReadonlySet<Scope>): string => (scopes.size === 0 ? 'none' : [...scopes].join(', '))
