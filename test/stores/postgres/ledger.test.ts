import { describe, expect, test } from 'vitest'
import { seeded } from '../../../app/demo/content/seeded.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Store } from '../../../engine/ports/store.ts'
import {
  campaignInput,
  fresh,
  handOver,
  intent,
  longMs,
  moveRun,
  mustLease,
  newList,
  newPeople,
  newRun,
  now,
  planAll,
  send,
  settlement,
  specOf,
  startRun,
} from '../../contract/store/scene.ts'
import { type Nodes, useNodes } from './nodes.ts'

describe('the ledger on two nodes', () => {
  const nodes = useNodes()
  /** Whoever adds to a run's counters waits, with everything else of their transaction written. */
  const holdCounters = (id: PublicationId) =>
    nodes().gate('SELECT part FROM publication_count WHERE publication_id = $1 FOR UPDATE', [id])
  const leaseOf = (store: Store, publicationId: PublicationId, seq: number) =>
    store.ledger.lease({ publicationId, seq }, { owner: fresh('worker'), leaseMs: longMs, now })

  test('eight workers whose leases run out at any moment send to everyone once, and the books balance', async () => {
    const { a, b, rows } = nodes()
    const { id, people } = await newRun(a, 600, { chunkSize: 15 })
    const letters = new Map<SubscriberId, number>()
    const expire = (seq: number) =>
      rows(
        "UPDATE chunk SET lease_until = clock_timestamp() - interval '1 s' WHERE publication_id = $1 AND seq = $2",
        [id, seq],
      )
    const open = async () =>
      (await rows("SELECT seq FROM chunk WHERE publication_id = $1 AND state <> 'done'", [id])).length > 0
    /** Another one is quicker, does nothing and is killed. */
    const takeOver = async (seq: number) => {
      await expire(seq)
      await leaseOf(b, id, seq)
      await expire(seq)
    }
    let stale = 0
    const worker = async (store: Store, seed: number) => {
      const random = seeded(seed)
      while (await open()) {
        const due = (await store.ledger.due({ now, limit: 100 })).filter((one) => one.publicationId === id)
        const next = due[Math.floor(random() * due.length)]
        const lease = next === undefined ? null : await leaseOf(store, id, next.seq)
        if (lease === null) continue
        for (let at = 0; at < lease.work.length; at += 5) {
          const intents = lease.work.slice(at, at + 5).map((work) => intent(work.subscriberId, work))
          const result = await store.ledger.intend(lease, intents, { leaseMs: longMs, now })
          if (result.status !== 'granted') {
            stale += 1
            break
          }
          for (const one of result.granted) letters.set(one, (letters.get(one) ?? 0) + 1)
          // Somebody else may have it from here on, or has it, while this one goes on.
          if (random() < 0.3) await expire(lease.seq)
          if (random() < 0.1) await takeOver(lease.seq)
          // Killed: nothing is settled, nothing laid down.
          if (random() < 0.1) break
          const settled = result.granted.map((one) => settlement(one, 'sent', { code: '250' }))
          const { status } = await store.ledger.settle(lease, settled, now)
          if (status === 'stale') stale += 1
        }
        if (random() < 0.7) await store.ledger.release(lease, { notBefore: null })
        else await expire(lease.seq)
      }
    }
    let working = true
    const watcher = async () => {
      let looks = 0
      for (; working; looks += 1) expect(await difference(nodes(), id)).toEqual([])
      return looks
    }
    const watching = watcher()
    await Promise.all(Array.from({ length: 8 }, (_, i) => worker(i % 2 === 0 ? a : b, i + 1)))
    working = false
    expect(await watching).toBeGreaterThan(10)
    expect(stale).toBeGreaterThan(0)
    expect([...letters.keys()].sort((x, y) => x - y)).toEqual(people)
    expect(new Set(letters.values())).toEqual(new Set([1]))
    const { audience, sent, unknown } = await b.deliveries.counts(id)
    expect(sent + unknown).toBe(audience)
  })

  test('an old epoch that waits for the new one writes nothing', async () => {
    const { a, b, rows, waiting } = nodes()
    const { id, people } = await newRun(a, 1)
    const old = await mustLease(a, id, 0, 0)
    const release = await nodes().gate('UPDATE chunk SET epoch = epoch + 1 WHERE publication_id = $1', [id])
    const late = Promise.all([
      a.ledger.intend(old, [intent(people[0]!)], { leaseMs: longMs, now }),
      b.ledger.settle(old, [settlement(people[0]!, 'sent')], now),
      b.ledger.release(old, { notBefore: null }),
      b.ledger.renew([old], longMs),
    ])
    await waiting(4)
    await release()
    expect(await late).toEqual([{ status: 'stale' }, { status: 'stale' }, null, 0])
    expect(await rows('SELECT subscriber_id FROM delivery WHERE publication_id = $1', [id])).toEqual([])
  })

  test('of two leases with one epoch, as after a failover that lost the first, the last one holds', async () => {
    const { a, b, rows } = nodes()
    const { id, people } = await newRun(a, 2)
    const lost = await mustLease(a, id)
    await rows("UPDATE chunk SET state = 'open', epoch = 0, owner = NULL WHERE publication_id = $1", [id])
    const held = (await leaseOf(b, id, 0))!
    expect(held.epoch).toBe(lost.epoch)
    expect(await a.ledger.intend(lost, [intent(people[0]!)], { leaseMs: longMs, now })).toEqual({
      status: 'stale',
    })
    expect(
      await handOver(
        b,
        held,
        people.map((one) => intent(one)),
      ),
    ).toEqual(people)
    expect(await a.ledger.settle(lost, [settlement(people[0]!, 'sent')], now)).toEqual({ status: 'stale' })
    expect(await a.ledger.renew([lost, held], longMs)).toBe(1)
    expect(await a.ledger.release(lost, { notBefore: null })).toBeNull()
  })

  test('what a node knows of a chunk is what its lease found, also where ids were given twice', async () => {
    const { a, rows } = nodes()
    const { id, people } = await newRun(a, 2)
    const before = await mustLease(a, id, 0, 0)
    await handOver(a, before, [intent(people[0]!)])
    // As after a restore: planned anew, for others.
    const others = await newPeople(a, 2, [])
    await rows('DELETE FROM delivery WHERE publication_id = $1', [id])
    await rows("UPDATE chunk SET state = 'open', ids = $2 WHERE publication_id = $1", [id, others])
    const lease = await mustLease(a, id)
    expect(lease.work.map(({ subscriberId }) => subscriberId)).toEqual(others)
    await a.ledger.intend(
      lease,
      lease.work.map((work) => intent(work.subscriberId, work)),
      { leaseMs: longMs, now },
    )
    expect(
      await rows('SELECT subscriber_id AS id FROM delivery WHERE publication_id = $1 ORDER BY 1', [id]),
    ).toEqual(others.map((one) => ({ id: one })))
  })

  test('permission for the same attempt, asked for twice at once, is given once', async () => {
    const { a, b, waiting } = nodes()
    const { id, people } = await newRun(a, 3)
    const lease = await mustLease(a, id)
    const release = await holdCounters(id)
    const both = Promise.all(
      [a, b].map((store) =>
        handOver(
          store,
          lease,
          people.map((one) => intent(one)),
        ),
      ),
    )
    await waiting(2)
    await release()
    expect((await both).flat().sort((x, y) => x - y)).toEqual(people)
  })

  test('of two publications under one key one sends to a person, whoever is quicker', async () => {
    const { a, b, waiting } = nodes()
    const list = await newList(a)
    const people = await newPeople(a, 40, [list])
    const onceKey = fresh('key')
    const [first, second] = await Promise.all(
      [a, b].map(async (store) => {
        const id = await startRun(store, { listIds: [list], onceKey })
        await planAll(store, id)
        return { id, store, lease: await mustLease(store, id) }
      }),
    )
    const release = await holdCounters(first!.id)
    const ask = ({ store, lease }: NonNullable<typeof first>, ids: readonly SubscriberId[]) =>
      handOver(
        store,
        lease,
        ids.map((one) => intent(one)),
      )
    const half = ask(first!, people.slice(0, 20))
    await waiting(1)
    const all = ask(second!, people.toReversed())
    await waiting(2)
    await release()
    expect(await half).toEqual(people.slice(0, 20))
    expect((await all).toSorted((x, y) => x - y)).toEqual(people.slice(20))
    expect(await b.deliveries.get(second!.id, people[0]!)).toMatchObject({ state: 'skipped', code: 'once' })
  })

  test('two runs that hand over to a person at once keep to the cap together', async () => {
    const { a, b, waiting } = nodes()
    const list = await newList(a)
    const people = await newPeople(a, 5, [list])
    const [first, second] = await Promise.all(
      [a, b].map(async (store) => {
        const id = await startRun(store, { listIds: [list] })
        await planAll(store, id)
        return { id, store, lease: await mustLease(store, id) }
      }),
    )
    const release = await holdCounters(first!.id)
    const ask = async ({ store, lease }: NonNullable<typeof first>, ids: readonly SubscriberId[]) => {
      const options = { leaseMs: longMs, now, caps: { maxPerDay: 1, maxPerWeek: null } }
      const result = await store.ledger.intend(
        lease,
        ids.map((one) => intent(one)),
        options,
      )
      return result.status === 'granted' ? result.granted : []
    }
    const one = ask(first!, people)
    await waiting(1)
    const other = ask(second!, people.toReversed())
    await waiting(2)
    await release()
    expect(await one).toEqual(people)
    expect(await other).toEqual([])
    expect((await b.deliveries.counts(second!.id)).skipped).toBe(5)
  })

  test('once a pause is through, nobody gets permission any more; what was asked before is let through', async () => {
    const { a, b, waiting } = nodes()
    const { id, people } = await newRun(a, 20, { chunkSize: 10 })
    const [one, other] = [await mustLease(a, id, 0), await mustLease(b, id, 1)]
    const release = await holdCounters(id)
    const before = handOver(
      a,
      one,
      people.slice(0, 10).map((person) => intent(person)),
    )
    await waiting(1)
    let paused = false
    const pausing = moveRun(b, id, 'paused').then(() => {
      paused = true
    })
    await waiting(2)
    // It stands behind the pause, not before it: lanes that never rest do not keep a pause from its turn.
    const after = a.ledger.intend(other, [intent(people[10]!)], { leaseMs: longMs, now })
    await waiting(3)
    expect(paused).toBe(false)
    await release()
    expect(await before).toEqual(people.slice(0, 10))
    await pausing
    expect(await after).toEqual({ status: 'halted', state: 'paused' })
    expect(await b.ledger.intend(other, [intent(people[10]!)], { leaseMs: longMs, now })).toEqual({
      status: 'halted',
      state: 'paused',
    })
    expect((await b.deliveries.counts(id)).handing).toBe(10)
  })

  test('an audience that several plan at once is cut once', async () => {
    const { a, b, rows } = nodes()
    const list = await newList(a)
    const people = await newPeople(a, 95, [list])
    const id = await startRun(a, { listIds: [list] })
    const plan = async (store: Store) => {
      for (;;) if ((await store.ledger.plan(id, { chunkSize: 10, maxChunks: 1 })).done) return
    }
    await Promise.all([a, b, a, b].map(plan))
    const chunks = await rows<{ seq: number; ids: string[] }>(
      'SELECT seq, ids FROM chunk WHERE publication_id = $1 ORDER BY seq',
      [id],
    )
    expect(chunks.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(chunks.flatMap(({ ids }) => ids.map(Number))).toEqual(people)
    expect(await b.deliveries.counts(id)).toMatchObject({ audience: 95, queued: 95 })
  })

  test('a campaign that is paused while its plan ends does not run', async () => {
    const { a, b, waiting } = nodes()
    const list = await newList(a)
    await newPeople(a, 2, [list])
    const id = await startRun(a, { listIds: [list] })
    const { campaignId } = (await a.publications.get(id))!
    const campaign = (await a.campaigns.get(campaignId))!
    // The pause is written, and not committed yet.
    const release = await nodes().gate(
      "UPDATE campaign SET state = 'paused', version = version + 1 WHERE id = $1",
      [campaign.id],
    )
    const planned = b.ledger.plan(id, { chunkSize: 10, maxChunks: 10 })
    await waiting(1)
    await release()
    expect(await planned).toMatchObject({ done: true })
    expect(await a.publications.get(id)).toMatchObject({ state: 'paused' })
  })

  test('of many who begin one edition at once, one does', async () => {
    const { a, b } = nodes()
    const campaign = await a.campaigns.insert(campaignInput(), now)
    const { id, name, title, version } = campaign
    const edition = { dueAt: now, next: now + 1, skipped: [{ dueAt: now - 1, reason: 'late' }] }
    const run = { spec: specOf({ campaign: { id, name, title } }), month: 202_701, edition }
    const all = await Promise.allSettled(
      [a, b, a, b, a, b].map((store) => store.campaigns.start(id, version, run, now)),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of all)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'E_CONFLICT' })
    expect(await b.editions.sum(id)).toEqual({ begun: 1, lastDueAt: now })
    const page = await b.publications.page({ after: 0, limit: 10, campaignId: id })
    expect(page.rows).toHaveLength(1)
  })

  test('what is retried while its chunk is laid down is not forgotten', async () => {
    const { a, b, rows, waiting } = nodes()
    const { id, people } = await newRun(a, 2)
    const lease = await mustLease(a, id)
    await send(a, lease, people, 'failed', { code: '550' })
    // The release holds the chunk and cannot end: it has looked at the rows already.
    const laid = nodes().gate(
      "UPDATE chunk SET state = 'done', owner = NULL, lease_until = NULL WHERE publication_id = $1 AND seq = 0",
      [id],
    )
    const release = await laid
    const retried = b.ledger.retry(id, { states: ['failed'], now })
    await waiting(1)
    await release()
    expect(await retried).toBe(2)
    expect(await rows('SELECT state FROM chunk WHERE publication_id = $1', [id])).toEqual([
      { state: 'waiting' },
    ])
    expect(await a.deliveries.counts(id)).toMatchObject({ retry: 2, failed: 0 })
  })

  test('a reply that holds U+0000 is kept without it', async () => {
    const { a } = nodes()
    const { id, people } = await newRun(a, 2)
    const lease = await mustLease(a, id)
    await send(a, lease, [people[0]!], 'sent', { code: '2\u000050', detail: 'o\u0000k' })
    await send(a, lease, [people[1]!], 'failed', { code: '550', detail: '\u0000', suppress: true })
    expect(await a.deliveries.get(id, people[0]!)).toMatchObject({ code: '2\uFFFD50', detail: 'o\uFFFDk' })
    expect(await a.deliveries.get(id, people[1]!)).toMatchObject({ state: 'failed', detail: '\uFFFD' })
  })
})

/** Where the counters say something else than the rows, in one look. */
const difference = ({ rows }: Nodes, id: PublicationId) =>
  rows(
    `SELECT v.state, sum(v.counted) AS counted, found.rows
     FROM publication_count c
     CROSS JOIN LATERAL (VALUES ('handing', handing), ('sent', sent), ('failed', failed), ('retry', retry),
       ('unknown', unknown), ('skipped', skipped), ('suppressed', suppressed)) v (state, counted)
     CROSS JOIN LATERAL (
       SELECT count(*) AS rows FROM delivery d WHERE d.publication_id = $1 AND d.state = v.state
     ) found
     WHERE c.publication_id = $1
     GROUP BY v.state, found.rows
     HAVING sum(v.counted) <> found.rows`,
    [id],
  )
