import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../app/demo/servers/postgres.ts'
import { startPgBouncer } from '../../servers/pgbouncer.ts'
import { expectPromise } from '../scenarios/kills.ts'
import { delivery, lettersToBe } from '../scenarios/nodes.ts'
import { openCluster } from '../support/cluster.ts'
import type { Daemon } from '../support/daemon.ts'
import { startProxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'

const people = 3000

/** How the API answers while the database is away. */
const answers = async (node: Daemon) => {
  const response = await fetch(`${node.url}/api/v1/campaigns`, {
    headers: { authorization: `Bearer ${node.token}` },
  })
  await response.arrayBuffer()
  return { status: response.status, retryAfter: response.headers.get('retry-after') }
}

test('Postgres is killed again and again: both nodes live, the API says when to come again, nothing is lost or doubled', async () => {
  const cluster = await openCluster({ people, settings: { delivery } })
  const nodes = [await cluster.start(), await cluster.start()]
  const [a] = nodes as [Daemon, Daemon]
  await cluster.send(a)
  const restarts = 3
  for (let restart = 1; restart <= restarts; restart += 1) {
    await lettersToBe(cluster, nodes, (people * restart * 0.8) / (restarts + 1))
    await cluster.postgres.stop(restart % 2 === 0 ? 'fast' : 'kill')
    expect(await answers(a)).toEqual({ status: 503, retryAfter: '5' })
    const settled = cluster.letters()
    // What had permission may still leave, and no more: two lanes of each node, a batch each.
    await until('a refusal on every lane', async () => (await answers(nodes[1] as Daemon)).status === 503)
    expect(cluster.letters() - settled).toBeLessThanOrEqual(2 * delivery.lanes * delivery.batch)
    await cluster.postgres.start()
    await until('the API to be back', async () => (await answers(a)).status === 200)
  }
  await a.reaches('weekly', 'finished')
  expect(nodes.every((node) => node.alive())).toBe(true)
  const last = await cluster.audit()
  expectPromise('hold', last)
  expect(last.counts).toMatchObject({ audience: people, failed: 0 })
})

test('through PgBouncer in transaction mode, nodes share a campaign as without it', async () => {
  const cluster = await openCluster({
    people,
    settings: { delivery },
    async throughUrl(postgres) {
      const pooler = await startPgBouncer(postgres)
      onTestFinished(() => pooler.drop())
      return pooler.url
    },
  })
  const nodes = [await cluster.start(), await cluster.start()] as const
  await cluster.send(nodes[0])
  await lettersToBe(cluster, nodes, people / 3)
  await nodes[1].kill()
  await nodes[0].reaches('weekly', 'finished')
  expectPromise('hold', await cluster.audit())
  expect(nodes[0].output()).not.toContain('E_INTERNAL')
})

/** Nodes that reach their database through a proxy, a campaign under way, the primary killed and its replica promoted.
 *  `synchronous`: nothing is acknowledged before the replica has it. */
async function failOver({ synchronous }: { readonly synchronous: boolean }) {
  let turn = (_port: number) => {}
  const cluster = await openCluster({
    people,
    settings: { delivery },
    async throughUrl(postgres) {
      const proxy = await startProxy(postgres.port)
      turn = proxy.turnTo
      return postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`)
    },
  })
  const replica = await startPostgres({ replicaOf: cluster.postgres })
  onTestFinished(() => replica.drop())
  if (synchronous) await waitForReplica(cluster.postgres)
  const nodes = [await cluster.start(), await cluster.start()]
  await cluster.send(nodes[0] as Daemon)
  await lettersToBe(cluster, nodes, people / 3)
  await cluster.postgres.stop('kill')
  await replica.promote()
  turn(replica.port)
  return { cluster, nodes: nodes as [Daemon, Daemon] }
}

/** While it looks for its database it says so to whoever asks. */
const reachesAgain = (node: Daemon, state: string) =>
  until(`the campaign to be ${state}`, async () => {
    const found = await node.client
      .get<{ state: string; reason: string | null }>('/campaigns/weekly')
      .catch((error: { code?: unknown }) => {
        if (error.code === 'E_STORE') return null
        throw error
      })
    return found?.state === state ? found : null
  })

async function waitForReplica({ url }: PostgresServer): Promise<void> {
  const client = new Client(url)
  await client.connect()
  await client.query("ALTER SYSTEM SET synchronous_standby_names = '*'")
  await client.query('SELECT pg_reload_conf()')
  await until('the replica to be waited for', async () => {
    const { rows } = await client.query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
    return rows.length > 0
  })
  await client.end()
}

describe('a replica is promoted in the middle of a campaign', () => {
  test('one that had everything that was acknowledged: it goes on as after a kill', async () => {
    const { cluster, nodes } = await failOver({ synchronous: true })
    await reachesAgain(nodes[0], 'finished')
    expectPromise('hold', await cluster.audit())
  })

  test('one that may have been behind: nothing goes out any more until somebody says so', async () => {
    const { cluster, nodes } = await failOver({ synchronous: false })
    const paused = await reachesAgain(nodes[0], 'paused')
    expect(paused.reason).toContain('failed over')
    await until('both nodes to know', () =>
      nodes.every((node) => node.output().includes('store.failed_over')),
    )
    await until('the lanes to stand', async () => {
      for (const { url } of nodes)
        if (
          !/^broadsheet_queue_chunks\{state="running"\} 0$/m.test(
            await (await fetch(`${url}/metrics`)).text(),
          )
        )
          return false
      return true
    })
    const sent = cluster.letters()
    expect(sent).toBeLessThan(people)
    await nodes[1].client.post('/campaigns/weekly/resume')
    await nodes[1].reaches('weekly', 'finished')
    const { publicationId } = (await cluster.store.campaigns.byName('weekly'))!
    const counts = await cluster.store.deliveries.counts(publicationId!)
    expect(counts).toMatchObject({ audience: people, queued: 0, handing: 0, failed: 0 })
    // Nobody is forgotten; what the replica never had may have gone twice.
    expect(counts.sent + counts.unknown).toBe(people)
    expect(cluster.letters()).toBeGreaterThan(sent)
  })
})
