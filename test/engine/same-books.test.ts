import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../engine/ports/store.ts'
import { openStore } from '../../stores/open.ts'
import { openRedis } from '../../stores/redis/open.ts'
import { makeDatabase } from '../stores/postgres/database.ts'
import { freshPrefix, sharedRedis } from '../stores/redis/place.ts'
import { tempFolder } from '../stores/support/folder.ts'
import { openHouse } from './support/house.ts'
import { scriptedChannel } from './support/scripted-channel.ts'

const people = 120

/** One in three is full at first, one in ten is gone, and one in ten takes nothing from us. */
function moodyChannel() {
  const channel = scriptedChannel()
  const tries = new Map<string, number>()
  channel.script = ({ to }) => {
    const number = Number(/\d+/.exec(to)?.[0])
    const attempt = (tries.get(to) ?? 0) + 1
    tries.set(to, attempt)
    if (number % 10 === 7)
      return { status: 'permanent', code: '550 5.1.1', detail: 'no such user', suppress: true }
    if (number % 10 === 9)
      return { status: 'permanent', code: '554 5.7.1', detail: 'not from you', suppress: false }
    if (number % 3 === 0 && attempt === 1)
      return {
        status: 'transient',
        code: '452 4.2.2',
        detail: 'mailbox full',
        scope: 'recipient',
        retryAfterMs: null,
      }
    return undefined
  }
  return channel
}

async function booksOn(url: string, redisUrl?: string) {
  const kept = await openStore(url)
  onTestFinished(() => kept.close())
  const redis = redisUrl === undefined ? null : await openRedis(redisUrl, { prefix: freshPrefix() })
  if (redis !== null) onTestFinished(() => redis.close())
  const store: Store = redis === null ? kept : { ...kept, buckets: redis.buckets }
  await using house = await openHouse({
    store,
    people,
    channel: moodyChannel(),
    ...(redis && { queue: redis.queue, bus: redis.bus }),
    config: { limits: { domain: { '*': { perSecond: 1000, burst: 50 } } } },
  })
  const weekly = await house.campaign({ autoPauseShare: 1 })
  await house.engine.campaigns.start(weekly.id)
  await house.until(weekly, 'finished', 1000)
  const again = await house.campaign({ name: 'again', autoPauseShare: 1 })
  await house.engine.campaigns.start(again.id)
  await house.until(again, 'finished', 1000)

  const books = []
  for (const name of ['weekly', 'again']) {
    const { publicationId } = (await store.campaigns.byName(name))!
    const { rows } = await store.deliveries.page({ publicationId: publicationId!, after: 0, limit: 1000 })
    const events = await store.events.page({ after: 0, limit: 1000, publicationId: publicationId! })
    books.push({
      counts: await store.deliveries.counts(publicationId!),
      rows: rows.map((row) => ({ ...row, updatedAt: 0, picks: [...(row.picks ?? [])] })),
      events: events.rows.map(({ subscriberId, type, code }) => `${subscriberId} ${type} ${code}`).toSorted(),
    })
  }
  const found = await store.subscribers.page({ after: 0, limit: 1000 })
  const suppressed = await store.suppressions.page({ after: 0, limit: 1000 })
  return {
    books,
    statuses: found.rows.map(({ address, status }) => `${address} ${status}`),
    suppressed: suppressed.rows.map(({ address, reason }) => `${address} ${reason}`).toSorted(),
  }
}

test('the same campaigns leave the same books on every store', async () => {
  const memory = await booksOn('memory:')
  expect(memory.books.map(({ counts }) => counts)).toMatchObject([
    { audience: 120, sent: 96, failed: 24 },
    { audience: 108, sent: 96, failed: 12 },
  ])
  expect(await booksOn(`sqlite:${join(tempFolder(), 'store.db')}`)).toEqual(memory)
  expect(await booksOn((await makeDatabase()).url)).toEqual(memory)
  expect(await booksOn((await makeDatabase()).url, (await sharedRedis()).url)).toEqual(memory)
})
