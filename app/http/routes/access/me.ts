import { z } from 'zod'
import type { SessionId } from '../../../../engine/model/ids.ts'
import { roleScopes } from '../../../../engine/model/scope.ts'
import type { Session } from '../../../../engine/model/session.ts'
import type { User } from '../../../../engine/model/user.ts'
import { textSchema } from '../../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { callerSchema, sessionSchema, sessionView, userView } from '../../reply/access-views.ts'
import { idParams, notFound } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { callerOf } from '../../request/authorise.ts'
import { confirmPassword, letIn, originOf, signedIn } from './session.ts'
import { typedPassword } from './sign-in.ts'

const tag = 'Access'

export const callerView = (user: User, session: Session) => ({
  kind: 'user' as const,
  id: String(user.id),
  name: user.name,
  scopes: [...roleScopes[user.role]],
  user: userView(user),
  session: sessionView(session, session.id),
})

/** What everybody may see and change of their own. */
export function ownRoutes(app: Api, parts: Parts): void {
  const { access, auth, clock, engine } = parts
  const { store } = engine

  app.route({
    method: 'GET',
    url: '/access/me',
    config: { scope: 'any' },
    schema: {
      ...operation(tag, 'Say who asks', 'And what they may do.'),
      response: { 200: callerSchema, ...problems('read') },
    },
    handler: async (request) => {
      const { kind, id, name, scopes } = await callerOf(request, auth)
      if (kind !== 'user') return { kind, id, name, scopes: [...scopes], user: null, session: null }
      const { user, session } = await signedIn(request, parts)
      return callerView(user, session)
    },
  })

  app.route({
    method: 'PATCH',
    url: '/access/me',
    config: { scope: 'user' },
    schema: {
      ...operation(tag, 'Change the own name', 'What one is called; not the address one signs in with.'),
      body: z.strictObject({ fullName: textSchema.trim().max(200) }),
      response: { 200: callerSchema, ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT') },
    },
    handler: async (request) => {
      const { user, session } = await signedIn(request, parts)
      const { fullName } = request.body
      return callerView(await access.people.change(user.id, (present) => ({ ...present, fullName })), session)
    },
  })

  app.route({
    method: 'POST',
    url: '/access/password',
    config: { scope: 'user', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Change the own password',
        'Every other session ends, and this one goes on under a new cookie.',
      ),
      body: z.strictObject({
        password: typedPassword.describe('The present one.'),
        newPassword: typedPassword.describe('12 to 256 characters, none that many people use.'),
      }),
      response: {
        200: callerSchema,
        ...problems('write', 'E_SIGN_IN', 'E_PASSWORD', 'E_NOT_FOUND', 'E_CONFLICT'),
      },
    },
    handler: async (request, reply) => {
      const signed = await signedIn(request, parts)
      await confirmPassword(signed, request.body.password, { request, reply, parts })
      const user = await access.people.setPassword(signed.user.id, request.body.newPassword)
      const opened = await access.sessions.open(user, originOf(request))
      await access.sessions.endAllOf(user.id, opened.session.id)
      letIn(reply, request, parts, opened)
      return callerView(user, opened.session)
    },
  })

  app.route({
    method: 'GET',
    url: '/access/sessions',
    config: { scope: 'user' },
    schema: {
      ...operation(tag, 'List the own sessions', 'Newest first.'),
      response: { 200: z.object({ data: z.array(sessionSchema) }), ...problems('read') },
    },
    handler: async (request) => {
      const { user, session } = await signedIn(request, parts)
      const rows = await store.sessions.ofUser(user.id, clock.now())
      return { data: rows.map((row) => sessionView(row, session.id)) }
    },
  })

  app.route({
    method: 'DELETE',
    url: '/access/sessions',
    config: { scope: 'user' },
    schema: {
      ...operation(tag, 'End the other own sessions', 'All but the one that asks.'),
      response: { 200: z.object({ ended: z.int() }), ...problems('write') },
    },
    handler: async (request) => {
      const { user, session } = await signedIn(request, parts)
      return { ended: await access.sessions.endAllOf(user.id, session.id) }
    },
  })

  app.route({
    method: 'DELETE',
    url: '/access/sessions/:id',
    config: { scope: 'user' },
    schema: {
      ...operation(tag, 'End one of the own sessions', 'Here at once, at other daemons within five seconds.'),
      params: idParams,
      response: { 204: z.undefined().describe('Ended.'), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const { user } = await signedIn(request, parts)
      const id = request.params.id as SessionId
      const own = (await store.sessions.ofUser(user.id, clock.now())).some((session) => session.id === id)
      if (!own || !(await access.sessions.end(id))) throw notFound('session', request.params.id)
      return reply.code(204).send()
    },
  })
}
