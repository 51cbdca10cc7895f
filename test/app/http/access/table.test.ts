import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpLimitsSchema } from '../../../../app/config/http.ts'
import type { RouteScope } from '../../../../app/http/request/authorise.ts'
import { type Role, roleScopes, roles, type Scope, scopes } from '../../../../engine/model/scope.ts'
import type { User } from '../../../../engine/model/user.ts'
import { type Served, serve, token } from '../serve.ts'
import { type Headers, keyOf, sessionOf, userOf } from './callers.ts'

interface Operation {
  readonly 'x-broadsheet-scope': RouteScope
}
type Route = {
  readonly method: string
  readonly path: string
  readonly scope: Operation['x-broadsheet-scope']
}

/** A kind of caller: how it shows itself, what it may do (null: nobody knows it), and whether it is a person. */
interface Kind {
  readonly name: string
  readonly headers: () => Promise<Headers>
  readonly may: ReadonlySet<Scope> | null
  readonly isUser: boolean
}

let served: Served
let routes: Route[]
const users = new Map<Role, User>()
const keys = new Map<string, Headers>()

beforeAll(async () => {
  const plenty = { perSecond: 1e6, burst: 1e6 }
  const limits = httpLimitsSchema.parse({ perAddress: plenty, public: plenty, signIn: plenty })
  served = await serve({ config: { limits } })
  const { paths } = (
    await served.ask<{ paths: Record<string, Record<string, Operation>> }>('GET', '/openapi.json')
  ).json
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      scope: operation['x-broadsheet-scope'],
    })),
  )
  const { store } = served
  keys.set('expired', (await keyOf(store, 'expired', { expiresAt: 1 })).headers)
  for (const scope of scopes)
    keys.set(scope, (await keyOf(store, scope.replace(':', '-'), { scopes: [scope] })).headers)
  for (const role of roles) users.set(role, await userOf(store, role))
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})

const fixed = (headers: Headers) => async () => headers
const local = 'a command on this machine'
const kinds: readonly Kind[] = [
  { name: 'nobody', headers: fixed({}), may: null, isUser: false },
  { name: 'a wrong key', headers: fixed({ authorization: 'Bearer bs_wrong' }), may: null, isUser: false },
  { name: 'an expired key', headers: async () => keys.get('expired')!, may: null, isUser: false },
  {
    name: 'a wrong cookie',
    headers: fixed({ cookie: `broadsheet=bss_${'A'.repeat(43)}` }),
    may: null,
    isUser: false,
  },
  ...scopes.map(
    (scope): Kind => ({
      name: `a key with ${scope}`,
      headers: async () => keys.get(scope)!,
      may: new Set([scope]),
      isUser: false,
    }),
  ),
  ...roles.map(
    (role): Kind => ({
      name: `a signed-in ${role}`,
      // One each time: some routes end it.
      headers: async () => {
        const { authorization: _none, ...cookie } = await sessionOf(served.store, users.get(role)!)
        return cookie
      },
      may: new Set(roleScopes[role]),
      isUser: true,
    }),
  ),
  {
    name: local,
    headers: fixed({ authorization: `Bearer ${token}` }),
    may: new Set(scopes),
    isUser: false,
  },
]

const eitherOf = (scope: RouteScope) => scope.split(' or ') as Scope[]

/** What the table says: 401, 403, or that the route itself answers. */
function decided({ path, scope }: Route, { name, may, isUser }: Kind): 401 | 403 | 'open' {
  if (scope === 'public') return 'open'
  if (may === null) return 401
  if (scope === 'any') return 'open'
  if (scope === 'user') return isUser ? 'open' : 403
  if (scope === 'local') return name === local ? 'open' : 403
  // An owner may do everything, and nobody gives away what they do not have.
  if (path === '/api/v1/users/first') return scopes.every((each) => may.has(each)) ? 'open' : 403
  return eitherOf(scope).some((each) => may.has(each)) ? 'open' : 403
}

async function answer({ method, path }: Route, kind: Kind): Promise<{ status: number; text: string }> {
  const { statusCode, headers, body } = await request(served.url + path.replace(/\{[^}]+\}/g, '999999'), {
    method: method as 'GET',
    headers: { ...(await kind.headers()), ...(method !== 'GET' && { 'content-type': 'application/json' }) },
  })
  if (headers['content-type']?.includes('event-stream') === true) {
    body.destroy()
    return { status: statusCode, text: '' }
  }
  return { status: statusCode, text: await body.text() }
}

test('the table has every route and no scope that nothing takes', () => {
  expect(routes.length).toBeGreaterThan(120)
  const used = new Set(routes.flatMap(({ scope }) => eitherOf(scope)))
  expect(scopes.filter((scope) => !used.has(scope))).toEqual([])
})

test.each(kinds)('$name gets what the table says, of every route', async (kind) => {
  const wrong: string[] = []
  for (const route of routes) {
    const expected = decided(route, kind)
    const { status, text } = await answer(route, kind)
    const got = status === 401 || status === 403 ? status : 'open'
    // Signing in and hooks have proofs of their own.
    const ownProof =
      route.scope === 'public' && (text.includes('E_SIGN_IN') || route.path.startsWith('/hooks/'))
    if (got !== expected && !ownProof) wrong.push(`${route.method} ${route.path}: ${status}, not ${expected}`)
    if (
      status === 403 &&
      scopes.includes(eitherOf(route.scope)[0]!) &&
      !eitherOf(route.scope).some((scope) => kind.may?.has(scope)) &&
      !eitherOf(route.scope).every((scope) => text.includes(`\\"${scope}\\"`))
    )
      wrong.push(`${route.method} ${route.path}: does not name ${route.scope}: ${text}`)
  }
  expect(wrong).toEqual([])
})
