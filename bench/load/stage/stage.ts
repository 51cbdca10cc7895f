import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, createClient } from '../../../app/cli/daemon/client.ts'
import { freePort } from '../../../app/demo/servers/free-port.ts'
import { childrenOf, startPostgres } from '../../../app/demo/servers/postgres.ts'
import { startDemoRedis } from '../../../app/demo/servers/redis.ts'
import { startBenchSink } from '../../smtp.ts'
import type { Part } from '../measure/sampler.ts'
import type { DriverTalk } from '../world/driver.ts'
import type { LetterSinkTalk } from '../world/letter-sink.ts'
import { type Child, startChild } from './child.ts'
import { type ServingNode, startNode } from './node.ts'

export const modes = ['debug', 'production'] as const
/** `debug`: one daemon, all in its memory. `production`: one node that answers and one that sends, on Postgres and Redis. */
export type Mode = (typeof modes)[number]

/** Daemons and the world around them. */
export interface Stage {
  readonly mode: Mode
  readonly client: Client
  /** What answers requests. */
  readonly api: ServingNode
  /** Of the channel `smtp`: remembers each letter. */
  readonly letters: Child<LetterSinkTalk>
  /** Of the channel `bulk`: as quick as there is, only counts. */
  readonly bulk: { readonly kind: string; letters(): number }
  readonly driver: Child<DriverTalk>
  readonly parts: readonly Part[]
  /** What it is made of, for people: `store`, `queue` ... */
  readonly made: { readonly [what: string]: string }
  [Symbol.asyncDispose](): Promise<void>
}

export interface StageOptions {
  readonly mode: Mode
  readonly folder: string
  readonly built: boolean
  readonly signal: AbortSignal
  /** Of a daemon that keeps everything in memory. */
  readonly heapMiB: number
  readonly redisUrl: string | null
}

// As an operator's would be: what is committed is on the disk.
const postgresSettings = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '512MB',
  max_wal_size: '2GB',
}
const productionHeapMiB = 256

/** Rejects with what is missing; nothing is left behind then. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { mode, folder, built, signal, redisUrl } = options
  await using undo = new AsyncDisposableStack()
  const start = <T>(what: string, starting: Promise<T>, stop: (started: T) => Promise<unknown>): Promise<T> =>
    starting.then(
      (started) => {
        undo.defer(async () => void (await stop(started)))
        return started
      },
      (error: unknown) => {
        throw new Error(`${what} did not start: ${error instanceof Error ? error.message : String(error)}`)
      },
    )
  const letters = startChild<LetterSinkTalk>(new URL('../world/letter-sink.ts', import.meta.url))
  undo.defer(() => letters.end())
  const driver = startChild<DriverTalk>(new URL('../world/driver.ts', import.meta.url))
  undo.defer(() => driver.end())
  const bulk = await start('The mail server', startBenchSink({ counted: true }), (sink) => sink.close())
  const [{ port: lettersPort }, { port: roomPort }] = await Promise.all([
    letters.ask('listen', null),
    driver.ask('listen', null),
  ])

  const port = await freePort()
  const mail = (to: number) => ({ type: 'smtp', host: '127.0.0.1', port: to, security: 'none' })
  const settings = {
    publicUrl: `http://127.0.0.1:${port}`,
    secrets: ['a secret for load runs only'],
    channels: {
      smtp: mail(lettersPort),
      bulk: mail(bulk.port),
      hook: {
        type: 'webhook',
        rooms: {
          ops: {
            url: `http://127.0.0.1:${roomPort}/`,
            secrets: [`whsec_${randomBytes(32).toString('base64')}`],
          },
        },
      },
    },
    egress: { allow: ['127.0.0.1'] },
    alerts: {
      sender: { address: 'alerts@harbour-courier.example' },
      receivers: { default: { rooms: ['hook/ops'], people: true } },
    },
  }
  const serve = (role: ServingNode['role'], more: object, heapMiB: number) => {
    const own = join(folder, role)
    mkdirSync(own, { recursive: true })
    return start(
      `The daemon (${role})`,
      startNode({
        folder: own,
        role,
        settings: { ...settings, ...more },
        built,
        heapMiB,
        ...(role !== 'worker' && { port }),
      }),
      (node) => node.stop(),
    )
  }
  const nodePart = (name: string, { pid }: { pid: number }): Part => ({
    name,
    pids: () => [pid],
    byThread: true,
  })
  const around: Part[] = [
    nodePart('driver', driver),
    nodePart('letter sink', letters),
    { name: 'bulk sink', pids: () => (bulk.pid === undefined ? [] : [bulk.pid]), byThread: false },
  ]

  let house: { readonly api: ServingNode; readonly parts: readonly Part[]; readonly made: Stage['made'] }
  if (mode === 'debug') {
    const api = await serve('all', { store: 'memory:' }, options.heapMiB)
    house = {
      api,
      parts: [nodePart('daemon', api)],
      made: { daemons: 'one daemon that does all', store: 'memory', queue: 'memory' },
    }
  } else {
    const postgres = await start('PostgreSQL', startPostgres({ settings: postgresSettings }), (server) =>
      server.drop(),
    )
    const redis = await start(
      'Redis',
      startDemoRedis(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
      (server) => server.close(),
    )
    const shared = { store: postgres.url, redis: redis.url }
    const api = await serve('api', shared, productionHeapMiB)
    const worker = await serve('worker', shared, productionHeapMiB)
    house = {
      api,
      parts: [
        nodePart('API node', api),
        nodePart('worker node', worker),
        {
          name: 'PostgreSQL',
          pids: () => [postgres.pid, ...childrenOf(postgres.pid)],
          byThread: false,
        },
        { name: 'Redis', pids: () => (redis.pid === undefined ? [] : [redis.pid]), byThread: false },
      ],
      made: {
        daemons: 'one node that answers, one that sends',
        store: 'PostgreSQL, fsync on',
        queue: 'Redis',
      },
    }
  }
  const client = createClient(house.api.url, house.api.token, signal)
  undo.defer(() => client.close())
  const rest = undo.move()
  return {
    mode,
    client,
    api: house.api,
    letters,
    bulk,
    driver,
    parts: [...house.parts, ...around],
    made: {
      ...house.made,
      'mail server':
        bulk.kind === 'own'
          ? 'Broadsheet’s own for tests (postfix’s smtp-sink is quicker, and is not installed)'
          : 'postfix’s smtp-sink for campaigns, Broadsheet’s own for what is read',
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}
