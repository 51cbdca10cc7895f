import type { FastifyReply, FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Opened, Origin, SignedIn } from '../../../access/sessions.ts'
import type { Parts } from '../../api.ts'
import { sessionCookie } from '../../request/cookie.ts'

/** Handlers of typed routes hand their request and reply on as `unknown`: their types are of one route each. */
const asRequest = (request: unknown) => request as FastifyRequest
const asReply = (reply: unknown) => reply as FastifyReply

export const originOf = (given: unknown): Origin => {
  const { ip, headers } = asRequest(given)
  return { address: ip.slice(0, 45), userAgent: headers['user-agent']?.slice(0, 400) ?? null }
}

const isSecure = (request: unknown, { publicUrl }: Pick<Parts, 'publicUrl'>): boolean =>
  publicUrl?.startsWith('https:') === true || asRequest(request).protocol === 'https'

/** Give the browser the secret of a session. */
export function letIn(
  reply: unknown,
  request: unknown,
  parts: Pick<Parts, 'publicUrl' | 'access'>,
  opened: Opened,
): void {
  const { longestMs } = parts.access.config
  asReply(reply).header(
    'set-cookie',
    sessionCookie(opened.secret, { secure: isSecure(request, parts), maxAgeMs: longestMs }),
  )
}

export function signOutCookie(reply: unknown, request: unknown, parts: Pick<Parts, 'publicUrl'>): void {
  asReply(reply).header('set-cookie', sessionCookie(null, { secure: isSecure(request, parts), maxAgeMs: 0 }))
}

/** Who is signed in, in a handler of a route for them. */
export async function signedIn(request: unknown, { auth }: Pick<Parts, 'auth'>): Promise<SignedIn> {
  const signed = await auth.signedIn(asRequest(request))
  if (signed === null) throw new BroadsheetError('E_AUTH', 'You are not signed in any more. Sign in again.')
  return signed
}

/** The password once more, for what a stolen cookie must not be enough for. Rejects with E_SIGN_IN and E_LIMIT. */
export async function confirmPassword(
  signed: SignedIn,
  password: string,
  { request, reply, parts }: { readonly request: unknown; readonly reply: unknown; readonly parts: Parts },
): Promise<void> {
  const answer = await parts.access.signIn.confirm(signed.user, password, originOf(request))
  if (answer === true) return
  if (answer === false) throw new BroadsheetError('E_SIGN_IN', 'The password is not right.')
  throw tooOften(reply, answer.wait)
}

export function tooOften(reply: unknown, seconds: number): BroadsheetError {
  asReply(reply).header('retry-after', seconds)
  return new BroadsheetError('E_LIMIT', `It was wrong too often. Try again in ${seconds} seconds.`)
}
