import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../stores/open.ts'
import { createTestClock } from '../engine/support/clock.ts'
import { openHouse } from '../engine/support/house.ts'
import { scriptedChannel } from '../engine/support/scripted-channel.ts'
import { waitFor } from '../engine/support/wait.ts'
import { tempFolder } from '../stores/support/folder.ts'

const hour = 3_600_000
const people = 30
const editions = 4

test('whatever is stopped when and however the clock jumps, each due time has one publication', async () => {
  const clock = createTestClock()
  const channel = scriptedChannel()
  const url = `sqlite:${join(tempFolder(), 'store.db')}`
  let store = await openStore(url)
  const open = () => openHouse({ store, clock, channel, people, delivery: { chunk: 10, batch: 5 } })
  let house = await open()
  onTestFinished(async () => {
    await house[Symbol.asyncDispose]()
    await store.close()
  })
  const restart = async () => {
    await house[Symbol.asyncDispose]()
    await store.close()
    store = await openStore(url)
    house = await open()
  }
  const weekly = await house.campaign({
    repeat: { cron: '0 * * * *', timeZone: 'Europe/Berlin', count: editions },
    selection: { count: 3, onlyNew: false },
    uncertain: 'resend',
  })
  const first = clock.now() + hour
  await house.engine.campaigns.schedule(weekly.id, first)
  for (let number = 1; number <= editions; number++) {
    const due = first + (number - 1) * hour
    const sent = channel.taken.length
    clock.advance(due - clock.now() - 1)
    // Between the due time and its publication, while that is cut, while it is sent.
    const stopAt = number % 3
    if (stopAt === 0) await restart()
    clock.advance(1)
    if (stopAt === 1) await restart()
    if (stopAt === 2) {
      await waitFor(
        'letters',
        () => channel.taken.length > sent,
        () => clock.advance(100),
      )
      await restart()
    }
    await waitFor(
      `edition ${number}`,
      async () => {
        const [last] = (await store.editions.page({ campaignId: weekly.id, after: 0, limit: 1 })).rows
        return last?.dueAt === due && last.state === 'finished'
      },
      () => clock.advance(100),
    )
    // Back to before it was due, and here again.
    clock.jump(-2 * hour)
    await restart()
    clock.jump(2 * hour)
    clock.advance(2000)
  }
  const { rows } = await store.editions.page({ campaignId: weekly.id, after: 0, limit: 100 })
  expect(rows.map(({ dueAt, number }) => [dueAt, number])).toEqual(
    Array.from({ length: editions }, (_, i) => [first + (editions - 1 - i) * hour, editions - i]),
  )
  expect((await store.publications.page({ after: 0, limit: 100 })).rows).toHaveLength(editions)
  expect(await store.campaigns.get(weekly.id)).toMatchObject({ state: 'finished' })
  for (const { counts } of rows) expect(counts).toMatchObject({ audience: people, queued: 0, failed: 0 })
  const keys = new Set(channel.taken.map(({ key }) => key))
  expect(keys.size).toBe(editions * people)
})
