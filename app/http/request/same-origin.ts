import type { FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'

/** Refuse with E_FORBIDDEN what a page of another origin caused a browser to send. Browsers say it by `Sec-Fetch-Site`, older
 *  ones by `Origin`; what says neither is no browser, and has no cookie of one. */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string | null): void {
  const { origin, host, 'sec-fetch-site': site } = request.headers
  const ours = [`${request.protocol}://${host}`, publicUrl === null ? null : new URL(publicUrl).origin]
  if (site === 'same-origin' || (site === undefined && origin !== undefined && ours.includes(origin))) return
  throw new BroadsheetError(
    'E_FORBIDDEN',
    'A signed-in user changes things from pages of this origin only: the browser must say `Sec-Fetch-Site: same-origin`, or an `Origin` that is ours. Programs use an API key.',
  )
}
