import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { useGathering } from '../../../../app/http/limits/gathered.ts'

/** A server with a route that takes reports and one that does not; turns come when the test says so. */
async function open({ crowded = false } = {}) {
  const turn = Promise.withResolvers<void>()
  const chance = Promise.withResolvers<void>()
  const looked: string[] = []
  const app = fastify()
  useGathering(app, {
    next: () => turn.promise,
    chance: () => chance.promise,
    crowded: () => crowded,
  })
  app.addHook('onRequest', (request, _reply, done) => {
    looked.push(request.url)
    done()
  })
  app.post('/report/:name', { config: { intake: true } }, async () => ({}))
  app.get('/other', async () => ({}))
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const { port } = app.server.address() as AddressInfo
  return { app, turn, chance, looked, port }
}

const post = (name: string) => `POST /report/${name} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`

async function dial(port: number) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  onTestFinished(() => void socket.destroy())
  return socket
}

test('nothing is done for a report before its turn; other requests wait for nothing', async () => {
  const { app, turn, looked } = await open()
  const reports = ['a', 'b'].map((name) => app.inject({ method: 'POST', url: `/report/${name}` }))
  expect((await app.inject('/other')).statusCode).toBe(200)
  expect(looked).toEqual(['/other'])
  turn.resolve()
  expect((await Promise.all(reports)).map(({ statusCode }) => statusCode)).toEqual([200, 200])
  expect(looked).toEqual(['/other', '/report/a', '/report/b'])
})

test('a flood of reports is not held back', async () => {
  const { app, turn, looked } = await open()
  const reports = Array.from({ length: 503 }, (_, n) => app.inject({ method: 'POST', url: `/report/${n}` }))
  await app.inject('/other')
  expect(looked.toSorted()).toEqual(['/other', '/report/500', '/report/501', '/report/502'])
  turn.resolve()
  await Promise.all(reports)
  expect(looked).toHaveLength(504)
})

test('while many come, a connection that brought one is not read before the next turn', async () => {
  const { turn, chance, looked, port } = await open({ crowded: true })
  turn.resolve()
  const [reporter, other] = [await dial(port), await dial(port)]
  reporter.write(post('a'))
  await once(reporter, 'data')
  reporter.write(post('b'))
  other.write('GET /other HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(other, 'data')
  expect(looked).toEqual(['/report/a', '/other'])
  chance.resolve()
  await once(reporter, 'data')
  expect(looked).toEqual(['/report/a', '/other', '/report/b'])
})

test('where few come, it is', async () => {
  const { turn, looked, port } = await open()
  turn.resolve()
  const reporter = await dial(port)
  for (const name of ['a', 'b']) {
    reporter.write(post(name))
    await once(reporter, 'data')
  }
  expect(looked).toEqual(['/report/a', '/report/b'])
})
