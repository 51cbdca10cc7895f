import { z } from 'zod'
import { BroadsheetError } from '../../../../engine/errors.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { callerSchema } from '../../reply/access-views.ts'
import { problems } from '../../reply/problem.ts'
import { callerView } from './me.ts'
import { confirmPassword, letIn, originOf, signedIn } from './session.ts'
import { typedCode, typedPassword } from './sign-in.ts'

const tag = 'Access'
const passwordBody = z.strictObject({ password: typedPassword.describe('The present one.') })

/** The own second factor: codes of an authenticator app. */
export function secondFactorRoutes(app: Api, parts: Parts): void {
  const { access, engine } = parts

  app.route({
    method: 'POST',
    url: '/access/totp/begin',
    config: { scope: 'user', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Begin a second factor',
        'Show `uri` as a QR code. Nothing is asked for before the first code was confirmed.',
      ),
      body: passwordBody,
      response: {
        200: z.object({
          secret: z.string().describe('In base 32, to type where no QR code can be read.'),
          uri: z.string().describe('`otpauth://totp/...`, as authenticator apps read it.'),
        }),
        ...problems('write', 'E_SIGN_IN', 'E_STATE', 'E_VAULT', 'E_NOT_FOUND', 'E_CONFLICT'),
      },
    },
    handler: async (request, reply) => {
      const signed = await signedIn(request, parts)
      await confirmPassword(signed, request.body.password, { request, reply, parts })
      return access.secondFactor.begin(signed.user)
    },
  })

  app.route({
    method: 'POST',
    url: '/access/totp/confirm',
    config: { scope: 'user', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Confirm a second factor',
        'With the first code: from now on one is asked for at sign-in. The recovery codes are shown this once. Every other ' +
          'session ends, and this one goes on under a new cookie.',
      ),
      body: z.strictObject({ code: typedCode }),
      response: {
        200: callerSchema.extend({ recoveryCodes: z.array(z.string()) }),
        ...problems('write', 'E_SIGN_IN', 'E_STATE', 'E_VAULT', 'E_NOT_FOUND', 'E_CONFLICT'),
      },
    },
    handler: async (request, reply) => {
      const signed = await signedIn(request, parts)
      const recoveryCodes = await access.secondFactor.confirm(signed.user.id, request.body.code)
      if (recoveryCodes === null)
        throw new BroadsheetError('E_SIGN_IN', 'The code is not right. Is the clock of the device right?')
      const opened = await access.sessions.open(signed.user, originOf(request))
      await access.sessions.endAllOf(signed.user.id, opened.session.id)
      letIn(reply, request, parts, opened)
      const user = (await engine.store.users.get(signed.user.id)) ?? signed.user
      return { ...callerView(user, opened.session), recoveryCodes: [...recoveryCodes] }
    },
  })

  app.route({
    method: 'POST',
    url: '/access/totp/remove',
    config: { scope: 'user', idempotent: false },
    schema: {
      ...operation(tag, 'Remove the second factor', 'And the recovery codes.'),
      body: passwordBody,
      response: {
        204: z.undefined().describe('Removed.'),
        ...problems('write', 'E_SIGN_IN', 'E_NOT_FOUND', 'E_CONFLICT'),
      },
    },
    handler: async (request, reply) => {
      const signed = await signedIn(request, parts)
      await confirmPassword(signed, request.body.password, { request, reply, parts })
      await access.secondFactor.remove(signed.user.id)
      return reply.code(204).send()
    },
  })
}
