import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openStore } from '../../stores/open.ts'
import { type House, openHouse, total } from '../engine/support/house.ts'
import { makeDatabase } from '../stores/postgres/database.ts'
import { tempFolder } from '../stores/support/folder.ts'
import { createJumpingClock } from './support/jumping-clock.ts'
import { until } from './support/until.ts'

const hour = 3_600_000
const people = 50
const sweeps = 3

async function houseOn(url: string): Promise<House> {
  const store = await openStore(url)
  onTestFinished(() => store.close())
  const house = await openHouse({ store, people, clock: createJumpingClock(), delivery: { sweepMs: 10 } })
  onTestFinished(() => house[Symbol.asyncDispose]())
  return house
}

/** Waits until the supervisor has looked for due chunks a few times more. */
function lookedAgain(house: House): () => Promise<unknown> {
  const due = vi.spyOn(house.store.ledger, 'due')
  return () => {
    const seen = due.mock.calls.length
    // Not the one that may have begun before the jump.
    return until('sweeps', () => due.mock.calls.length > seen + sweeps)
  }
}

describe.each([
  ['memory', () => 'memory:'],
  ['SQLite', () => `sqlite:${join(tempFolder(), 'store.db')}`],
  ['Postgres', async () => (await makeDatabase()).url],
])('on the %s store', (_name, url) => {
  test.each([
    ['an hour ahead', hour],
    ['an hour back', -hour],
  ])(
    'a wall clock that jumps %s ends no lease: nobody takes over what a lane still holds',
    async (_jump, ms) => {
      const house = await houseOn(await url())
      const { engine, store, channel, clock, campaign, until: reaches, counts } = house
      const looks = lookedAgain(house)
      const lease = vi.spyOn(store.ledger, 'lease')
      const gate = Promise.withResolvers<void>()
      channel.before = () => gate.promise
      const weekly = await campaign()
      await engine.campaigns.start(weekly.id)
      await until('both lanes to hand over', async () => (await counts(weekly)).handing === 20)
      const leases = lease.mock.calls.length
      expect(leases).toBe(2)
      clock.jump(ms)
      await looks()
      expect(lease.mock.calls.length, 'chunks leased after the jump').toBe(leases)
      // Nor could anybody who asked: the queue alone would not keep another worker off.
      const { publicationId } = (await store.campaigns.get(weekly.id))!
      for (const seq of [0, 1]) {
        const other = { owner: 'another', leaseMs: 1000, now: clock.now() }
        expect(await store.ledger.lease({ publicationId: publicationId!, seq }, other)).toBeNull()
      }
      expect(await counts(weekly)).toMatchObject({ handing: 20, unknown: 0 })

      gate.resolve()
      await reaches(weekly, 'finished')
      expect(await counts(weekly)).toMatchObject({ audience: people, sent: people, unknown: 0 })
      expect(channel.taken.length).toBe(people)
      expect(new Set(channel.taken.map(({ to }) => to)).size).toBe(people)
    },
  )
})

test('a schedule that the clock jumps over fires once, however often it is jumped over', async () => {
  const house = await houseOn('memory:')
  const { engine, store, channel, clock, campaign, until: reaches, counts } = house
  const looks = lookedAgain(house)
  const weekly = await campaign()
  await engine.campaigns.schedule(weekly.id, clock.now() + hour - 5 * 60_000)
  await looks()
  expect(channel.taken).toEqual([])
  // Five minutes late then: within its grace.
  clock.jump(hour)
  await reaches(weekly, 'finished')
  for (const ms of [-hour, hour]) {
    clock.jump(ms)
    await looks()
  }
  expect(channel.taken.length).toBe(people)
  expect((await store.publications.page({ after: 0, limit: 10 })).rows).toHaveLength(1)
  expect(total(await counts(weekly))).toBe(people)
})
