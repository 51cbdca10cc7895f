import { onTestFinished } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../app/demo/servers/postgres.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openStore } from '../../../stores/open.ts'
import type { RedisServer } from '../../servers/redis.ts'
import { startRedis } from '../../servers/redis.ts'
import type { Receipt } from '../../servers/smtp-sink.ts'
import { startSinkProcess } from '../../servers/smtp-sink-process.ts'
import { type Audit, audit } from './audit.ts'
import { booksIn } from './books.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { campaignInput, type Furniture, furnish, type House, openHouse } from './house.ts'
import { letterCount } from './letter-count.ts'

/** Nodes on one real Postgres, with a real Redis beside it or without, and the mail server that they send through. */
export interface Cluster {
  readonly postgres: PostgresServer
  readonly redis: RedisServer | null
  /** The test's own way into the books. */
  readonly store: Store
  /** Letters that the mail server took so far. */
  readonly letters: () => number
  /** The same one by one. */
  received(): readonly Receipt[]
  /** One more node. */
  start(options?: { readonly role?: 'all' | 'api' | 'worker' }): Promise<Daemon>
  /** Create and start, by this node. */
  send(node: Daemon, overrides?: object): Promise<void>
  /** The books against what the mail server took. */
  audit(campaign?: string): Promise<Audit>
}

export interface ClusterOptions extends Furniture {
  readonly redis?: boolean
  /** Of a Redis that is there already, as a cluster of its own is. */
  readonly redisUrl?: string
  /** Top-level settings of every node. */
  readonly settings?: object
  /** As in postgresql.conf. */
  readonly postgres?: Readonly<Record<string, string>>
  /** Where the nodes find the database, when that is not its own port: a proxy that can change its mind. */
  readonly throughUrl?: (postgres: PostgresServer) => Promise<string>
}

export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const postgres = await startPostgres({ ...(options.postgres && { settings: options.postgres }) })
  onTestFinished(() => postgres.drop())
  const redis = options.redis === true ? await startRedis() : null
  if (redis !== null) onTestFinished(() => redis.drop())
  const url = (await options.throughUrl?.(postgres)) ?? postgres.url
  const store = await openStore(url)
  onTestFinished(() => store.close())
  await furnish(store, options)

  const desk = await openHouse({ people: 0, settings: {}, empty: true })
  const file = `${desk.folder}/receipts.tsv`
  const sink = await startSinkProcess({ file })
  onTestFinished(() => sink.close())
  const redisUrl = redis?.url ?? options.redisUrl
  const house = (role: string): Promise<House> =>
    openHouse({
      people: 0,
      empty: true,
      settings: {
        store: url,
        role,
        secrets: ['the same secret on every node'],
        ...(redisUrl !== undefined && { redis: redisUrl }),
        channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none' } },
        ...options.settings,
      },
    })
  return {
    postgres,
    redis,
    store,
    letters: letterCount(file),
    received: () => sink.received(),
    start: async ({ role = 'all' } = {}) => startDaemon(await house(role)),
    async send(node, overrides = {}) {
      const input = campaignInput(overrides)
      await node.client.post('/campaigns', input)
      await node.client.post(`/campaigns/${input.name}/start`)
    },
    audit: async (campaign = 'weekly') => audit(await booksIn(store, campaign), sink.received()),
  }
}
