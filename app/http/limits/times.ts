import type { Server } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../../../engine/clock.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { HttpTimes } from '../../config/http.ts'

/** What Fastify's factory is told, so that headers arrive in time and connections on which nothing moves end. What it refuses
 *  comes to `clientErrorHandler`. */
export const timesOf = ({ headersMs, idleMs }: HttpTimes) => ({
  connectionTimeout: idleMs,
  http: {
    headersTimeout: headersMs,
    connectionsCheckingInterval: Math.max(10, Math.min(5000, Math.floor(headersMs / 4))),
  },
})

/** Answer reads in time, whatever the hooks after this one and the handler are at, but for routes with `config.takesLong`. What changes
 *  something is answered when it is done: who was told that it was given up would try again what is still under way, and an
 *  Idempotency-Key would be free for that. By our own timer: Fastify's `handlerTimeout` makes an AbortController and an error a
 *  request, a twelfth of what a report of an alert costs. */
export function limitAnswers(
  app: FastifyInstance,
  options: { readonly times: HttpTimes; readonly clock: Clock },
): void {
  const { times, clock } = options
  app.addHook('onRequest', (request, reply, done) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (isRead && request.routeOptions.config.takesLong !== true) {
      const cancel = clock.after(times.answerMs, () => {
        // What is being sent may take as long as something moves: see `idleMs`.
        if (reply.sent || reply.raw.headersSent) return
        reply.send(
          new BroadsheetError(
            'E_OVERLOAD',
            'The request took too long and was given up. Ask again in a few seconds.',
          ),
        )
      })
      reply.raw.once('close', cancel)
    }
    done()
  })
}

/** Hold bodies to their time: who sends a byte now and then keeps a connection, and no more (slowloris). Routes with
 *  `config.takesLong` may take any time, as long as something comes. */
export function useTimes(
  app: FastifyInstance,
  options: { readonly times: HttpTimes; readonly clock: Clock },
): void {
  const { times, clock } = options
  app.addHook('preParsing', async (request, _reply, payload) => {
    if (!hasBody(request)) return payload
    const cancel =
      request.routeOptions.config.takesLong === true
        ? watchStalls(request, times.stalledMs, clock)
        : clock.after(times.bodyMs, () => giveUp(request, 'The body did not arrive in time.'))
    request.raw.once('end', cancel).once('close', cancel)
    return payload
  })
}

/** Who holds how many connections is the server's business alone: the rest are closed unread. */
export function limitConnections(server: Server, max: number): void {
  server.maxConnections = max
}

const hasBody = ({ headers, raw }: FastifyRequest): boolean =>
  !raw.complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)

/** Whoever reads the body hears of it as of a broken connection, and answers; the connection ends with the answer. */
function giveUp({ raw }: FastifyRequest, why: string): void {
  if (!raw.readableEnded && !raw.destroyed) raw.emit('error', new BroadsheetError('E_TIMEOUT', why))
}

/** Nothing came since the last look, though we took all that had come. */
function watchStalls(request: FastifyRequest, stalledMs: number, clock: Clock): () => void {
  const { raw } = request
  let seen = raw.socket.bytesRead
  let cancel = () => {}
  const look = (): void => {
    cancel = clock.after(stalledMs, () => {
      const read = raw.socket.bytesRead
      if (read === seen && raw.readableLength === 0)
        giveUp(request, `Nothing of the body arrived for ${stalledMs / 1000} seconds.`)
      else {
        seen = read
        look()
      }
    })
  }
  look()
  return () => cancel()
}
