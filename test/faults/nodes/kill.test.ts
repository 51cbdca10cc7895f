import { describe, expect, test } from 'vitest'
import { patience } from '../../support/pace.ts'
import { expectPromise } from '../scenarios/kills.ts'
import { batch, delivery, killNodes, lanes, lettersToBe } from '../scenarios/nodes.ts'
import { openCluster } from '../support/cluster.ts'

const people = 4000

const alone = { name: 'Postgres alone', redis: false } as const
const both = { name: 'Postgres and Redis', redis: true } as const

// Each on one of the two; nodes.long.test.ts kills them, and has them sleep, on both.
describe('three nodes', () => {
  test.each([
    { ...alone, uncertain: 'hold' },
    { ...both, uncertain: 'resend' },
  ] as const)(
    'kill -9 of one after the other, under policy "$uncertain", on $name',
    async ({ uncertain, redis }) => {
      const last = await killNodes({ uncertain, people, kills: 2, redis, seed: 11, perSecond: 500 })
      expectPromise(uncertain, last)
    },
  )

  test('a node that is killed is taken over by the others within ten seconds, on Postgres and Redis', async () => {
    const cluster = await openCluster({
      people,
      redis: true,
      settings: { delivery: { ...delivery, leaseMs: 8000 } },
    })
    const [a, b] = [await cluster.start(), await cluster.start()]
    await cluster.send(a)
    await lettersToBe(cluster, [a, b], people / 4)
    await b.kill()
    const killedAt = performance.now()
    await a.reaches('weekly', 'finished')
    // It ends when the last of the dead node's chunks is done: 8 s of its lease, a sweep, and what there was to send.
    const tookMs = performance.now() - killedAt
    expect(tookMs).toBeLessThan(patience(12_000))
    const last = await cluster.audit()
    expectPromise('hold', last)
    expect(last.counts.unknown).toBeLessThanOrEqual(lanes * batch)
  })

  test('a node that sleeps for longer than its leases writes nothing on waking, and sends nobody a copy, on Postgres alone', async () => {
    const cluster = await openCluster({ people, redis: false, settings: { delivery } })
    const [a, b] = [await cluster.start(), await cluster.start()]
    await cluster.send(a)
    await lettersToBe(cluster, [a, b], people / 4)
    b.signal('SIGSTOP')
    await a.reaches('weekly', 'finished')
    const asleep = await cluster.audit()
    b.signal('SIGCONT')
    // Told to end, it first does with what it had in hands whatever it still does.
    expect(await b.stop()).toEqual({ code: 0, signal: null })
    const awake = await cluster.audit()
    expect(awake.doubled).toEqual([])
    const states = (rows: typeof awake.rows) => new Map(rows.map((row) => [row.address, row.state]))
    expect(states(awake.rows)).toEqual(states(asleep.rows))
  })
})
