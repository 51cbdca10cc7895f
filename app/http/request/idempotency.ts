import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../engine/clock.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Log } from '../../../engine/log.ts'
import type { ReplyStore } from '../../../engine/ports/replies.ts'
import { callerKey } from '../../access/caller.ts'
import type { Auth } from './auth.ts'

const keepMs = 24 * 3_600_000
/** A claim whose request died with its daemon: then the key may be used again. */
const claimMs = 2 * 60_000
const header = 'idempotency-key'

export interface Idempotency {
  /** Tell the body of a request, before its handler runs. */
  readonly onBody: (request: FastifyRequest, body: Buffer) => void
}

/** `Idempotency-Key` on POST, PUT and PATCH: the answer of a request that succeeded is kept for 24 hours and given
 *  again to the same request with the same key. A refused request changed nothing, so its key stays free.
 *  Routes with `config.idempotent: false` ignore the key: those whose body is a stream, and those whose answer
 *  holds a secret that must not be stored. */
export function useIdempotency(
  app: FastifyInstance,
  options: { readonly replies: ReplyStore; readonly auth: Auth; readonly clock: Clock; readonly log: Log },
): Idempotency {
  const { replies, auth, clock, log } = options
  const bodies = new WeakMap<FastifyRequest, string>()
  const claims = new WeakMap<FastifyRequest, string>()

  app.addHook('preHandler', async (request, reply) => {
    const given = request.headers[header]
    if (given === undefined || !applies(request)) return
    const key = Array.isArray(given) ? given.join(',') : given
    if (!/^[\x21-\x7e]{1,255}$/.test(key))
      throw new BroadsheetError(
        'E_INPUT',
        'header.idempotency-key must be 1 to 255 visible ASCII characters.',
        {
          issues: [{ path: 'header.idempotency-key', message: 'must be 1 to 255 visible ASCII characters' }],
        },
      )
    const caller = await auth.require(request)
    const now = clock.now()
    const claimed = `${callerKey(caller)}:${key}`
    const claim = await replies.claim({
      key: claimed,
      fingerprint: fingerprintOf(request, bodies.get(request) ?? ''),
      now,
      expiresAt: now + claimMs,
    })
    switch (claim.status) {
      case 'new':
        claims.set(request, claimed)
        return
      case 'done':
        reply.code(claim.reply.status).header('idempotency-replayed', 'true')
        if (claim.reply.body !== '') reply.type('application/json; charset=utf-8')
        return sendText(reply, claim.reply.body)
      case 'busy':
        reply.header('retry-after', 1)
        throw new BroadsheetError(
          'E_IDEMPOTENCY',
          'A request with this Idempotency-Key is being worked. Ask again in a moment to get its answer.',
        )
      case 'other':
        throw new BroadsheetError(
          'E_IDEMPOTENCY',
          'This Idempotency-Key was used for another request (another method, path or body). Use a new one.',
        )
    }
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const claimed = claims.get(request)
    if (claimed === undefined) return payload
    claims.delete(request)
    const body = payload === null || payload === undefined ? '' : typeof payload === 'string' ? payload : null
    try {
      if (reply.statusCode < 300 && body !== null)
        await replies.save(claimed, { status: reply.statusCode, body }, clock.now() + keepMs)
      else await replies.drop(claimed)
    } catch (error) {
      // The work is done and its answer is known: giving it is worth more than keeping it.
      log.warn({ requestId: request.id, error: String(error) }, 'http.reply_not_kept')
    }
    return payload
  })

  return {
    onBody(request, body) {
      if (request.headers[header] !== undefined)
        bodies.set(request, createHash('sha256').update(body).digest('base64url'))
    },
  }
}

const applies = (request: FastifyRequest): boolean =>
  (request.method === 'POST' || request.method === 'PUT' || request.method === 'PATCH') &&
  request.routeOptions.config.idempotent === true

const fingerprintOf = (request: FastifyRequest, bodyHash: string): string =>
  createHash('sha256').update(`${request.method}\n${request.url}\n${bodyHash}`).digest('base64url')

/** A body that is serialised already. */
const sendText = (reply: FastifyReply, body: string): FastifyReply =>
  reply.send(body === '' ? undefined : body)
