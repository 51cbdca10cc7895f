import { z } from 'zod'
import type { UserId } from '../../../../engine/model/ids.ts'
import { roleSchema, roleScopes } from '../../../../engine/model/scope.ts'
import { type User, userInputSchema } from '../../../../engine/model/user.ts'
import { textSchema } from '../../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import {
  invitationSchema,
  invitationView,
  sessionSchema,
  sessionView,
  userSchema,
  userView,
} from '../../reply/access-views.ts'
import { byIdOrName, notFound, pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { callerOf, permitAll } from '../../request/authorise.ts'
import { optionalBody } from '../../request/optional-body.ts'

const tag = 'Access'
const params = z.strictObject({
  idOrName: z.string().min(1).max(320).describe('An id, or the e-mail address they sign in with.'),
})
const invited = z.object({ user: userSchema, invitation: invitationSchema })

/** Who may sign in. Nobody makes, changes or lets in somebody who may do more than themselves. */
export function userRoutes(app: Api, parts: Parts): void {
  const { access, auth, clock, engine, publicUrl } = parts
  const { users, sessions } = engine.store
  const { people } = access

  const find = (idOrName: string): Promise<User> =>
    byIdOrName('user', idOrName.toLowerCase(), {
      get: (id) => users.get(id as UserId),
      byName: async (name) => (await users.byName([name]))[0] ?? null,
    })
  const mayHandle = async (request: unknown, ...of: readonly Pick<User, 'role'>[]): Promise<void> => {
    const caller = await callerOf(request, auth)
    for (const { role } of of) permitAll(caller, roleScopes[role])
  }

  app.route({
    method: 'GET',
    url: '/users',
    config: { scope: 'access:write' },
    schema: {
      ...operation(tag, 'List users'),
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(userSchema), ...problems('read') },
    },
    handler: async (request) => toPage(await users.page(request.query), userView),
  })

  app.route({
    method: 'POST',
    url: '/users',
    config: { scope: 'access:write', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Invite a user',
        'With a role that may do no more than the caller. Hand the link or the token on: with it they choose a password.',
      ),
      body: userInputSchema,
      response: { 201: invited, ...problems('write', 'E_EXISTS') },
    },
    handler: async (request, reply) => {
      await mayHandle(request, request.body)
      const { user, invitation } = await people.invite(request.body)
      return reply.code(201).send({ user: userView(user), invitation: invitationView(invitation, publicUrl) })
    },
  })

  app.route({
    method: 'POST',
    url: '/users/first',
    config: { scope: 'access:write', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Invite the first owner',
        'As `broadsheet init` does. The token that was made before is void. E_STATE once there is an owner.',
      ),
      response: { 200: invitationSchema, ...problems('write', 'E_STATE') },
    },
    handler: async (request) => {
      await mayHandle(request, { role: 'owner' })
      return invitationView(await people.inviteOwner(), publicUrl)
    },
  })

  app.route({
    method: 'POST',
    url: '/users/:idOrName/enter',
    config: { scope: 'local', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Let a user in by a link',
        'For commands on the machine of the daemon, which may do anything anyway: the token signs the user in once, within five minutes, without a password. Written down.',
      ),
      params,
      response: { 200: invitationSchema, ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id } = await find(request.params.idOrName)
      return invitationView(await people.signInToken(id), publicUrl, 'enter')
    },
  })

  app.route({
    method: 'GET',
    url: '/users/:idOrName',
    config: { scope: 'access:write' },
    schema: {
      ...operation(tag, 'Read a user'),
      params,
      response: { 200: userSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => userView(await find(request.params.idOrName)),
  })

  app.route({
    method: 'PATCH',
    url: '/users/:idOrName',
    config: { scope: 'access:write' },
    schema: {
      ...operation(
        tag,
        'Change a user',
        'Who gets another role or is disabled is signed out everywhere. The last owner who can sign in stays one.',
      ),
      params,
      body: z.strictObject({
        fullName: textSchema.max(200).optional(),
        role: roleSchema.optional(),
        disabled: z.boolean().optional().describe('They cannot sign in.'),
      }),
      response: { 200: userSchema, ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_STATE') },
    },
    handler: async (request) => {
      const { fullName, role, disabled } = request.body
      const before = await find(request.params.idOrName)
      await mayHandle(request, before, { role: role ?? before.role })
      const changed = await people.change(before.id, (user) => ({
        ...user,
        fullName: fullName ?? user.fullName,
        role: role ?? user.role,
        disabledAt:
          disabled === undefined ? user.disabledAt : disabled ? (user.disabledAt ?? clock.now()) : null,
      }))
      // More rights, too, are for a new sign-in only.
      if (changed.role !== before.role || changed.disabledAt !== null)
        await access.sessions.endAllOf(changed.id, null)
      return userView(changed)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/users/:idOrName',
    config: { scope: 'access:write' },
    schema: {
      ...operation(tag, 'Remove a user', 'And their sessions. What they did stays in the audit log.'),
      params,
      response: { 204: z.undefined().describe('Removed.'), ...problems('write', 'E_NOT_FOUND', 'E_STATE') },
    },
    handler: async (request, reply) => {
      const user = await find(request.params.idOrName)
      await mayHandle(request, user)
      const removed = await users.remove(user.id)
      access.sessions.forget()
      if (!removed) throw notFound('user', request.params.idOrName)
      return reply.code(204).send()
    },
  })

  app.route({
    method: 'POST',
    url: '/users/:idOrName/reset',
    config: { scope: 'access:write', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Let a user choose a new password',
        'For who lost an invitation or a password. The present password is void, they are signed out, and the token goes to them. With ' +
          '`secondFactor` that is void, too.',
      ),
      params,
      body: optionalBody({ secondFactor: z.boolean().default(false) }),
      response: { 200: invited, ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const before = await find(request.params.idOrName)
      await mayHandle(request, before)
      const { user, invitation } = await people.reset(before.id, {
        secondFactor: request.body?.secondFactor ?? false,
      })
      return { user: userView(user), invitation: invitationView(invitation, publicUrl) }
    },
  })

  app.route({
    method: 'GET',
    url: '/users/:idOrName/sessions',
    config: { scope: 'access:write' },
    schema: {
      ...operation(tag, 'List the sessions of a user', 'Newest first.'),
      params,
      response: { 200: z.object({ data: z.array(sessionSchema) }), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id } = await find(request.params.idOrName)
      return { data: (await sessions.ofUser(id, clock.now())).map((session) => sessionView(session, null)) }
    },
  })

  app.route({
    method: 'DELETE',
    url: '/users/:idOrName/sessions',
    config: { scope: 'access:write' },
    schema: {
      ...operation(tag, 'Sign a user out everywhere'),
      params,
      response: { 200: z.object({ ended: z.int() }), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id } = await find(request.params.idOrName)
      return { ended: await access.sessions.endAllOf(id, null) }
    },
  })
}
