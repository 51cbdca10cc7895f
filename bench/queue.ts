import { randomBytes } from 'node:crypto'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { PublicationId } from '../engine/model/ids.ts'
import { openRedis } from '../stores/redis/open.ts'
import { startRedis } from '../test/servers/redis.ts'
import { median, type Report, round } from './figure.ts'

const chunk = 1000
const lanes = 4
/** What plain BullMQ is quickest with here. */
const peerConcurrency = 50
const rounds = 3

/** How quickly work is handed to lanes, from the first job that is added to the last that is done, with nothing to do in
 *  between: a job a chunk, beside BullMQ with a job a message. */
export async function benchQueue(
  report: Report,
  { recipients = 1_000_000, peerMessages = 20_000 } = {},
): Promise<void> {
  const server = await startRedis()
  const ours: number[] = []
  const theirs: number[] = []
  for (let turn = 0; turn < rounds; turn += 1) {
    ours.push((recipients * 1000) / (await byChunk(server.url, recipients)))
    theirs.push((peerMessages * 1000) / (await byMessage(server.port, peerMessages)))
  }
  await server.drop()
  report({
    name: `queue: dispatch of ${recipients.toLocaleString('en-US')}, a job a chunk of ${chunk.toLocaleString('en-US')}`,
    value: round(median(ours)),
    unit: 'messages/s',
    peer: `BullMQ, a job a message: ${round(median(theirs)).toLocaleString('en-US')}/s`,
    ratio: round(median(ours) / median(theirs), 1),
  })
}

async function byChunk(url: string, recipients: number): Promise<number> {
  const redis = await openRedis(url, { prefix: freshName() })
  const jobs = Array.from({ length: Math.ceil(recipients / chunk) }, (_, seq) => ({
    publicationId: 1 as PublicationId,
    seq,
    priority: 10,
  }))
  const all = Promise.withResolvers<void>()
  let left = jobs.length
  redis.queue.work(
    async () => {
      left -= 1
      if (left === 0) all.resolve()
    },
    () => lanes,
  )
  const start = performance.now()
  await redis.queue.add(jobs)
  await all.promise
  const ms = performance.now() - start
  await redis.close()
  return ms
}

async function byMessage(port: number, messages: number): Promise<number> {
  const connection = new Redis({ port, maxRetriesPerRequest: null })
  const name = freshName()
  const queue = new Queue(name, { connection })
  const all = Promise.withResolvers<void>()
  let left = messages
  const worker = new Worker(
    name,
    async () => {
      left -= 1
      if (left === 0) all.resolve()
    },
    { connection, concurrency: peerConcurrency },
  )
  await worker.waitUntilReady()
  const start = performance.now()
  for (let from = 0; from < messages; from += chunk)
    await queue.addBulk(
      Array.from({ length: Math.min(chunk, messages - from) }, (_, i) => ({
        name: 'message',
        data: { publicationId: 1, subscriberId: from + i },
        opts: { removeOnComplete: true, removeOnFail: true },
      })),
    )
  await all.promise
  const ms = performance.now() - start
  await worker.close()
  await queue.close()
  connection.disconnect()
  return ms
}

const freshName = (): string => `bench-${randomBytes(4).toString('hex')}`

if (import.meta.main) await benchQueue((figure) => console.log(JSON.stringify(figure)))
