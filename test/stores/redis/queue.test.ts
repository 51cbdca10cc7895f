import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../../engine/log.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import type { ChunkJob } from '../../../engine/ports/queue.ts'
import { createMemoryBus } from '../../../stores/memory/nodes/bus.ts'
import { connect } from '../../../stores/redis/connect.ts'
import { createRedisQueue } from '../../../stores/redis/queue.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { freshPrefix } from './place.ts'

let server: RedisServer
const ends: (() => Promise<void>)[] = []
beforeAll(async () => {
  server = await startRedis()
})
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})
afterAll(() => server.drop())

const never = 1e9
const job = (seq: number): ChunkJob => ({ publicationId: 1 as PublicationId, seq, priority: 10 })

/** A queue whose nodes hear nothing of each other. */
async function openQueue(prefix: string, { lockMs = never, answerMs = 60_000 } = {}) {
  const connection = connect({ url: server.url, prefix, log: silentLog, answerMs })
  await connection.open(60_000)
  const queue = createRedisQueue({
    connection,
    bus: createMemoryBus(),
    node: freshPrefix(),
    log: silentLog,
    lockMs,
  })
  ends.push(async () => {
    await queue.close()
    await connection.close()
  })
  return queue
}

test('a job that runs long is kept by its node', async () => {
  const prefix = freshPrefix()
  const [here, there] = [await openQueue(prefix, { lockMs: 600 }), await openQueue(prefix, { lockMs: 600 })]
  const ended = Promise.withResolvers<void>()
  ends.push(async () => ended.resolve())
  let started = 0
  const work = () => {
    started += 1
    return ended.promise
  }
  here.work(work, () => 1)
  await here.add([job(1)])
  await expect.poll(() => started).toBe(1)
  there.work(work, () => 1)
  // Until its lock has been prolonged several times over.
  const lock = `{${prefix}}:chunks:1/1:lock`
  for (let prolonged = 0, last = Infinity; prolonged < 6; ) {
    const left = await server.admin().pttl(lock)
    expect(left).toBeGreaterThan(0)
    expect(started).toBe(1)
    if (left > last) prolonged += 1
    last = left
  }
  ended.resolve()
  await expect.poll(() => here.depth()).toEqual({ queued: 0, running: 0 })
  expect(started).toBe(1)
})

test('what a stop finds on its way here is given back', async () => {
  const prefix = freshPrefix()
  const queue = await openQueue(prefix)
  const worked: number[] = []
  const work = async ({ seq }: ChunkJob) => {
    worked.push(seq)
  }
  const jobs = Array.from({ length: 20 }, (_, seq) => job(seq))
  await queue.add(jobs)
  for (let turn = 0; turn < 20; turn += 1) {
    const stop = queue.work(work, () => 1)
    // It has asked for a job, and has no answer yet.
    await Promise.resolve().then(() => {})
    await stop()
  }
  expect(worked).toEqual([])
  expect(await queue.depth()).toEqual({ queued: 20, running: 0 })
  queue.work(work, () => 1)
  await expect.poll(() => new Set(worked)).toEqual(new Set(jobs.map(({ seq }) => seq)))
})

test('what comes when nobody waits for it any more is given back', async () => {
  const prefix = freshPrefix()
  const queue = await openQueue(prefix, { answerMs: 200 })
  const worked: number[] = []
  let lanes = 0
  queue.work(
    async ({ seq }) => {
      worked.push(seq)
    },
    () => lanes,
  )
  await queue.add([job(1)])
  server.freeze()
  lanes = 1
  // Has it ask for its lanes again, and for a job then.
  await queue.add([])
  await expect(queue.depth()).rejects.toMatchObject({ code: 'E_STORE' })
  await expect(queue.depth()).rejects.toMatchObject({ code: 'E_STORE' })
  server.thaw()
  await expect.poll(() => worked).toEqual([1])
})

test('a node that nobody wakes finds what came, and that its lanes have grown', async () => {
  const prefix = freshPrefix()
  const [here, there] = [await openQueue(prefix, { lockMs: 600 }), await openQueue(prefix)]
  const worked: number[] = []
  let lanes = 1
  here.work(
    async ({ seq }) => {
      worked.push(seq)
    },
    () => lanes,
  )
  await there.add([job(1)])
  await expect.poll(() => worked).toEqual([1])
  lanes = 0
  await there.add([job(2)])
  lanes = 1
  await expect.poll(() => worked).toEqual([1, 2])
})
