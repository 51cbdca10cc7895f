import { setTimeout as pause } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { BroadsheetError } from '../../engine/errors.ts'
import type { Log } from '../../engine/log.ts'
import { awayFailure, failureOf, isRefused, messageOf } from './failure.ts'
import { parseRedisUrl, type RedisPlace } from './url.ts'

export interface ConnectOptions {
  /** See `parseRedisUrl`. */
  readonly url: string
  /** Before every key and channel. */
  readonly prefix: string
  readonly log: Log
  /** How long an answer is waited for. */
  readonly answerMs: number
}

/** A cluster has the commands of a single Redis. */
export type Client = Redis

export interface Connection {
  readonly client: Client
  readonly cluster: boolean
  /** Hosts and ports, without the password. */
  readonly place: string
  /** `{prefix}`: what begins with it is in one slot of a cluster. */
  readonly tag: string
  /** The one way to ask Redis anything. Rejects as `failureOf` says: at once while Redis is known to be away, else after
   *  `answerMs` at the latest, though what was asked may still be done then. */
  ask<T>(work: (client: Client) => Promise<T>): Promise<T>
  /** False from a lost connection or an answer that did not come until Redis answers again. */
  answers(): boolean
  /** Called each time it answers again; returns what ends that. */
  onAnswer(listener: () => void): () => void
  /** Resolves with null when connected, or with why Redis could not be reached in that time: then it goes on trying.
   *  Rejects when it never will be, as with a wrong password. */
  open(limitMs: number): Promise<string | null>
  /** A client for subscriptions, not connected yet. It stays lost when it is lost. */
  listener(): Client
  close(): Promise<void>
}

const probeMs = 200
const prefixRule = /^[a-zA-Z0-9_-]{1,40}$/

/** Nothing is connected yet. Commands never wait for a connection: whoever needs them is better served by the next
 *  sweep, or without Redis. */
export function connect({ url, prefix, log, answerMs }: ConnectOptions): Connection {
  if (!prefixRule.test(prefix))
    throw new BroadsheetError(
      'E_CONFIG',
      `The Redis prefix "${prefix}" must be letters, digits, _ and -, at most 40.`,
    )
  const at = parseRedisUrl(url)
  const { place, cluster } = at
  const tag = `{${prefix}}`
  const client = makeClient(at, answerMs, false)
  const closing = new AbortController()
  const listeners = new Set<() => void>()
  let answering = true
  let told: boolean | null = null
  let reason = 'not connected'

  const answers = () => client.status === 'ready' && answering && !closing.signal.aborted

  function look(): void {
    const now = answers()
    if (now === told || closing.signal.aborted) return
    if (now) {
      log.info({ redis: place }, 'redis.connected')
      for (const listener of listeners) listener()
    } else if (told) log.warn({ redis: place, reason }, 'redis.lost')
    told = now
  }
  client.on('error', (error: Error) => {
    reason = messageOf(error)
    look()
  })
  for (const event of ['ready', 'close', 'reconnecting', 'end']) client.on(event, look)

  async function probe(): Promise<void> {
    while (!answering && !closing.signal.aborted) {
      await pause(probeMs, undefined, { signal: closing.signal }).catch(() => {})
      if (client.status === 'ready')
        await within(client.exists(`${tag}:probe`), answerMs).then(
          () => {
            answering = true
          },
          () => {},
        )
    }
    look()
  }

  return {
    client,
    cluster,
    place,
    tag,
    answers,
    async ask(work) {
      if (!answers()) throw awayFailure(reason, place)
      try {
        return await within(work(client), answerMs)
      } catch (error) {
        if (error !== late) throw failureOf(error, place)
        if (answering) {
          reason = `no answer within ${answerMs} ms`
          answering = false
          look()
          void probe()
        }
        throw awayFailure(`no answer within ${answerMs} ms`, place)
      }
    },
    onAnswer(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    open(limitMs) {
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          clearTimeout(timer)
          client.off('ready', ready)
          client.off('error', failed)
          client.off('node error', failed)
          settle()
        }
        const ready = () => end(() => resolve(null))
        const failed = (error: unknown) => {
          if (isRefused(error)) end(() => reject(failureOf(error, place)))
        }
        const timer = setTimeout(() => end(() => resolve(reason)), limitMs)
        client.on('ready', ready)
        client.on('error', failed)
        client.on('node error', failed)
        client.connect().catch(() => {})
      })
    },
    listener: () => makeClient(at, answerMs, true),
    async close() {
      if (closing.signal.aborted) return
      // What was sent without waiting still goes out.
      if (answers()) await within(client.quit(), answerMs).catch(() => {})
      closing.abort()
      client.disconnect()
    },
  }
}

function makeClient(at: RedisPlace, answerMs: number, listens: boolean): Client {
  const retryStrategy = listens ? null : (times: number) => Math.min(times * 50, 500)
  const common = {
    ...(at.username === undefined ? {} : { username: at.username }),
    ...(at.password === undefined ? {} : { password: at.password }),
    ...(at.tls === null ? {} : { tls: at.tls }),
    connectionName: 'broadsheet',
    connectTimeout: 2 * answerMs,
    // A connection whose other end is gone without a word is replaced.
    socketTimeout: 3 * answerMs,
    keepAlive: 10_000,
    maxRetriesPerRequest: 0,
  }
  if (!at.cluster)
    return new Redis({
      ...common,
      ...at.hosts[0]!,
      db: at.db,
      lazyConnect: true,
      enableOfflineQueue: false,
      retryStrategy,
    })
  return new Cluster([...at.hosts], {
    redisOptions: common,
    lazyConnect: true,
    shardedSubscribers: listens,
    clusterRetryStrategy: retryStrategy,
  }) as unknown as Client
}

const late = new Error('late')

/** Rejects with `late` after that time, but not for time that this process itself stood still: what had come in by then
 *  is read first. */
function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(late)), limitMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
