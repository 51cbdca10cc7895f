import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAddressChecker } from '../../../engine/audience/address-check.ts'
import { createImporter } from '../../../engine/audience/import/importer.ts'
import { systemClock } from '../../../engine/clock.ts'
import { bareProof } from '../../../engine/model/consent.ts'
import { feedInputSchema } from '../../../engine/model/feed.ts'
import type { ListId, SubscriberId } from '../../../engine/model/ids.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openStore } from '../../../stores/open.ts'
import { fresh, itemInput, newList, newPeople, now } from '../../contract/store/scene.ts'
import { makeDatabase } from './database.ts'

// Two nodes on one database. What must not depend on luck is stopped midway by a row that a third holds.
let database: Awaited<ReturnType<typeof makeDatabase>>
let nodes: readonly [Store, Store]
let holder: Client
let watcher: Client

beforeEach(async () => {
  database = await makeDatabase()
  nodes = [await openStore(database.url), await openStore(database.url)]
  holder = new Client(database.url)
  watcher = new Client(database.url)
  await all([holder.connect(), watcher.connect()])
})
afterEach(async () => {
  await all(nodes.map((node) => node.close()))
  await all([holder.end(), watcher.end()])
  await database.drop()
})

const all = async <T>(work: readonly Promise<T>[]): Promise<T[]> => Promise.all(work)
const addresses = (count: number) => Array.from({ length: count }, () => `${fresh('node')}@example.org`)
const rowsOf = (list: readonly string[]) => list.map((address) => ({ address }))
const count = async (sql: string): Promise<number> =>
  Number((await watcher.query<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`)).rows[0]?.n)

/** Until so many of the nodes' statements wait for a lock, or `done` is true. */
const untilWaiting = (statements: number, done = () => false) =>
  expect
    .poll(async () => {
      if (done()) return statements
      return count(
        `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'`,
      )
    })
    .toBeGreaterThanOrEqual(statements)

/** Holds rows until `release`. */
async function hold(sql: string, values: readonly unknown[]): Promise<{ release(): Promise<void> }> {
  await holder.query('BEGIN')
  await holder.query(sql, [...values])
  return {
    async release() {
      await holder.query('COMMIT')
    },
  }
}
const holdPerson = (id: SubscriberId) => hold('SELECT FROM subscriber WHERE id = $1 FOR UPDATE', [id])

/** How often the nodes have been in each other's way; ends them. */
async function deadlocks(): Promise<number> {
  await all(nodes.map((node) => node.close()))
  // A backend tells its numbers before it is gone.
  await expect.poll(() => count('pg_stat_activity WHERE datname = current_database()')).toBe(2)
  const { rows } = await watcher.query<{ n: string }>(
    'SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()',
  )
  return Number(rows[0]?.n)
}

const noticeOf = (subscriberId: SubscriberId) => ({
  subscriberId,
  kind: 'confirm' as const,
  askedAt: now,
  expiresAt: now + 1000,
  dueAt: now,
  lists: [],
  fields: {},
})
const addFeed = () =>
  nodes[0].feeds.insert(feedInputSchema.parse({ name: fresh('feed'), url: 'https://site.example/feed' }), now)

describe('people', () => {
  test('the same import twice at once makes nobody twice', async () => {
    const list = await newList(nodes[0])
    const { name } = (await nodes[0].lists.get(list))!
    const csv = `email,name\n${addresses(2500)
      .map((address, i) => `${address},Reader ${i}\n`)
      .join('')}`
    const results = await all(
      nodes.map((store) =>
        createImporter({ store, clock: systemClock, checker: createAddressChecker() }).run(
          'subscribers',
          (async function* () {
            yield Buffer.from(csv)
          })(),
          { settings: { lists: [name] } },
        ),
      ),
    )
    expect(results.map(({ rows, rejected }) => [rows, rejected])).toEqual([
      [2500, 0],
      [2500, 0],
    ])
    const sum = (key: 'created' | 'updated' | 'unchanged') => results[0]![key] + results[1]![key]
    expect([sum('created'), sum('updated'), sum('unchanged')]).toEqual([2500, 0, 2500])
    expect(await nodes[0].subscribers.count({ list })).toBe(2500)
    expect(await count('subscriber')).toBe(2500)
    expect(await count('consent')).toBe(2500)
    expect(await deadlocks()).toBe(0)
  })

  const writes: { [of: string]: (store: Store, keys: readonly string[]) => Promise<unknown> } = {
    people: (store, keys) => store.subscribers.upsert(rowsOf(keys), { lists: [], now }),
    items(store, keys) {
      const rows = keys.map((key) => itemInput({ key }))
      return store.items.upsert(rows, now)
    },
    suppressions(store, keys) {
      const entries = keys.map((address) => ({ address, reason: 'manual' as const, detail: null }))
      return store.suppressions.add(entries, now)
    },
  }
  test.each(Object.keys(writes))('new %s in opposite orders wait, and not in a circle', async (of) => {
    const write = writes[of]!
    for (let round = 0; round < 10; round++) {
      const keys = addresses(600)
      await all([write(nodes[0], keys.slice(0, 500)), write(nodes[1], keys.slice(100).reverse())])
    }
    expect((await count('subscriber')) + (await count('item')) + (await count('suppression'))).toBe(6000)
    expect(await deadlocks()).toBe(0)
  })

  test('known people are taken in the order of their ids, so that nobody waits in a circle', async () => {
    // By address the other way round, and on the disk: an update moves a row behind the others.
    const [second, first] = addresses(2).sort() as [string, string]
    const rows = rowsOf([first, second])
    const made = await nodes[0].subscribers.upsert(rows, { lists: [], now })
    const [one, two] = made.map(({ id }) => id) as [SubscriberId, SubscriberId]
    await nodes[0].subscribers.setStatus([one], 'paused', now)
    const held = await holdPerson(one)
    const upserted = nodes[0].subscribers.upsert(rows, { lists: [], now })
    await untilWaiting(1)
    let free = false
    const set = nodes[1].subscribers.setStatus([two], 'paused', now).finally(() => {
      free = true
    })
    await untilWaiting(2, () => free)
    expect(free).toBe(true)
    await held.release()
    await all<unknown>([upserted, set])
  })

  test('who leaves while an upsert waits for them has left', async () => {
    const list = await newList(nodes[0])
    const [id] = (await newPeople(nodes[0], 1, [list])) as [SubscriberId]
    const { address } = (await nodes[0].subscribers.get([id]))[0]!
    // Leaving holds the person, and waits for the membership.
    const held = await hold('SELECT FROM membership WHERE subscriber_id = $1 FOR UPDATE', [id])
    const left = nodes[0].subscribers.leave({ id, lists: 'all', publicationId: null, now })
    await untilWaiting(1)
    const upserted = nodes[1].subscribers.upsert([{ address, name: 'New', status: 'active' }], {
      lists: [list],
      now,
    })
    await untilWaiting(2)
    await held.release()
    expect(await left).toEqual({ changed: true })
    expect((await upserted)[0]?.outcome).toBe('updated')
    expect((await nodes[0].subscribers.get([id]))[0]).toMatchObject({ status: 'unsubscribed', name: 'New' })
    expect(await nodes[0].subscribers.memberships(id)).toMatchObject([{ membership: 'unsubscribed' }])
  })

  test('who is erased while an upsert waits for them is not made again', async () => {
    const [id] = (await newPeople(nodes[0], 1, [])) as [SubscriberId]
    const { address } = (await nodes[0].subscribers.get([id]))[0]!
    await nodes[0].suppressions.add([{ address, reason: 'manual', detail: null }], now)
    // Erasing holds the person, and waits for the suppression.
    const held = await hold('SELECT FROM suppression WHERE address = $1 FOR UPDATE', [address])
    const erased = nodes[0].subscriptions.erase({
      id,
      remember: true,
      proof: bareProof('api', now),
      now,
    })
    await untilWaiting(1)
    const second = addresses(1)[0]!
    const upserted = nodes[1].subscribers.upsert(rowsOf([address, second]), { lists: [], now })
    await untilWaiting(2)
    await held.release()
    expect(await erased).toBe(true)
    expect((await upserted).map(({ outcome }) => outcome)).toEqual(['erased', 'created'])
    expect(await nodes[0].subscribers.byAddress(address)).toBeNull()
    expect(await nodes[0].subscribers.count({})).toBe(2)
  })

  test('a list that is removed while an upsert fills it is empty', async () => {
    const list = await newList(nodes[0])
    const [id] = (await newPeople(nodes[0], 1, [])) as [SubscriberId]
    const { address } = (await nodes[0].subscribers.get([id]))[0]!
    const held = await holdPerson(id)
    const upserted = nodes[0].subscribers.upsert([{ address }], { lists: [list], now })
    await untilWaiting(1)
    let done = false
    const removed = nodes[1].lists.remove(list).finally(() => {
      done = true
    })
    await untilWaiting(2, () => done)
    await held.release()
    expect(await removed).toBe(true)
    expect((await upserted)[0]?.outcome).toBe('updated')
    expect(await nodes[0].subscribers.memberships(id)).toEqual([])
  })

  test('of many sign-ups of one address at once one is the first', async () => {
    const [address] = addresses(1) as [string]
    const begun = await all(
      Array.from({ length: 20 }, (_, i) => nodes[i % 2]!.subscriptions.begin({ address }, now)),
    )
    expect(begun.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(begun.map(({ id }) => id)).size).toBe(1)
  })

  test('of decisions on the same status one is taken', async () => {
    const [id] = (await newPeople(nodes[0], 1, [])) as [SubscriberId]
    const change = { id, from: 'active', to: 'paused', consents: [], now } as const
    const taken = await all(Array.from({ length: 10 }, (_, i) => nodes[i % 2]!.subscriptions.persist(change)))
    expect(taken.map(({ status }) => status).sort()).toEqual(['done', ...Array(9).fill('moved')])
  })

  test('every consent has a number of its own', async () => {
    const people = await newPeople(nodes[0], 3, [])
    const consents = people.map((subscriberId) => ({
      ...bareProof('api', now),
      subscriberId,
      kind: 'ask' as const,
      from: null,
      to: 'active' as const,
      lists: [7 as ListId],
    }))
    await all(
      Array.from({ length: 20 }, (_, i) =>
        nodes[i % 2]!.consents.append(i % 3 === 0 ? consents.toReversed() : consents),
      ),
    )
    for (const subscriberId of people) {
      const { rows } = await nodes[0].consents.page({ subscriberId, after: 0, limit: 100 })
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
    }
  })

  test('what segments compare is written with every change', async () => {
    const row = { address: addresses(1)[0]!, name: 'Zoë E\u0301', attributes: { Plan: 'GOLD' } }
    const folded = async () => {
      const { rows } = await watcher.query('SELECT folded, folded_name FROM subscriber WHERE id = $1', [id])
      return [rows[0].folded, rows[0].folded_name]
    }
    const [made] = await nodes[0].subscribers.upsert([row], { lists: [], now })
    const { id } = made!
    expect(await folded()).toEqual([{ Plan: 'gold' }, 'zoë é'])
    const deep = { List: ['A', 1, null, ['B', { C: 'Ünï' }]], Deep: { Er: 'E\u0301', on: true } }
    await nodes[0].subscribers.upsert([{ ...row, name: 'A', attributes: deep }], { lists: [], now })
    const now2 = { List: ['a', 1, null, ['b', { C: 'ünï' }]], Deep: { Er: foldText('É'), on: true } }
    expect(await folded()).toEqual([{ Plan: 'gold', ...now2 }, 'a'])
    await nodes[0].subscriptions.persist({
      id,
      from: 'active',
      to: 'active',
      fields: { name: 'B', attributes: { Plan: 'Silver' } },
      consents: [],
      now,
    })
    expect(await folded()).toEqual([{ Plan: 'silver', ...now2 }, 'b'])
    await nodes[0].subscriptions.erase({ id, remember: false, proof: bareProof('api', now), now })
    expect(await folded()).toEqual([{}, null])
  })
})

describe('claims', () => {
  const kinds = {
    async notices(size: number) {
      const people = await newPeople(nodes[0], size, [])
      for (const id of people) await nodes[0].notices.put(noticeOf(id))
      return {
        row: 'SELECT FROM notice WHERE subscriber_id = $1 FOR UPDATE',
        ids: people as readonly number[],
        claim: async (store: Store, limit: number): Promise<readonly number[]> =>
          (await store.notices.claim({ now, leaseMs: 1000, limit })).map((one) => one.subscriberId),
      }
    },
    async feeds(size: number) {
      const ids: number[] = []
      for (let i = 0; i < size; i++) ids.push((await addFeed()).id)
      return {
        row: 'SELECT FROM feed WHERE id = $1 FOR NO KEY UPDATE',
        ids: ids as readonly number[],
        claim: async (store: Store, limit: number): Promise<readonly number[]> =>
          (await store.feedStates.claim({ now, until: now + 1000, limit })).map((one) => one.feedId),
      }
    },
  }

  test.each(['notices', 'feeds'] as const)('of %s share nothing, and leave nothing', async (kind) => {
    const { ids, claim } = await kinds[kind](60)
    const claimed: number[] = []
    for (let before = -1; before < claimed.length; ) {
      before = claimed.length
      const parts = await all(Array.from({ length: 12 }, (_, i) => claim(nodes[i % 2]!, 3)))
      claimed.push(...parts.flat())
    }
    expect(claimed.sort((a, b) => a - b)).toEqual(ids)
  })

  test.each(['notices', 'feeds'] as const)('of %s do not wait for each other', async (kind) => {
    const { row, ids, claim } = await kinds[kind](3)
    const held = await hold(row, [ids[1]])
    let done = false
    const claimed = claim(nodes[0], 10).finally(() => {
      done = true
    })
    await untilWaiting(1, () => done)
    await held.release()
    expect(await claimed).toEqual([ids[0], ids[2]])
    expect(await claim(nodes[0], 10)).toEqual([ids[1]])
  })
})

test('what servers and files say is kept, whatever they say', async () => {
  const said = 'a\0b'
  const [subscriberId] = (await newPeople(nodes[0], 1, [])) as [SubscriberId]
  await nodes[0].notices.put(noticeOf(subscriberId))
  const [claimed] = await nodes[0].notices.claim({ now, leaseMs: 1000, limit: 1 })
  const outcome = { state: 'failed', mail: 0, attempt: 0, uncertain: 0, dueAt: null, sentAt: null } as const
  await nodes[0].notices.settle(claimed!, { ...outcome, code: said, detail: said })
  expect(await nodes[0].notices.get(subscriberId, 'confirm')).toMatchObject({
    code: 'a\ufffdb',
    detail: 'a\ufffdb',
  })
  const job = await nodes[0].imports.begin({ kind: 'items', name: null, settings: { cell: said }, now })
  await nodes[0].imports.end(job.id, { state: 'failed', detail: said, report: { rejects: [said] } }, now)
  expect(await nodes[0].imports.get(job.id)).toMatchObject({
    settings: { cell: said },
    detail: 'a\ufffdb',
    report: { rejects: [said] },
  })
  const feed = await addFeed()
  const state = {
    etag: null,
    lastModified: null,
    nextAt: null,
    intervalMs: 0,
    lastFetchedAt: null,
    failures: 1,
  }
  const none = { lastItemAt: null, movedTo: null, itemsSeen: 0 }
  await nodes[0].feedStates.put({ feedId: feed.id, url: feed.url, ...state, ...none, lastError: said })
  expect(await nodes[0].feedStates.get([feed.id])).toMatchObject([{ lastError: 'a\ufffdb' }])
})
