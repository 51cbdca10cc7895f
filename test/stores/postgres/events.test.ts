import { describe, expect, test } from 'vitest'
import type { DeliveryEvent, NewDeliveryEvent } from '../../../engine/model/event.ts'
import type { EpochMs, Page, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { handOver, intent, mustLease, newRun, now, send, settlement } from '../../contract/store/scene.ts'
import { useNodes } from './nodes.ts'

const dayMs = 86_400_000

describe('events on two nodes', () => {
  const nodes = useNodes()
  const event = (detail: string, at: EpochMs = now): NewDeliveryEvent => ({
    publicationId: 1 as PublicationId,
    subscriberId: 1 as SubscriberId,
    channel: 'smtp',
    type: 'opened',
    at,
    code: null,
    detail,
  })
  /** Everything after `after`, as whoever reads on from the last id seen gets it. */
  const readOn = async (store: Store, after: number): Promise<readonly DeliveryEvent[]> => {
    const rows: DeliveryEvent[] = []
    for (let next: number | null = after; next !== null; ) {
      const page: Page<DeliveryEvent> = await store.events.page({ after: next, limit: 2 })
      rows.push(...page.rows)
      next = page.next
    }
    return rows
  }
  const lastId = async (store: Store) => (await readOn(store, 0)).at(-1)?.id ?? 0

  test('none is passed over that is committed late, and order is that of the ids', async () => {
    const { a, b, gate, waiting } = nodes()
    const { id, people } = await newRun(a, 3)
    const lease = await mustLease(a, id)
    await handOver(
      a,
      lease,
      people.map((one) => intent(one)),
    )
    const before = await lastId(b)
    // It has drawn its ids, and waits with them for the counters.
    const release = await gate('SELECT part FROM publication_count WHERE publication_id = $1 FOR UPDATE', [
      id,
    ])
    const late = a.ledger.settle(
      lease,
      people.map((one) => settlement(one, 'sent')),
      now,
    )
    await waiting(1)
    const [later] = await b.events.append([event('quick')])
    expect(await readOn(b, before)).toEqual([])
    expect(await readOn(b, 0)).toHaveLength(before === 0 ? 0 : (await readOn(a, 0)).length)
    await release()
    await late
    const rows = await readOn(b, before)
    expect(rows.map(({ type }) => type)).toEqual(['sent', 'sent', 'sent', 'opened'])
    expect(rows.map((row) => row.id)).toEqual(rows.map((row) => row.id).toSorted((x, y) => x - y))
    expect(rows.at(-1)?.id).toBe(later)
  })

  test('what is written is read at once, whatever else is under way on the server', async () => {
    const { a, b, gate } = nodes()
    const before = await lastId(a)
    // A transaction that writes, and is not done; and one that was begun and given up after drawing an id.
    const release = await gate("INSERT INTO erased (hash, at) VALUES ('x', 1)")
    const given = await gate("SELECT nextval('event_id')")
    for (const store of [a, b]) await store.events.append([event('one'), event('two')])
    expect((await readOn(b, before)).map(({ detail }) => detail)).toEqual(['one', 'two', 'one', 'two'])
    await release()
    await given()
  })

  test('many who write while others read on: everybody reads the same', async () => {
    const { a, b } = nodes()
    const before = await lastId(a)
    let writing = true
    const reader = async (store: Store) => {
      const rows: DeliveryEvent[] = []
      const look = async () => rows.push(...(await readOn(store, rows.at(-1)?.id ?? before)))
      while (writing) await look()
      await look()
      return rows.map(({ id }) => id)
    }
    const readers = [a, b, a].map(reader)
    const writer = async (store: Store, name: number) => {
      for (let i = 0; i < 30; i += 1)
        await store.events.append(Array.from({ length: 1 + (i % 4) }, (_, n) => event(`${name} ${i} ${n}`)))
    }
    await Promise.all([a, b, a, b, a, b].map(writer))
    writing = false
    const all = (
      await nodes().rows<{ id: number }>('SELECT id FROM event WHERE id > $1 ORDER BY id', [before])
    ).map(({ id }) => id)
    expect(all).toHaveLength(6 * 73)
    for (const ids of await Promise.all(readers)) expect(ids).toEqual(all)
  })
})

describe('months', () => {
  const nodes = useNodes()
  const start = Date.UTC(2026, 10, 28)
  const event = (at: EpochMs, publicationId = 1): NewDeliveryEvent => ({
    publicationId: publicationId as PublicationId,
    subscriberId: 1 as SubscriberId,
    channel: 'smtp',
    type: 'opened',
    at,
    code: null,
    detail: null,
  })
  const partitions = async () =>
    (
      await nodes().rows<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent IN ('event'::regclass, 'delivery'::regclass) ORDER BY c.relname`,
      )
    ).map(({ name }) => name)
  const placeOf = async (publicationId: number) =>
    (
      await nodes().rows<{ place: string }>(
        'SELECT tableoid::regclass::text AS place FROM event WHERE publication_id = $1 ORDER BY id',
        [publicationId],
      )
    ).map(({ place }) => place)

  test('are made ahead, over the end of the year, by several nodes at once', async () => {
    const { a, b } = nodes()
    await Promise.all([a, b, a, b].map((store) => store.maintain(start)))
    await a.maintain(start + dayMs)
    expect(await partitions()).toEqual([
      'delivery_202611',
      'delivery_202612',
      'delivery_202701',
      'delivery_202702',
      'delivery_rest',
      'event_202611',
      'event_202612',
      'event_202701',
      'event_202702',
      'event_rest',
    ])
    const { id } = await newRun(a, 1)
    const lease = await mustLease(a, id)
    await handOver(
      a,
      lease,
      lease.work.map(({ subscriberId }) => intent(subscriberId)),
    )
    const [row] = await nodes().rows<{ place: string }>(
      'SELECT tableoid::regclass::text AS place FROM delivery WHERE publication_id = $1',
      [id],
    )
    expect(row?.place).toBe('delivery_202701')
    await a.events.append([event(Date.UTC(2026, 11) - 1, 2), event(Date.UTC(2026, 11), 2)])
    expect(await placeOf(2)).toEqual(['event_202611', 'event_202612'])
  })

  test('where rows are in the rest already, the others are made, and nothing is lost', async () => {
    const { a } = nodes()
    const march = Date.UTC(2027, 2, 10)
    await a.events.append([event(march, 3)])
    await a.maintain(march)
    const made = await partitions()
    expect(made).not.toContain('event_202703')
    expect(made).toEqual(expect.arrayContaining(['delivery_202703', 'event_202704', 'event_202706']))
    await a.maintain(march)
    await a.events.append([event(march + 1, 3), event(Date.UTC(2027, 3), 3)])
    expect(await placeOf(3)).toEqual(['event_rest', 'event_rest', 'event_202704'])
  })

  test('are forgotten as a whole once all of one is old; else the oldest ids, as many as asked for', async () => {
    const { a, b, rows } = nodes()
    await rows('DELETE FROM event')
    const november = Date.UTC(2026, 10, 1)
    const december = Date.UTC(2026, 11, 1)
    await a.events.append(Array.from({ length: 5 }, (_, i) => event(november + i)))
    await a.events.append(Array.from({ length: 4 }, (_, i) => event(december + i * dayMs)))
    // All of November but its last moment is old: only rows go.
    expect(await a.events.remove({ before: december - 1, limit: 2 })).toBe(2)
    expect(await partitions()).toContain('event_202611')
    const both = await Promise.all(
      [a, b].map((store) => store.events.remove({ before: december + dayMs, limit: 1 })),
    )
    expect(both.reduce((sum, count) => sum + count, 0)).toBe(3 + 1)
    expect(await partitions()).not.toContain('event_202611')
    expect(await a.events.remove({ before: december + 2 * dayMs, limit: 10 })).toBe(1)
    expect(await a.events.remove({ before: december + 2 * dayMs, limit: 10 })).toBe(0)
    expect((await a.events.page({ after: 0, limit: 10 })).rows.map(({ at }) => at)).toEqual([
      december + 2 * dayMs,
      december + 3 * dayMs,
    ])
    // One that comes late has a place still.
    await a.events.append([event(november, 9)])
    expect(await placeOf(9)).toEqual(['event_rest'])
  })

  test('deliveries of a month go as a whole once all of it is over; while something of it runs, row by row', async () => {
    const { a, rows } = nodes()
    const february = Date.UTC(2027, 1)
    await a.maintain(now)
    const [over, going] = [await newRun(a, 2), await newRun(a, 1)]
    for (const { id, people } of [over, going]) await send(a, await mustLease(a, id), people, 'sent')
    await rows("UPDATE publication SET state = 'finished' WHERE id <> $1", [going.id])
    const first = await a.deliveries.remove({ before: february, limit: 100 })
    expect(first).toBeGreaterThanOrEqual(2)
    expect(await partitions()).toContain('delivery_202701')
    expect(await a.deliveries.get(over.id, over.people[0]!)).toBeNull()
    expect(await a.deliveries.get(going.id, going.people[0]!)).toMatchObject({ state: 'sent' })
    await rows("UPDATE publication SET state = 'finished'")
    expect(await a.deliveries.remove({ before: february, limit: 100 })).toBe(1)
    expect(await partitions()).not.toContain('delivery_202701')
    expect(await a.deliveries.counts(going.id)).toMatchObject({ audience: 1, sent: 1 })
  })
})
