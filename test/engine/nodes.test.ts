import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Fact } from '../../engine/model/progress.ts'
import type { Store } from '../../engine/ports/store.ts'
import { createMemoryBus } from '../../stores/memory/nodes/bus.ts'
import { openMemoryStore } from '../../stores/memory/open.ts'
import { createTestClock } from './support/clock.ts'
import { openHouse } from './support/house.ts'
import { waitFor } from './support/wait.ts'

/** Nodes on one store, each with a queue of its own, as with Postgres alone. Time stands until it is moved, and with a
 *  `sweepMs` of an hour only the bus wakes anybody. */
async function openNodes(
  names: readonly { readonly node: string; readonly work?: boolean }[],
  sweepMs = 3_600_000,
) {
  const clock = createTestClock()
  const bus = createMemoryBus()
  let leaseNow = 0
  const store = openMemoryStore({ monotonic: () => leaseNow })
  const open = async (options: { readonly node: string; readonly work?: boolean }) => {
    const house = await openHouse({
      store,
      clock,
      bus,
      people: 200,
      delivery: { sweepMs },
      ...options,
    })
    let open = true
    const close = async () => {
      if (!open) return
      open = false
      await house[Symbol.asyncDispose]()
    }
    onTestFinished(close)
    const facts: Fact[] = []
    house.engine.listen((fact) => facts.push(fact))
    return { ...house, facts, close }
  }
  const nodes = []
  for (const options of names) nodes.push(await open(options))
  return {
    nodes: nodes as [Awaited<ReturnType<typeof open>>, Awaited<ReturnType<typeof open>>],
    store,
    clock,
    open,
    passLeases: (ms: number) => {
      leaseNow += ms
    },
  }
}

const stateOf = async (store: Store, name: string) => (await store.campaigns.byName(name))?.state

describe('two nodes on one store', () => {
  test('a command on the one is worked by the other, and its listeners hear how far it is', async () => {
    const { nodes, store } = await openNodes([{ node: 'api', work: false }, { node: 'worker' }])
    const [api, worker] = nodes
    const weekly = await api.campaign()
    await api.engine.campaigns.start(weekly.id)
    await waitFor('the campaign to finish', async () => (await stateOf(store, 'weekly')) === 'finished')
    expect(api.channel.taken).toEqual([])
    expect(new Set(worker.channel.taken.map(({ to }) => to)).size).toBe(200)
    expect(worker.channel.taken).toHaveLength(200)
    await waitFor('the last news', () =>
      api.facts.some((fact) => fact.type === 'publication.progress' && fact.progress.state === 'finished'),
    )
    const changes = (facts: readonly Fact[]) =>
      facts.flatMap((fact) => (fact.type === 'campaign.changed' ? [fact.campaign.state] : []))
    expect(changes(api.facts)).toEqual(['running', 'finished'])
    expect(changes(worker.facts)).toEqual(['running', 'finished'])
  })

  test('a pause on the one stops the lanes of the other, which forgets the run', async () => {
    const { nodes, store } = await openNodes([{ node: 'api', work: false }, { node: 'worker' }])
    const [api, worker] = nodes
    const weekly = await api.campaign()
    let batches = 0
    worker.channel.before = async () => {
      batches += 1
      if (batches === 3) await api.engine.campaigns.pause(weekly.id)
    }
    await api.engine.campaigns.start(weekly.id)
    await waitFor('everything to stand', async () => {
      const counts = await api.counts(weekly)
      const depth = await worker.engine.depth()
      return (
        (await stateOf(store, 'weekly')) === 'paused' &&
        counts.handing === 0 &&
        depth.running + depth.queued === 0
      )
    })
    // Two lanes: each may have had permission for the batch that was next.
    expect(worker.channel.taken.length).toBeLessThanOrEqual(50)
    await api.engine.campaigns.resume(weekly.id)
    await waitFor('the campaign to finish', async () => (await stateOf(store, 'weekly')) === 'finished')
    expect(worker.channel.taken).toHaveLength(200)
  })

  test('both work one campaign, nobody gets two letters, and it ends', async () => {
    const { nodes, store, clock } = await openNodes([{ node: 'a' }, { node: 'b' }])
    const [a, b] = nodes
    // Each waits for the other's first batch, so that neither is through before the other began.
    const begun = new Set<string>()
    const meet = (name: string) => async () => {
      begun.add(name)
      await waitFor('the other node', () => begun.size === 2)
    }
    a.channel.before = meet('a')
    b.channel.before = meet('b')
    const weekly = await a.campaign()
    await a.engine.campaigns.start(weekly.id)
    await waitFor(
      'the campaign to finish',
      async () => (await stateOf(store, 'weekly')) === 'finished',
      () => clock.advance(3_600_000),
    )
    const taken = [...a.channel.taken, ...b.channel.taken].map(({ to }) => to)
    expect(taken).toHaveLength(200)
    expect(new Set(taken).size).toBe(200)
    expect(a.channel.taken.length).toBeGreaterThan(0)
    expect(b.channel.taken.length).toBeGreaterThan(0)
  })

  test('a schedule fires once; when a node has gone, on the other', async () => {
    const { nodes, store, clock } = await openNodes([{ node: 'a' }, { node: 'b' }], 10_000)
    const [a, b] = nodes
    const first = await a.campaign({ name: 'first' })
    await a.engine.campaigns.schedule(first.id, clock.now() + 60_000)
    const second = await a.campaign({ name: 'second' })
    await a.engine.campaigns.schedule(second.id, clock.now() + 600_000)
    const finished = (name: string) =>
      waitFor(
        `${name} to finish`,
        async () => (await stateOf(store, name)) === 'finished',
        () => clock.advance(10_000),
      )
    await finished('first')
    await a.close()
    await finished('second')
    for (const { id } of [first, second]) {
      const publications = await store.publications.page({ after: 0, limit: 10, campaignId: id })
      expect(publications.rows).toHaveLength(1)
    }
    expect(b.facts.filter((fact) => fact.type === 'campaign.changed').length).toBeGreaterThan(0)
  })

  test('while another leads, a schedule that is due is left to it', async () => {
    const { nodes, store, clock, passLeases } = await openNodes([{ node: 'a' }, { node: 'b' }], 10_000)
    passLeases(6001)
    expect(await store.leadership.lead('schedules', 'another', 60_000)).toBe(true)
    const asked = vi.spyOn(store.leadership, 'lead')
    const weekly = await nodes[0].campaign()
    await nodes[0].engine.campaigns.schedule(weekly.id, clock.now() + 10_000)
    await waitFor(
      'both nodes to have looked',
      () => asked.mock.calls.length > 8,
      () => clock.advance(10_000),
    )
    expect(await stateOf(store, 'weekly')).toBe('scheduled')
    await store.leadership.resign('schedules', 'another')
    await nodes[1].until(weekly, 'finished', 10_000)
  })

  test('letters that are long on the wire keep their lease; a node that says nothing loses its chunks', async () => {
    const { nodes, store, clock, passLeases } = await openNodes([
      { node: 'slow' },
      { node: 'other', work: false },
    ])
    const [slow] = nodes
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    slow.channel.before = () => answered
    const weekly = await slow.campaign()
    await slow.engine.campaigns.start(weekly.id)
    await waitFor('letters on the wire', async () => (await slow.counts(weekly)).handing > 0)
    const due = () => store.ledger.due({ now: clock.now(), limit: 100 })
    const before = (await due()).length
    // The clock of leases and the node's own move together: it speaks up four times a lease.
    for (let step = 0; step < 8; step += 1) {
      passLeases(2000)
      clock.advance(2000)
      await waitFor('the lease to be prolonged', async () => (await due()).length === before)
    }
    // Stopped: the leases' clock goes on, the node's does not.
    passLeases(8001)
    expect((await due()).length).toBeGreaterThan(before)
    answer()
  })
})
