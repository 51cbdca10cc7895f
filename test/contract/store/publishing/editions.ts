import { describe, expect, test } from 'vitest'
import type { Caps } from '../../../../engine/config.ts'
import type { EpochMs, SubscriberId } from '../../../../engine/model/ids.ts'
import { parseWall } from '../../../../engine/model/wall-clock.ts'
import {
  campaignInput,
  countsOf,
  fresh,
  handOver,
  intent,
  longMs,
  moveRun,
  mustLease,
  newList,
  newRun,
  now,
  type OpenStore,
  planAll,
  send,
  specOf,
  startRun,
  useStore,
} from '../fixtures.ts'

const dayMs = 86_400_000

/** Due times of recurring campaigns. */
export function testEditions(open: OpenStore): void {
  describe('editions', () => {
    const store = useStore(open)
    const newCampaign = () => store().campaigns.insert(campaignInput(), now)
    type Row = Awaited<ReturnType<typeof newCampaign>>
    const begin = (
      { id, name, title, version }: Row,
      dueAt: EpochMs,
      next: EpochMs | null,
      skipped: EpochMs[] = [],
    ) =>
      store().campaigns.start(
        id,
        version,
        {
          spec: specOf({ campaign: { id, name, title } }),
          month: 202_701,
          edition: { dueAt, next, skipped: skipped.map((at) => ({ dueAt: at, reason: 'late' })) },
        },
        now,
      )
    const rowsOf = async ({ id }: Row) =>
      (await store().editions.page({ campaignId: id, after: 0, limit: 10 })).rows.map(
        ({ dueAt, number, state }) => [dueAt, number, state],
      )

    test('are begun with the publication, numbered, and the next due time stands in the campaign', async () => {
      const weekly = await newCampaign()
      const first = await begin(weekly, now, now + 3, [now + 1, now + 2])
      expect(first.campaign).toMatchObject({ state: 'running', scheduledAt: now + 3, reason: null })
      const second = await begin(first.campaign, now + 3, null)
      expect(second.campaign.scheduledAt).toBeNull()
      expect(await rowsOf(weekly)).toEqual([
        [now + 3, 2, 'planning'],
        [now + 2, null, 'skipped'],
        [now + 1, null, 'skipped'],
        [now, 1, 'planning'],
      ])
      expect(await store().editions.sum(weekly.id)).toEqual({ begun: 2, lastDueAt: now + 3 })
      const page = await store().editions.page({ campaignId: weekly.id, after: now + 2, limit: 1 })
      expect(page).toMatchObject({
        rows: [
          {
            campaignId: weekly.id,
            dueAt: now + 1,
            reason: 'late',
            publicationId: null,
            counts: null,
            at: now,
          },
        ],
        next: now + 1,
      })
      const [last] = (await store().editions.page({ campaignId: weekly.id, after: 0, limit: 1 })).rows
      expect(last).toMatchObject({
        publicationId: second.publication.id,
        counts: { audience: 0 },
        finishedAt: null,
      })
    })

    test('a due time is begun once: not again, not after it was skipped, and nothing of the refused stays', async () => {
      const weekly = await newCampaign()
      const { campaign } = await begin(weekly, now, now + 1, [now + 1])
      const publications = () => store().publications.page({ after: 0, limit: 100, campaignId: weekly.id })
      for (const dueAt of [now, now + 1])
        await expect(begin(campaign, dueAt, null, [now + 9])).rejects.toMatchObject({ code: 'E_EXISTS' })
      expect((await publications()).rows).toHaveLength(1)
      expect(await rowsOf(weekly)).toHaveLength(2)
      expect(await store().campaigns.get(weekly.id)).toEqual(campaign)
    })

    test('are skipped with a change of the campaign; what is noted stays as it was', async () => {
      const weekly = await newCampaign()
      const { campaign } = await begin(weekly, now, now + 1)
      const skipped = [now, now + 1].map((dueAt) => ({ dueAt, reason: 'skipped by hand' }))
      const change = { state: 'running' as const, reason: null, scheduledAt: now + 2, skipped }
      const changed = await store().campaigns.change(weekly.id, campaign.version, change, now)
      expect(changed.scheduledAt).toBe(now + 2)
      expect(await rowsOf(weekly)).toEqual([
        [now + 1, null, 'skipped'],
        [now, 1, 'planning'],
      ])
      const stale = { ...change, skipped: [{ dueAt: now + 7, reason: 'x' }] }
      await expect(store().campaigns.change(weekly.id, campaign.version, stale, now)).rejects.toMatchObject({
        code: 'E_CONFLICT',
      })
      expect(await rowsOf(weekly)).toHaveLength(2)
      expect(await store().editions.sum((await newCampaign()).id)).toEqual({ begun: 0, lastDueAt: null })
    })

    test('a start without one leaves the time of its schedule', async () => {
      const { id, version, name, title } = await newCampaign()
      const once = { state: 'scheduled' as const, reason: null, scheduledAt: now + 5 }
      const scheduled = await store().campaigns.change(id, version, once, now)
      const run = { spec: specOf({ campaign: { id, name, title } }), month: 202_701 }
      const { campaign } = await store().campaigns.start(id, scheduled.version, run, now)
      expect(campaign.scheduledAt).toBe(now + 5)
      expect(await store().editions.page({ campaignId: id, after: 0, limit: 5 })).toEqual({
        rows: [],
        next: null,
      })
    })
  })
}

/** Audiences by local time. */
export function testWaves(open: OpenStore): void {
  describe('waves', () => {
    const store = useStore(open)
    const wall = parseWall('2026-11-24T08:00')!
    const tokyo = Date.UTC(2026, 10, 23, 23)
    const berlin = Date.UTC(2026, 10, 24, 7)
    const newYork = Date.UTC(2026, 10, 24, 13)
    const zones = ['America/New_York', 'Asia/Tokyo', null, 'Europe/Berlin', 'Asia/Tokyo', 'Europe/Paris']

    async function newWaves(rounds: number) {
      const list = await newList(store())
      const rows = Array.from({ length: rounds * zones.length }, (_, i) => ({
        address: `${fresh('zoned')}@example.org`,
        timeZone: zones[i % zones.length]!,
      }))
      const people = (await store().subscribers.upsert(rows, { lists: [list], now })).map(({ id }) => id)
      const id = await startRun(store(), { listIds: [list], localTime: wall, timeZone: 'Europe/Berlin' })
      return { id, people, list }
    }
    const dueAt = async (id: number, at: EpochMs) =>
      (await store().ledger.due({ now: at, limit: 1000 })).filter((chunk) => chunk.publicationId === id)

    test('chunks are due when the clocks of their people show the time, and no one is missed or twice in', async () => {
      const { id, people } = await newWaves(5)
      for (let done = false; !done; )
        ({ done } = await store().ledger.plan(id, { chunkSize: 3, maxChunks: 2 }))
      expect(await countsOf(store(), id)).toEqual({ audience: people.length, queued: people.length })
      expect(await dueAt(id, tokyo - 1)).toEqual([])
      expect(await store().deliveries.waitsUntil(id, tokyo - 1)).toBe(tokyo)
      expect(
        await store().ledger.lease({ publicationId: id, seq: 0 }, { owner: 'x', leaseMs: 9, now: tokyo - 1 }),
      ).toBeNull()
      const seen: SubscriberId[] = []
      for (const [at, wanted] of [
        [tokyo, ['Asia/Tokyo']],
        [berlin, ['Europe/Berlin', 'Europe/Paris', null]],
        [newYork, ['America/New_York']],
      ] as const) {
        const chunks = await dueAt(id, at)
        expect(chunks.length).toBeGreaterThan(0)
        expect(await store().deliveries.waitsUntil(id, at)).toBeNull()
        for (const { seq } of chunks) {
          const options = { owner: 'test', leaseMs: longMs, now: at }
          const lease = await store().ledger.lease({ publicationId: id, seq }, options)
          const ids = lease!.work.map(({ subscriberId }) => subscriberId)
          expect(ids.length).toBeLessThanOrEqual(3)
          expect(ids).toEqual(ids.toSorted((a, b) => a - b))
          for (const person of ids) expect(wanted).toContain(zones[people.indexOf(person) % zones.length])
          seen.push(...ids)
          await send(store(), lease!, ids, 'sent')
          expect(await store().ledger.release(lease!, { notBefore: null })).toEqual({
            state: 'done',
            dueAt: null,
          })
        }
        expect(await dueAt(id, at)).toEqual([])
      }
      expect(seen.toSorted((a, b) => a - b)).toEqual(people)
      expect(await countsOf(store(), id)).toEqual({ audience: people.length, sent: people.length })
      expect(await store().deliveries.waitsUntil(id, newYork)).toBeNull()
    })

    test('a chunk keeps its hands off the rows of the others between its ids', async () => {
      const { id, people } = await newWaves(2)
      await planAll(store(), id)
      const [early] = await dueAt(id, tokyo)
      const others = (await dueAt(id, newYork)).filter(({ seq }) => seq !== early!.seq)
      const lease = (seq: number) =>
        store().ledger.lease({ publicationId: id, seq }, { owner: 'test', leaseMs: longMs, now: newYork })
      const handed: SubscriberId[] = []
      for (const { seq } of others) {
        const held = (await lease(seq))!
        const ids = held.work.map(({ subscriberId }) => subscriberId)
        await handOver(
          store(),
          held,
          ids.map((one) => intent(one)),
        )
        handed.push(...ids)
      }
      const first = (await lease(early!.seq))!
      expect(first.recovered).toBe(0)
      expect(first.work).toHaveLength(4)
      expect(await store().ledger.release(first, { notBefore: null })).toMatchObject({ state: 'open' })
      expect(await countsOf(store(), id)).toEqual({
        audience: people.length,
        handing: handed.length,
        queued: 4,
      })
    })

    test('the zones that people have are known, each once', async () => {
      await newWaves(2)
      const known = await store().deliveries.timeZones()
      expect(known.toSorted()).toEqual(['America/New_York', 'Asia/Tokyo', 'Europe/Berlin', 'Europe/Paris'])
    })
  })
}

/** At most so many letters a person. */
export function testCaps(open: OpenStore): void {
  describe('caps', () => {
    const store = useStore(open)
    const caps = (maxPerDay: number | null, maxPerWeek: number | null): Caps => ({ maxPerDay, maxPerWeek })

    /** A run to the members of a list, and what becomes of its people under these caps. */
    async function nextRun(list: Awaited<ReturnType<typeof newList>>, people: readonly SubscriberId[]) {
      const id = await startRun(store(), { listIds: [list] })
      await planAll(store(), id)
      const lease = await mustLease(store(), id)
      const ask = async (limit: Caps | null | undefined, at = now) => {
        const options = { leaseMs: longMs, now: at, ...(limit !== undefined && { caps: limit }) }
        const result = await store().ledger.intend(
          lease,
          people.map((one) => intent(one)),
          options,
        )
        return result.status === 'granted' ? result.granted : result.status
      }
      return { id, lease, ask }
    }
    const sent = async (at: EpochMs, subscriberId: SubscriberId, publicationId: never) =>
      store().events.append([
        { publicationId, subscriberId, channel: 'smtp', type: 'sent', at, code: null, detail: null },
        { publicationId, subscriberId, channel: 'smtp', type: 'opened', at, code: null, detail: null },
      ])

    test('who had their fill today or this week is skipped, with the reason, and the books balance', async () => {
      const { id: earlier, list, people } = await newRun(store(), 4)
      const [today, week, old, none] = people as [SubscriberId, SubscriberId, SubscriberId, SubscriberId]
      await sent(now - dayMs + 1, today, earlier as never)
      await sent(now - dayMs, week, earlier as never)
      await sent(now - 7 * dayMs + 1, week, earlier as never)
      await sent(now - 7 * dayMs, old, earlier as never)
      const { id, ask } = await nextRun(list, people)
      expect(await ask(caps(1, 2))).toEqual([old, none])
      expect(await countsOf(store(), id)).toEqual({ audience: 4, handing: 2, skipped: 2 })
      for (const one of [today, week])
        expect(await store().deliveries.get(id, one)).toMatchObject({ state: 'skipped', code: 'frequency' })
    })

    test('without caps nobody is', async () => {
      const { id: earlier, list, people } = await newRun(store(), 1)
      for (const at of [1, 2, 3]) await sent(now - at, people[0]!, earlier as never)
      expect(await (await nextRun(list, people)).ask(undefined)).toEqual(people)
      expect(await (await nextRun(list, people)).ask(null)).toEqual(people)
      expect(await (await nextRun(list, people)).ask(caps(null, null))).toEqual(people)
    })

    test('what another run is handing over counts, its own rows do not', async () => {
      const { id: other, list, people } = await newRun(store(), 2)
      const lease = await mustLease(store(), other)
      await handOver(store(), lease, [intent(people[0]!)])
      const { ask } = await nextRun(list, people)
      expect(await ask(caps(1, null))).toEqual([people[1]])
      await moveRun(store(), other, 'cancelled')
    })

    test('a letter that is sent under a cap counts for the next one', async () => {
      const { list, people } = await newRun(store(), 2)
      const first = await nextRun(list, people)
      expect(await first.ask(caps(null, 1))).toEqual(people)
      await store().ledger.settle(
        first.lease,
        people.map((subscriberId) => ({
          subscriberId,
          state: 'sent',
          code: null,
          detail: null,
          dueAt: null,
          suppress: false,
        })),
        now,
      )
      const second = await nextRun(list, people)
      expect(await second.ask(caps(null, 1), now + 7 * dayMs - 1)).toEqual([])
      const third = await nextRun(list, people)
      expect(await third.ask(caps(null, 1), now + 7 * dayMs)).toEqual(people)
    })
  })
}
