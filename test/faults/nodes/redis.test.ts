import { expect, onTestFinished, test } from 'vitest'
import { startRedisCluster } from '../../servers/redis-cluster.ts'
import { expectPromise } from '../scenarios/kills.ts'
import { delivery, lettersToBe } from '../scenarios/nodes.ts'
import { type Cluster, openCluster } from '../support/cluster.ts'
import type { Daemon } from '../support/daemon.ts'

const people = 3000

async function campaignUnderWay(options: Partial<Parameters<typeof openCluster>[0]>) {
  const cluster = await openCluster({ people, settings: { delivery }, ...options })
  const nodes = [await cluster.start(), await cluster.start()] as const
  await cluster.send(nodes[0])
  return { cluster, nodes }
}

async function expectAll(cluster: Cluster, nodes: readonly Daemon[]): Promise<void> {
  await (nodes[0] as Daemon).reaches('weekly', 'finished')
  expect(nodes.every((node) => node.alive())).toBe(true)
  const last = await cluster.audit()
  expectPromise('hold', last)
  // Nothing of the ledger is in Redis: no outcome is lost with it.
  expect(last.counts).toMatchObject({ audience: people, sent: people, unknown: 0 })
}

test('Redis is killed and comes back, flushed and killed for good: nothing is lost, nothing doubled', async () => {
  const { cluster, nodes } = await campaignUnderWay({ redis: true })
  const { redis } = cluster
  if (redis === null) throw new Error('no Redis')
  await lettersToBe(cluster, nodes, people * 0.15)
  await redis.kill()
  await lettersToBe(cluster, nodes, people * 0.35)
  await redis.start()
  await lettersToBe(cluster, nodes, people * 0.5)
  await redis.flush()
  await lettersToBe(cluster, nodes, people * 0.65)
  await redis.kill()
  await expectAll(cluster, nodes)
})

test('a master of a Redis Cluster is lost in the middle of a campaign: its replica takes over, and nobody notices', async () => {
  const redis = await startRedisCluster({ replicas: true })
  onTestFinished(() => redis.drop())
  const { cluster, nodes } = await campaignUnderWay({ redisUrl: redis.url })
  await lettersToBe(cluster, nodes, people * 0.3)
  await redis.killMaster(0)
  await expectAll(cluster, nodes)
})
