import { describe, expect, test } from 'vitest'
import { hourOf } from '../../../engine/model/audience-flow.ts'
import { bareProof } from '../../../engine/model/consent.ts'
import { type NewDeliveryEvent, readClasses } from '../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { expectExact } from '../../contract/store/analytics/numbers.ts'
import { nextStep, rollUp } from '../../contract/store/analytics/roll.ts'
import { newPeople, now, startRun } from '../../contract/store/scene.ts'
import { linesUntil, startChild } from '../support/child.ts'
import { useNodes } from './nodes.ts'

interface Readers {
  readonly publicationId: PublicationId
  readonly people: readonly SubscriberId[]
  /** The nth of very many, of everything something. */
  event(nth: number): NewDeliveryEvent
}

async function newReaders(store: Store, count = 7): Promise<Readers> {
  const publicationId = await startRun(store, {})
  const people = await newPeople(store, count, [])
  const types = ['sent', 'opened', 'clicked', 'opened', 'bounced', 'clicked'] as const
  return {
    publicationId,
    people,
    event(nth) {
      const type = types[nth % types.length]!
      const isRead = type === 'opened' || type === 'clicked'
      return {
        publicationId,
        subscriberId: people[nth % people.length]!,
        channel: 'smtp',
        type,
        at: now - (nth % 5) * 86_400_000,
        code: null,
        detail: type === 'bounced' ? 'soft: later' : null,
        class: isRead ? readClasses[nth % readClasses.length]! : null,
        link: type === 'clicked' ? nth % 3 : null,
      }
    },
  }
}
const append = (store: Store, { event }: Readers, count: number, from = 0) =>
  store.events.append(Array.from({ length: count }, (_, i) => event(from + i)))
const rolledTo = async (store: Store) => (await store.analytics.cursor()).rolledTo

describe('two nodes that count', () => {
  const nodes = useNodes()

  test('count each event once, while others are written', async () => {
    const { a, b } = nodes()
    const readers = await newReaders(a)
    let writing = true
    const counter = async (store: Store, limit: number) => {
      while (writing) await rollUp(store, limit)
      await rollUp(store, limit)
    }
    const writer = async (store: Store, from: number) => {
      for (let i = 0; i < 40; i += 1) await append(store, readers, 1 + (i % 4), from + i)
    }
    const counters = [counter(a, 3), counter(b, 5), counter(a, 40)]
    await Promise.all([a, b, a, b].map((store, i) => writer(store, i * 100)))
    writing = false
    await Promise.all(counters)
    const { rolledTo, last } = await a.analytics.cursor()
    expect(rolledTo).toBe(last)
    await expectExact(b)
  })

  test('at the same moment: one waits for the other, and is refused whole', async () => {
    const { a, b, gate, waiting } = nodes()
    const readers = await newReaders(a)
    await append(a, readers, 60)
    const before = await rolledTo(a)
    const [one, other] = [await nextStep(a, 30), await nextStep(b, 60)]
    // The first stands still in the middle of what it writes.
    const release = await gate('LOCK TABLE rollup_people IN EXCLUSIVE MODE')
    const first = a.rollups.apply(one)
    await waiting(1)
    const second = b.rollups.apply(other)
    await waiting(2)
    expect(await rolledTo(b)).toBe(before)
    await release()
    expect([await first, await second]).toEqual([true, false])
    expect(await rolledTo(b)).toBe(one.to)
    await expectExact(b)
    expect(await b.rollups.apply(await nextStep(b, 60))).toBe(true)
    await expectExact(a)
  })

  test('do not pass over events that are committed late', async () => {
    const { a, b, gate } = nodes()
    const readers = await newReaders(a)
    await rollUp(a)
    const [people] = readers.people
    // As a node writes them: what was drawn is locked, and the row is not there yet.
    const release = await gate(
      `INSERT INTO event (publication_id, subscriber_id, channel, type, at)
       SELECT $1, $2, 'smtp', 'sent', $3
       FROM (SELECT pg_advisory_xact_lock_shared(x'4576'::bigint << 48 | pg_sequence_last_value('event_id'))) drawing`,
      [readers.publicationId, people, now],
    )
    await append(a, readers, 6)
    const before = await rolledTo(b)
    expect((await b.rollups.next(10)).events).toEqual([])
    await rollUp(b)
    expect(await rolledTo(b)).toBe(before)
    await release()
    const { events } = await b.rollups.next(10)
    expect(events).toHaveLength(7)
    await rollUp(b)
    await expectExact(a)
  })

  test('keep nothing of somebody who is erased meanwhile', async () => {
    const { a, b, gate, waiting, rows } = nodes()
    const readers = await newReaders(a)
    const erase = (id: SubscriberId) =>
      b.subscriptions.erase({ id, remember: false, proof: bareProof('api', now), now })
    const kept = async (id: SubscriberId) =>
      (
        await rows<{ kept: number }>(
          ['touch', 'score', 'active_month']
            .map((table) => `SELECT count(*) AS kept FROM ${table} WHERE subscriber_id = $1`)
            .join(' UNION ALL '),
          [id],
        )
      ).map((row) => row.kept)
    const early = readers.people[0]!

    // Between what was known and what is written: the step is refused, and the next one knows.
    await append(a, readers, 40)
    const stale = await nextStep(a, 100)
    await erase(early)
    expect(await a.rollups.apply(stale)).toBe(false)
    await rollUp(a)
    expect(await kept(early)).toEqual([0, 0, 0])

    // In the middle of what is written: who erases waits, and takes away what that wrote.
    const others = await newReaders(a)
    const [late, none] = others.people as [SubscriberId, SubscriberId]
    await append(a, others, 40)
    const step = await nextStep(a, 100)
    const release = await gate('LOCK TABLE rollup_people IN EXCLUSIVE MODE')
    const counted = a.rollups.apply(step)
    await waiting(1)
    const erased = erase(late)
    await waiting(2)
    await release()
    expect([await counted, await erased]).toEqual([true, true])
    expect(await kept(late)).toEqual([0, 0, 0])
    expect(await kept(none)).not.toEqual([0, 0, 0])
    const bins = await a.analytics.scores()
    const [scores] = await rows<{ people: number }>('SELECT count(*) AS people FROM score')
    expect(bins.reduce((sum, { people }) => sum + people, 0)).toBe(scores?.people)
  })
})

describe('two nodes that look at the audience', () => {
  const nodes = useNodes()

  test('keep one look of an hour, whichever was last', async () => {
    const { a, b, gate, waiting } = nodes()
    await newPeople(a, 3, [])
    const hour = hourOf(now)
    const look = await a.audienceFlow.look({ from: hour - 1, to: hour + 1 })
    // Both begin before either is done.
    const release = await gate('LOCK TABLE cohort_size IN EXCLUSIVE MODE')
    const kept = [a, b].map((store) => store.audienceFlow.keep(look))
    await waiting(2)
    await release()
    await Promise.all(kept)
    const ask = { from: hour, to: hour + 2, every: 1 }
    expect(await b.audienceFlow.flow(ask)).toEqual(look.flow)
    expect(await b.audienceFlow.sizes({ ...ask, listId: null })).toEqual(look.sizes)
  })
})

describe('a node that is killed while it counts', () => {
  const nodes = useNodes()

  test('leaves a cursor and the numbers of exactly the events before it', async () => {
    const { a, url } = nodes()
    const readers = await newReaders(a)
    for (let round = 0; round < 6; round += 1) {
      await append(a, readers, 400, round * 400)
      const child = startChild('roll-until-killed.ts', [url, '1'])
      await linesUntil(child, 'open')
      const before = await rolledTo(a)
      await expect.poll(() => rolledTo(a)).toBeGreaterThan(before + round * 9)
      await child.kill()
      await expectExact(a)
    }
    await rollUp(a)
    await expectExact(a)
  })
})
