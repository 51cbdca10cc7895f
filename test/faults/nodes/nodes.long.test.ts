import { describe, expect, test } from 'vitest'
import { expectPromise } from '../scenarios/kills.ts'
import { delivery, killNodes, lettersToBe } from '../scenarios/nodes.ts'
import { openCluster } from '../support/cluster.ts'
import { passing } from '../support/until.ts'

const people = 100_000

describe.each([
  ['Postgres alone', false],
  ['Postgres and Redis', true],
])('three nodes on %s, 100,000 recipients', (_name, redis) => {
  test.each(['hold', 'resend'] as const)('twenty nodes killed, under policy "%s"', async (uncertain) => {
    expectPromise(
      uncertain,
      await killNodes({ uncertain, people, kills: 20, redis, seed: 7, perSecond: 2000 }),
    )
  })

  test('a node sleeps for a minute, twice', async () => {
    const cluster = await openCluster({
      people,
      redis,
      settings: { delivery: { ...delivery, leaseMs: 8000 } },
    })
    const nodes = [await cluster.start(), await cluster.start(), await cluster.start()] as const
    await cluster.send(nodes[0])
    for (const nap of [1, 2] as const) {
      await lettersToBe(cluster, nodes, (people * nap) / 4)
      nodes[nap].signal('SIGSTOP')
      await passing(60_000)
      nodes[nap].signal('SIGCONT')
    }
    await nodes[0].reaches('weekly', 'finished')
    expectPromise('hold', await cluster.audit())
  })

  test('Postgres is restarted ten times, and away for a minute', async () => {
    const cluster = await openCluster({ people, redis, settings: { delivery } })
    const nodes = [await cluster.start(), await cluster.start(), await cluster.start()] as const
    await cluster.send(nodes[0])
    for (let restart = 1; restart <= 10; restart += 1) {
      await lettersToBe(cluster, nodes, (people * restart) / 12)
      await cluster.postgres.stop(restart % 2 === 0 ? 'fast' : 'kill')
      if (restart === 5) await passing(60_000)
      await cluster.postgres.start()
    }
    await nodes[0].reaches('weekly', 'finished')
    expect(nodes.every((node) => node.alive())).toBe(true)
    expectPromise('hold', await cluster.audit())
  })
})
