import { randomBytes } from 'node:crypto'
import { BroadsheetError } from '../../engine/errors.ts'
import { type Log, silentLog } from '../../engine/log.ts'
import type { EpochMs } from '../../engine/model/ids.ts'
import type { BucketStore } from '../../engine/ports/buckets.ts'
import type { Bus } from '../../engine/ports/bus.ts'
import type { Cache } from '../../engine/ports/cache.ts'
import type { WorkQueue } from '../../engine/ports/queue.ts'
import { createRedisBuckets } from './buckets.ts'
import { createRedisBus } from './bus.ts'
import { createRedisCache } from './cache.ts'
import { type Connection, connect } from './connect.ts'
import { createFallbackBuckets } from './fallback-buckets.ts'
import { createFallbackQueue } from './fallback-queue.ts'
import { createRedisQueue } from './queue.ts'

export interface RedisOptions {
  readonly log?: Log
  /** Before every key and channel: several installations may share a Redis. Default `broadsheet`. */
  readonly prefix?: string
  /** What serves this node while Redis does not answer: an in-process queue, and the buckets of the store. Without them
   *  `queue.add` and `buckets.take` reject then. */
  readonly meanwhile?: { readonly queue: WorkQueue; readonly buckets: BucketStore }
  /** How long an answer of Redis is waited for. */
  readonly answerMs?: number
}

export interface OpenedRedis {
  readonly queue: WorkQueue
  readonly buckets: BucketStore
  /** Those of Redis, whatever serves meanwhile: they reject while it does not answer. */
  readonly shared: BucketStore
  readonly bus: Bus
  readonly cache: Cache
  /** Rejects when Redis does not answer or takes no writes. */
  check(): Promise<void>
  /** What time it is there; rejects when it does not answer, or its user may not ask (`+time`). */
  clock(): Promise<EpochMs>
  close(): Promise<void>
}

const openMs = 3000
const oldest = 6.2
const oldestCluster = 7

/** Connect to what the URL names (see `parseRedisUrl`). Rejects with E_CONFIG or E_STORE when that will never do; a Redis
 *  that is away is waited for, while everything goes on without it. Its user needs, with the prefix `broadsheet`:
 *  `~{broadsheet}:* ~broadsheet:cache:* &{broadsheet}:bus:* +@read +@write +@connection +@scripting +@pubsub -@dangerous
 *  +info +time`, and in a cluster `+cluster|slots +cluster|info`. */
export async function openRedis(url: string, options: RedisOptions = {}): Promise<OpenedRedis> {
  const { log = silentLog, prefix = 'broadsheet', meanwhile, answerMs = 1000 } = options
  const connection = connect({ url, prefix, log, answerMs })
  try {
    const away = await connection.open(openMs)
    if (away === null) await inspect(connection, log)
    else {
      log.warn({ redis: connection.place, reason: away }, 'redis.away')
      const end = connection.onAnswer(() => {
        end()
        inspect(connection, log).catch((error: unknown) =>
          log.error({ reason: String(error) }, 'redis.unfit'),
        )
      })
    }
  } catch (error) {
    await connection.close()
    throw error
  }
  const node = randomBytes(8).toString('hex')
  const bus = createRedisBus({ connection, node, log })
  const cache = createRedisCache({ connection, prefix, log })
  const sharedQueue = createRedisQueue({ connection, bus, node, log })
  const buckets = createRedisBuckets(connection)
  const queue =
    meanwhile === undefined
      ? sharedQueue
      : createFallbackQueue({ shared: sharedQueue, own: meanwhile.queue, answers: connection.answers, log })
  let closing: Promise<void> | null = null
  return {
    queue,
    buckets: meanwhile === undefined ? buckets : createFallbackBuckets(buckets, meanwhile.buckets),
    shared: buckets,
    bus,
    cache,
    async check() {
      await connection.ask((client) => client.set(`${connection.tag}:check`, '', 'PX', 1))
    },
    async clock() {
      const [seconds, micros] = await connection.ask((client) => client.time())
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
    },
    close() {
      closing ??= (async () => {
        await queue.close()
        await Promise.all([bus.close(), cache.close()])
        await connection.close()
      })()
      return closing
    },
  }
}

/** Is it one that can be worked with? */
async function inspect(connection: Connection, log: Log): Promise<void> {
  const { place, cluster } = connection
  const info = await connection.ask((client) => client.info()).catch(() => '')
  const [, version = ''] = /^redis_version:(\d+\.\d+)/m.exec(info) ?? []
  const [, mode = ''] = /^(?:redis|server)_mode:(\w+)/m.exec(info) ?? []
  const [, policy = 'noeviction'] = /^maxmemory_policy:([\w-]+)/m.exec(info) ?? []
  if (!cluster && mode === 'cluster')
    throw new BroadsheetError(
      'E_CONFIG',
      `Redis ${place} is a node of a cluster: write redis+cluster:// for redis:// in its URL.`,
    )
  const needed = cluster ? oldestCluster : oldest
  if (version !== '' && Number(version) < needed)
    throw new BroadsheetError(
      'E_STORE',
      `Redis ${place} is version ${version}: ${needed} or newer is needed${cluster ? ' in a cluster' : ''}.`,
    )
  if (policy !== 'noeviction')
    log.warn(
      {
        redis: place,
        policy,
        todo: 'CONFIG SET maxmemory-policy noeviction: else queued work and limits are thrown away when memory is short',
      },
      'redis.evicts',
    )
}
