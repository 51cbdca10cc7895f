import type { FastifyInstance } from 'fastify'

/** More are not held back: they come so fast that they are worked one after the other anyhow. */
const maxWaiting = 500

/** Hold reports of alerts back until their turn, which they would wait for at their end anyhow. To be called before all that does
 *  anything for a request: then everything is done for all of them in a row. */
export function useGathering(app: FastifyInstance, turn: () => Promise<void> | null): void {
  let waiting = 0
  app.addHook('onRequest', (request, _reply, done) => {
    const mine = request.routeOptions.config.intake === true && waiting < maxWaiting ? turn() : null
    if (mine === null) return done()
    waiting++
    const goOn = () => {
      waiting--
      done()
    }
    void mine.then(goOn)
  })
}
