import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../../../engine/clock.ts'
import type { Log } from '../../../engine/log.ts'
import type { Auth } from '../request/auth.ts'

const lookMs = 1000

/** End answers that outlast their caller's right to them: a key that is removed or over, somebody signed out. Streams are
 *  looked at once a second, and what another daemon changed is known after four. */
export function useCutOff(app: FastifyInstance, options: { auth: Auth; clock: Clock; log: Log }): void {
  const { auth, clock, log } = options
  const open = new Map<Readable, FastifyRequest>()
  let cancel: (() => void) | null = null

  const look = async (): Promise<void> => {
    for (const [stream, request] of open) {
      // While the store is away nobody is turned away.
      if (await auth.stands(request).catch(() => true)) continue
      open.delete(stream)
      log.info({ requestId: request.id, route: request.routeOptions.url ?? null }, 'http.cut_off')
      stream.destroy()
      request.raw.socket.destroy()
    }
  }
  const plan = (): void => {
    if (cancel !== null || open.size === 0) return
    cancel = clock.after(lookMs, () => {
      void look().finally(() => {
        cancel = null
        plan()
      })
    })
  }

  app.addHook('onSend', async (request, _reply, payload) => {
    if (!(payload instanceof Readable) || request.routeOptions.config.scope === 'public') return payload
    open.set(payload, request)
    payload.once('close', () => open.delete(payload))
    plan()
    return payload
  })
  app.addHook('onClose', async () => {
    cancel?.()
    open.clear()
  })
}
