import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Refuses with E_AUTH a request without `Authorization: Bearer <token>`. Digests are compared: they are of one length, and how
 *  long it takes says nothing of the token. */
export function requireToken({ headers: { authorization = '' } }: FastifyRequest, token: string): void {
  const [, given] = (authorization.length <= 1024 && /^Bearer +(\S+)$/i.exec(authorization)) || []
  if (given !== undefined && timingSafeEqual(digestOf(given), digestOf(token))) return
  throw new BroadsheetError(
    'E_AUTH',
    'Send the token of the setting "metrics.token" as "Authorization: Bearer ...". In Prometheus: authorization.credentials_file.',
  )
}
