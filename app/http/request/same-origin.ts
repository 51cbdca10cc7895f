import type { FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'

/** What a browser says of the page that caused a request: by `Sec-Fetch-Site`, older ones by `Origin` where something changes.
 *  Null: nothing, so it is no browser. */
function isOwnPage({ headers, protocol }: FastifyRequest, publicUrl: string | null): boolean | null {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (site !== undefined) return site === 'same-origin'
  if (origin === undefined) return null
  return origin === `${protocol}://${host}` || (publicUrl !== null && origin === new URL(publicUrl).origin)
}

/** Of who comes by cookie: refuse with E_FORBIDDEN what was not sent by a page of ours. What has a browser's cookie and is no
 *  browser is refused, too. */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string | null): void {
  if (isOwnPage(request, publicUrl) !== true)
    throw elsewhere(
      'Somebody signed in changes things from pages of this origin only: the browser must say `Sec-Fetch-Site: same-origin`, or an `Origin` that is ours. Programs use an API key.',
    )
}

/** Of who has no cookie yet: refuse with E_FORBIDDEN what a browser says was sent by a page of another origin, such as a form that
 *  signs somebody in as somebody else. Programs may. */
export function requireOwnPage(request: unknown, publicUrl: string | null): void {
  if (isOwnPage(request as FastifyRequest, publicUrl) === false)
    throw elsewhere('A page of another origin sent this.')
}

const elsewhere = (message: string): BroadsheetError => new BroadsheetError('E_FORBIDDEN', message)
