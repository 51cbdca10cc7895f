import type { Redis } from 'ioredis'
import { freePort } from '../../app/demo/servers/free-port.ts'
import { type RedisServer, startRedis } from './redis.ts'

export interface RedisCluster {
  readonly url: string
  /** Each with a third of the slots, in their order. */
  readonly masters: readonly RedisServer[]
  /** The nth is the replica of the nth master; none without the option. */
  readonly replicas: readonly RedisServer[]
  /** kill -9. Where it has a replica, that one becomes the master. */
  killMaster(n: number): Promise<void>
  /** The master that has this key, at the start. */
  masterOf(key: string): Promise<number>
  flush(): Promise<void>
  drop(): Promise<void>
}

const slots = 16_384
const parts = 3

/** Three masters on loopback. `replicas`: with one more node each, which takes over about a second after its master is
 *  lost. */
export async function startRedisCluster({ replicas = false } = {}): Promise<RedisCluster> {
  const node = async () => {
    const busPort = await freePort()
    const server = await startRedis({
      settings: {
        'cluster-enabled': 'yes',
        'cluster-port': String(busPort),
        'cluster-node-timeout': '1000',
        'cluster-replica-validity-factor': '0',
        'repl-diskless-sync-delay': '0',
      },
    })
    return { server, busPort }
  }
  const nodes = await Promise.all(Array.from({ length: replicas ? 2 * parts : parts }, node))
  const servers = nodes.map(({ server }) => server)
  const masters = servers.slice(0, parts)
  const first = masters[0]!.admin()
  for (const [n, master] of masters.entries()) {
    const from = Math.ceil((n * slots) / parts)
    await master.admin().cluster('ADDSLOTSRANGE', from, Math.ceil(((n + 1) * slots) / parts) - 1)
    // Two nodes that claim the same epoch would first have to settle who may vote.
    await master.admin().cluster('SET-CONFIG-EPOCH', n + 1)
  }
  for (const { server, busPort } of nodes.slice(1))
    await first.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort)
  await all(
    servers,
    async (admin) => String(await admin.cluster('NODES')).split('connected').length > nodes.length,
  )
  for (const [n, replica] of servers.slice(parts).entries())
    await replica.admin().cluster('REPLICATE', String(await masters[n]!.admin().cluster('MYID')))
  await all(servers, async (admin) => (await admin.cluster('INFO')).includes('cluster_state:ok'))
  await all(servers.slice(parts), async (admin) =>
    (await admin.info('replication')).includes('master_link_status:up'),
  )
  return {
    url: `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    masters,
    replicas: servers.slice(parts),
    killMaster: (n) => masters[n]!.kill(),
    async masterOf(key) {
      const slot = await first.cluster('KEYSLOT', key)
      return Math.floor((slot * parts) / slots)
    },
    async flush() {
      for (const master of masters) await master.flush()
    },
    async drop() {
      await Promise.all(servers.map((server) => server.drop()))
    },
  }
}

/** Until each of them sees it so. */
async function all(servers: readonly RedisServer[], look: (admin: Redis) => Promise<boolean>): Promise<void> {
  for (const server of servers)
    while (!(await look(server.admin()))) await new Promise((resolve) => setTimeout(resolve, 20))
}
