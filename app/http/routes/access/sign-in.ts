import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BroadsheetError } from '../../../../engine/errors.ts'
import { type User, userNameSchema } from '../../../../engine/model/user.ts'
import { textSchema } from '../../../../engine/model/values.ts'
import type { SignInResult } from '../../../access/sign-in.ts'
import { type Api, openOperation, operation, type Parts } from '../../api.ts'
import { callerSchema, userSchema, userView } from '../../reply/access-views.ts'
import { problems } from '../../reply/problem.ts'
import { requireOwnPage } from '../../request/same-origin.ts'
import { callerView } from './me.ts'
import { letIn, originOf, signOutCookie, tooOften } from './session.ts'

const tag = 'Access'
// Longer than any that can be chosen: what was chosen is looked at whole.
export const typedPassword = z.string().min(1).max(1024)
export const typedCode = z.string().min(6).max(64).describe('Of the authenticator app, or a recovery code.')

/** What people do who are not signed in yet, and how they leave. Each asks for so little that everybody may: the proof is in
 *  the body. */
export function signInRoutes(app: Api, parts: Parts): void {
  const { access, auth, clock, publicUrl } = parts

  /** Written down before it is answered. Names that are nobody's are not: people type passwords there. */
  const write = (given: unknown, action: string, who: User | null, why: string | null): Promise<void> => {
    const request = given as FastifyRequest
    return access.audit.write({
      at: clock.now(),
      caller:
        why === null && who !== null
          ? { kind: 'user', id: String(who.id), name: who.name }
          : { kind: 'nobody', id: '', name: '' },
      action,
      subject: who === null ? null : `user/${who.id}`,
      outcome: why === null ? 'done' : 'refused',
      requestId: request.id,
      address: request.ip,
      detail: why === null ? {} : { why },
    })
  }
  const refused = async (request: unknown, result: Exclude<SignInResult, { status: 'in' | 'wait' }>) => {
    if (result.status === 'code-needed') {
      await write(request, 'access.login', result.who, 'code needed')
      return new BroadsheetError(
        'E_SECOND_FACTOR',
        'Send the code of your authenticator app, or a recovery code, as "code".',
      )
    }
    await write(request, 'access.login', result.who, result.why)
    return new BroadsheetError('E_SIGN_IN', 'The name, the password or the code is not right.')
  }

  app.route({
    method: 'POST',
    url: '/access/login',
    config: { scope: 'public', limit: 'signIn', idempotent: false },
    schema: {
      ...openOperation(
        tag,
        'Sign in',
        'Sets a cookie that stands for whoever signed in. Whoever has a second factor is asked for its code by E_SECOND_FACTOR: ' +
          'repeat the request with it. Unknown names, wrong passwords and disabled users are answered alike.',
      ),
      body: z.strictObject({ name: userNameSchema, password: typedPassword, code: typedCode.optional() }),
      response: {
        200: callerSchema,
        ...problems('write', 'E_SIGN_IN', 'E_SECOND_FACTOR', 'E_VAULT', 'E_CONFLICT'),
      },
    },
    handler: async (request, reply) => {
      requireOwnPage(request, publicUrl)
      const before = await auth.signedIn(request as unknown as FastifyRequest)
      const result = await access.signIn.signIn(request.body, originOf(request))
      if (result.status === 'wait') throw tooOften(reply, result.seconds)
      if (result.status !== 'in') throw await refused(request, result)
      const { user, opened } = result
      // Who signs in anew gets a new secret, and the old one is worth nothing.
      if (before !== null) await access.sessions.end(before.session.id)
      await write(request, 'access.login', user, null)
      letIn(reply, request, parts, opened)
      return callerView(user, opened.session)
    },
  })

  app.route({
    method: 'POST',
    url: '/access/accept',
    config: { scope: 'public', limit: 'signIn', idempotent: false },
    schema: {
      ...openOperation(
        tag,
        'Choose a password',
        'With a one-time token: of an invitation, of a reset, or of `broadsheet init` for the first owner, who says a `name`, too. ' +
          'Signs nobody in.',
      ),
      body: z.strictObject({
        token: z.string().min(1).max(200),
        password: typedPassword.describe('12 to 256 characters, none that many people use.'),
        name: userNameSchema.optional().describe('Of the first owner: the e-mail address to sign in with.'),
        fullName: textSchema.max(200).optional(),
      }),
      response: { 200: userSchema, ...problems('write', 'E_TOKEN', 'E_PASSWORD', 'E_STATE', 'E_EXISTS') },
    },
    handler: async (request) => {
      requireOwnPage(request, publicUrl)
      try {
        const user = await access.people.accept(request.body)
        await write(request, 'access.accept', user, null)
        return userView(user)
      } catch (error) {
        if (error instanceof BroadsheetError && error.code === 'E_TOKEN')
          await write(request, 'access.accept', null, 'token')
        throw error
      }
    },
  })

  app.route({
    method: 'POST',
    url: '/access/enter',
    config: { scope: 'public', limit: 'signIn', idempotent: false },
    schema: {
      ...openOperation(
        tag,
        'Sign in by a link',
        'With the one-time token of a link that `broadsheet console` prints, for whoever has the machine of the daemon. Sets the same cookie as a password does.',
      ),
      body: z.strictObject({ token: z.string().min(1).max(200) }),
      response: { 200: callerSchema, ...problems('write', 'E_TOKEN', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      requireOwnPage(request, publicUrl)
      const user = await access.people.enter(request.body.token).catch(async (error: unknown) => {
        if (error instanceof BroadsheetError && error.code === 'E_TOKEN')
          await write(request, 'access.enter', null, 'token')
        throw error
      })
      const before = await auth.signedIn(request as unknown as FastifyRequest)
      const opened = await access.sessions.open(user, originOf(request))
      if (before !== null) await access.sessions.end(before.session.id)
      await write(request, 'access.enter', user, null)
      letIn(reply, request, parts, opened)
      return callerView(user, opened.session)
    },
  })

  app.route({
    method: 'POST',
    url: '/access/logout',
    config: { scope: 'user', idempotent: false },
    schema: {
      ...operation(tag, 'Sign out', 'Ends the session of the cookie, and takes the cookie away.'),
      response: { 204: z.undefined().describe('Signed out.'), ...problems('write') },
    },
    handler: async (request, reply) => {
      const signed = await auth.signedIn(request as unknown as FastifyRequest)
      if (signed !== null) await access.sessions.end(signed.session.id)
      signOutCookie(reply as unknown as FastifyReply, request as unknown as FastifyRequest, parts)
      return reply.code(204).send()
    },
  })
}
