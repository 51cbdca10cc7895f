import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Turns } from '../../../engine/gather.ts'

/** More are not held back: they come so fast that they are worked one after the other anyhow. */
const maxWaiting = 500

/** Hold reports of alerts back until the next ones are written, which they would wait for at their end anyhow. To be called before
 *  all that does anything for a request: then everything is done for all of them in a row. While many come, connections that
 *  brought one are not even read until then. */
export function useGathering(app: FastifyInstance, turns: Turns): void {
  let waiting = 0
  app.addHook('onRequest', (request, _reply, done) => {
    const turn = request.routeOptions.config.intake === true && waiting < maxWaiting ? turns.next() : null
    if (turn === null) return done()
    waiting++
    const goOn = () => {
      waiting--
      done()
    }
    void turn.then(goOn)
  })
  app.addHook('onResponse', (request, _reply, done) => {
    const { socket } = request.raw
    if (request.routeOptions.config.intake === true && turns.crowded() && socket instanceof Socket) {
      socket.pause()
      void turns.chance().then(() => socket.resume())
    }
    done()
  })
}
