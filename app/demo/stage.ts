import { join } from 'node:path'
import type { Cli } from '../cli/cli.ts'
import { type Client, createClient } from '../cli/daemon/client.ts'
import { buildHouse, type House, moveIn, type Tenant } from './house.ts'
import { startDemoPostgres } from './servers/postgres.ts'
import { startDemoRedis } from './servers/redis.ts'

/** The daemons of a demo, in processes of their own. */
export interface Stage {
  /** Whose API is asked. */
  readonly house: House
  readonly nodes: number
  /** What runs where: label and words. */
  readonly facts: readonly (readonly [string, string])[]
  /** What is left, and in which folder below the demo's. */
  readonly kept: readonly [folder: string, words: string]
  client(): Client
  /** kill -9, and what then comes to help; says so. */
  crash(letters: string): Promise<void>
  /** Highest memory of any daemon so far, bytes. */
  peakRss(): number
  close(): Promise<void>
}

export interface StageOptions {
  readonly cli: Cli
  readonly folder: string
  readonly smtpPort: number
  readonly domain: string
}

/** One daemon on SQLite. Killed, it is started again. */
export async function openEmbeddedStage({ cli, folder, smtpPort, domain }: StageOptions): Promise<Stage> {
  const house = await buildHouse({ folder, smtpPort, domain })
  let tenant = await moveIn(house, Date)
  let client = createClient(house.url, tenant.token, cli.signal)
  let peak = 0
  const peakRss = () => (peak = Math.max(peak, tenant.peakRss()))
  return {
    house,
    nodes: 1,
    facts: [['daemon', `${house.url}  (process ${tenant.pid})`]],
    kept: ['data/', 'the store (SQLite), daemon.log, DKIM keys and their DNS records beside it'],
    client: () => client,
    async crash(letters) {
      peakRss()
      await tenant.kill()
      cli.say(`  ${cli.style('red', 'kill -9')}  at ${letters} letters; starting it again`)
      await client.close()
      tenant = await moveIn(house, Date)
      client = createClient(house.url, tenant.token, cli.signal)
    },
    peakRss,
    async close() {
      await client.close()
      await tenant.stop()
    },
  }
}

/** One node that answers and two that send, on Postgres and Redis. A worker that is killed stays dead: the other takes
 *  over what it had. */
export async function openProductionStage({ cli, folder, smtpPort, domain }: StageOptions): Promise<Stage> {
  await using undo = new AsyncDisposableStack()
  const postgres = await startDemoPostgres(cli.env)
  undo.defer(() => postgres.close())
  const redis = await startDemoRedis(cli.env)
  undo.defer(() => redis.close())
  const shared = {
    store: postgres.url,
    redis: redis.url,
    secrets: ['a secret that every node of the demo has'],
  }
  const house = await buildHouse({ folder, smtpPort, domain, role: 'api', settings: shared })
  const api = await moveIn(house, Date)
  undo.defer(() => api.stop())
  const workers: Tenant[] = []
  for (const name of ['worker-1', 'worker-2']) {
    const home = await buildHouse({
      folder: join(folder, name),
      smtpPort,
      domain,
      role: 'worker',
      publicUrl: house.url,
      keysOf: folder,
      settings: shared,
    })
    const worker = await moveIn(home, Date)
    undo.defer(() => worker.stop())
    workers.push(worker)
  }
  const client = createClient(house.url, api.token, cli.signal)
  undo.defer(() => client.close())
  const opened = undo.move()
  return {
    house,
    nodes: 1 + workers.length,
    facts: [
      ['Postgres', postgres.place],
      ['Redis', redis.place],
      ['API', `${house.url}  (process ${api.pid})`],
      ['workers', `processes ${workers.map(({ pid }) => pid).join(' and ')}`],
    ],
    kept: ['', 'settings and log of each node, DKIM keys and their DNS records; the store was in Postgres'],
    client: () => client,
    async crash(letters) {
      const [victim, other] = workers
      cli.say(
        `  ${cli.style('red', 'kill -9')}  of process ${victim?.pid} at ${letters} letters; process ${other?.pid} takes over when its leases have run out`,
      )
      await victim?.kill()
    },
    peakRss: () => Math.max(...[api, ...workers].map((tenant) => tenant.peakRss())),
    close: () => opened.disposeAsync(),
  }
}
