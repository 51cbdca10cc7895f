import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Visit } from '../../../engine/analytics/read/read.ts'
import { createLinks } from '../../../engine/compose/links.ts'
import { bareProof } from '../../../engine/model/consent.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { itemInputSchema } from '../../../engine/model/item.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { createMemoryBus } from '../../../stores/memory/nodes/bus.ts'
import { createMemoryCache } from '../../../stores/memory/nodes/cache.ts'
import { openStore } from '../../../stores/open.ts'
import { followers, told } from '../../contract/store/alerts/scene.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'
import { type House, openHouse } from '../support/house.ts'
import { minuteMs, turns } from './support.ts'

let bare: Store
let clock: TestClock
let here: House
let there: House
/** How often the store was asked, by method. */
let asked: Map<string, number>
const proof = bareProof('page', 0)
const address = 'reader0@example.org'
let reader: SubscriberId

/** Two nodes over one store. */
beforeEach(async () => {
  bare = await openStore('memory:', {})
  asked = new Map()
  const counted = {
    ...bare,
    items: counting(bare.items, 'items', 'candidates'),
    subscribers: counting(bare.subscribers, 'subscribers', 'get'),
    links: counting(bare.links, 'links', 'get'),
    publications: counting(bare.publications, 'publications', 'get'),
  }
  clock = createTestClock()
  const shared = {
    people: 3,
    store: counted,
    clock,
    bus: createMemoryBus(),
    cache: createMemoryCache({ maxBytes: 10_000_000 }),
    config: { subscriptions: { sender: { address: 'hello@example.org', name: 'The House' } } },
  }
  here = await openHouse({ ...shared, node: 'here' })
  there = await openHouse({ ...shared, node: 'there', work: false })
  reader = (await bare.subscribers.byAddress(address))!.id
})
afterEach(async () => {
  await here[Symbol.asyncDispose]()
  await there[Symbol.asyncDispose]()
  await bare.close()
})

function counting<T extends object, K extends keyof T & string>(port: T, name: string, method: K): T {
  const call = port[method] as (...given: unknown[]) => unknown
  const counted = (...given: unknown[]) => {
    const key = `${name}.${method}`
    asked.set(key, (asked.get(key) ?? 0) + 1)
    return call(...given)
  }
  return { ...port, [method]: counted }
}
const askedFor = (key: string) => asked.get(key) ?? 0

describe('preferences', () => {
  const shown = async ({ engine }: House) => {
    const person = await engine.subscriptions.shown(reader)
    if (person === null) return null
    const { subscriber, memberships, ...settings } = person
    const { name, status, topics, attributes } = subscriber
    const lists = memberships.map(({ title, membership }) => `${title}: ${membership}`)
    return { name, status, topics, attributes, lists, ...settings }
  }

  test('are read once, on both nodes', async () => {
    const before = askedFor('subscribers.get')
    for (let i = 0; i < 10; i += 1)
      for (const house of [here, there]) expect(await shown(house)).toMatchObject({ name: 'Reader 0' })
    expect(askedFor('subscribers.get')).toBe(before + 1)
  })

  const writes: readonly [what: string, write: () => Promise<unknown>, changed: object | null][] = [
    [
      'a change on their page',
      () => here.engine.subscriptions.change(reader, { tracking: 'denied', maxPerWeek: 2 }, proof),
      { tracking: 'denied', maxPerWeek: 2 },
    ],
    [
      'leaving a list',
      async () => {
        const [list] = await bare.lists.byName(['news'])
        await here.engine.subscriptions.leave(reader, [list!.id], null, proof)
      },
      { lists: ['The News: unsubscribed'] },
    ],
    [
      'leaving',
      () => here.engine.subscriptions.leave(reader, 'all', null, proof),
      { status: 'unsubscribed', lists: ['The News: unsubscribed'] },
    ],
    ['a pause', () => here.engine.subscriptions.pause(reader, null, proof), { status: 'paused' }],
    [
      'a bounce',
      () =>
        here.engine.feedback.hear(
          { kind: 'bounce', status: '5.1.1', smtp: null, text: 'user unknown', at: null, key: null },
          { addresses: [address], tokens: [], messageIds: [], senders: [], channel: 'smtp', trusted: true },
          'api',
        ),
      { status: 'bounced' },
    ],
    [
      'a letter that its server refuses for good',
      async () => {
        here.channel.script = ({ to }) =>
          to === address
            ? { status: 'permanent', code: '550 5.1.1', detail: 'no such user', suppress: true }
            : undefined
        const campaign = await here.campaign()
        await here.engine.campaigns.start(campaign.id)
        await here.until(campaign, 'finished')
      },
      { status: 'bounced' },
    ],
    [
      'an alert that its server refuses for good',
      async () => {
        const people = Uint32Array.from(await followers(here.store, [reader]))
        const { postings } = await told(here.store, { people })
        const { notificationId, target, attempt } = postings[0]!
        const outcome = { state: 'failed', code: '550 5.1.1', detail: null, dueAt: null } as const
        await here.store.postings.settle(
          [{ notificationId, target, attempt, ...outcome, receipt: null, suppress: true }],
          clock.now(),
        )
      },
      { status: 'bounced' },
    ],
    [
      'the API',
      () => here.store.subscribers.upsert([{ address, name: 'Ada' }], { lists: [], now: clock.now() }),
      { name: 'Ada' },
    ],
    [
      'joining a list by the API',
      async () => {
        const list = await here.store.lists.insert({ name: 'b', title: 'B', description: '' }, clock.now())
        await here.store.subscribers.upsert([{ address }], { lists: [list.id], now: clock.now() })
      },
      { lists: ['The News: active', 'B: active'] },
    ],
    [
      'an operator',
      () => here.store.subscribers.setStatus([reader], 'unconfirmed', clock.now()),
      { status: 'unconfirmed' },
    ],
    [
      'an import',
      async () => {
        const now = clock.now()
        const { imports } = here.store
        const { id } = await imports.begin({ kind: 'subscribers', name: null, settings: {}, now })
        const step = { after: 0, rows: 1, rejected: 0, bytes: 10, digest: 'x' }
        const rows = [{ address, name: 'Imported' }]
        await imports.commit(
          id,
          step,
          { kind: 'subscribers', rows, lists: [], merge: 'overwrite', proof },
          now,
        )
      },
      { name: 'Imported' },
    ],
    [
      'another title of a list',
      async () => {
        const [list] = await here.store.lists.byName(['news'])
        const doc = { name: 'news', title: 'The Olds', description: '' }
        await here.store.lists.update(list!.id, list!.version, doc, clock.now())
      },
      { lists: ['The Olds: active'] },
    ],
    ['being erased', () => here.engine.subscriptions.erase(reader, proof), null],
  ]
  test.each(writes)(
    'are others at once after %s, on this node and the other',
    async (_what, write, changed) => {
      const before = await shown(here)
      expect(before).toMatchObject({ name: 'Reader 0', status: 'active', lists: ['The News: active'] })
      expect(await shown(there)).toEqual(before)
      await write()
      const after = await shown(here)
      expect(after).toEqual(changed === null ? null : { ...before, ...changed })
      await turns()
      expect(await shown(there)).toEqual(after)
    },
  )

  test('an import of people who are all new forgets nobody', async () => {
    await shown(here)
    const before = askedFor('subscribers.get')
    const now = clock.now()
    const { imports } = here.store
    const { id } = await imports.begin({ kind: 'subscribers', name: null, settings: {}, now })
    const step = { after: 0, rows: 1, rejected: 0, bytes: 10, digest: 'x' }
    const rows = [{ address: 'new@example.org' }]
    await imports.commit(id, step, { kind: 'subscribers', rows, lists: [], merge: 'overwrite', proof }, now)
    await shown(here)
    expect(askedFor('subscribers.get')).toBe(before)
  })

  test('a write that rejects may have been done, and is forgotten for', async () => {
    await shown(here)
    const before = askedFor('subscribers.get')
    await expect(
      here.store.lists.update(99 as never, 1, { name: 'x', title: '', description: '' }, 0),
    ).rejects.toThrow()
    await shown(here)
    expect(askedFor('subscribers.get')).toBe(before + 1)
  })
})

describe('consent to being read', () => {
  const links = createLinks({ secrets: ['a secret only for the tests'], publicUrl: 'http://localhost' })
  const visit = (): Visit => ({
    at: clock.now(),
    method: 'GET',
    ip: '192.0.2.1',
    agent: 'Mail 1',
    headers: {},
  })
  const open = async ({ engine }: House) =>
    (await engine.reads.opened(links.token(1 as PublicationId, reader), visit()))?.kept

  test('is asked once, and what was withdrawn is heard at once on both nodes', async () => {
    expect([await open(here), await open(there)]).toEqual(['kept', 'kept'])
    const before = askedFor('subscribers.get')
    expect([await open(here), await open(there)]).toEqual(['kept', 'kept'])
    expect(askedFor('subscribers.get')).toBe(before)
    await here.engine.subscriptions.change(reader, { tracking: 'denied' }, proof)
    expect(await open(here)).toBe('silent')
    await turns()
    expect(await open(there)).toBe('silent')
  })

  test('ends with the person', async () => {
    await open(there)
    await here.engine.subscriptions.erase(reader, proof)
    await turns()
    expect(await open(there)).toBe('silent')
  })
})

describe('content', () => {
  const item = (n: number, fields: object = {}) =>
    itemInputSchema.parse({
      title: `Fresh ${n}`,
      url: `https://news.example/fresh/${n}`,
      topics: ['security'],
      popularity: 1,
      ...fields,
    })
  const preview = async ({ engine }: House, id: Awaited<ReturnType<House['campaign']>>['id']) =>
    (await engine.campaigns.preview(id, address)).picks.map(({ title }) => title)

  test('what a campaign chooses from is warmed when it is scheduled', async () => {
    const { id } = await here.campaign()
    await here.engine.campaigns.schedule(id, clock.now() + 60 * minuteMs)
    await turns()
    const before = askedFor('items.candidates')
    await preview(here, id)
    await preview(there, id)
    expect(askedFor('items.candidates')).toBe(before)
  })

  test('items are shown at once when they are published, and warmed', async () => {
    await here.store.items.upsert([item(1, { title: 'Old' })], clock.now())
    const { id } = await here.campaign({ selection: { count: 1, pinned: [item(1).url] } })
    await here.engine.campaigns.schedule(id, clock.now() + 60 * minuteMs)
    for (const house of [here, there]) await preview(house, id)
    await here.store.items.upsert([item(1), item(2)], clock.now())
    expect(await preview(here, id)).toEqual(['Fresh 1'])
    await turns()
    expect(await preview(there, id)).toEqual(['Fresh 1'])
    // Once for many writes, when they are through.
    await here.store.items.upsert([item(3)], clock.now())
    await here.store.items.upsert([item(4)], clock.now())
    const before = askedFor('items.candidates')
    clock.advance(200)
    await turns()
    expect(askedFor('items.candidates')).toBe(before + 1)
    await preview(here, id)
    expect(askedFor('items.candidates')).toBe(before + 1)
  })

  test('an item that is published later is not shown before', async () => {
    const { id } = await here.campaign({ selection: { count: 1 } })
    await here.store.items.upsert([item(1, { publishedAt: clock.now() + 10 * minuteMs })], clock.now())
    expect(await preview(here, id)).not.toContain('Fresh 1')
    clock.advance(11 * minuteMs)
    const before = askedFor('items.candidates')
    expect(await preview(here, id)).toContain('Fresh 1')
    expect(askedFor('items.candidates')).toBe(before)
  })

  test('what is removed or imported is known at once', async () => {
    const { id } = await here.campaign({ selection: { count: 1 } })
    const now = clock.now()
    const [made] = await here.store.items.upsert([item(1, { popularity: 1 })], now)
    expect(await preview(here, id)).toContain('Fresh 1')
    await here.store.items.remove(made!.id)
    expect(await preview(here, id)).not.toContain('Fresh 1')
    const { imports } = here.store
    const job = await imports.begin({ kind: 'items', name: null, settings: {}, now })
    const step = { after: 0, rows: 1, rejected: 0, bytes: 10, digest: 'x' }
    await imports.commit(job.id, step, { kind: 'items', rows: [item(2, { popularity: 1 })] }, now)
    expect(await preview(here, id)).toContain('Fresh 2')
  })

  test('a letter that anybody may read is made once for both nodes', async () => {
    const campaign = await here.campaign()
    await here.engine.campaigns.start(campaign.id)
    await here.until(campaign, 'finished')
    const { publicationId } = (await bare.campaigns.get(campaign.id))!
    const first = await here.engine.renditions.ofStranger(publicationId!)
    expect(first).toMatchObject({ campaign: 'weekly', html: expect.stringContaining('Item') })
    await turns()
    const before = askedFor('publications.get')
    expect(await there.engine.renditions.ofStranger(publicationId!)).toEqual(first)
    expect(await here.engine.renditions.ofStranger(publicationId!)).toEqual(first)
    expect(askedFor('publications.get')).toBe(before)
    expect(await here.engine.renditions.ofStranger(99 as PublicationId)).toBe(null)
  })

  test('what goes out is read from the store', async () => {
    const campaign = await here.campaign({ selection: { count: 50 } })
    await preview(here, campaign.id)
    // Behind the back of both nodes.
    await bare.items.upsert([item(1, { popularity: 1 })], clock.now())
    expect(await preview(here, campaign.id)).not.toContain('Fresh 1')
    await bare.subscribers.setStatus([reader], 'unsubscribed', clock.now())
    await here.engine.campaigns.start(campaign.id)
    await here.until(campaign, 'finished')
    expect(here.channel.taken.map(({ to }) => to).toSorted()).toEqual([
      'reader1@example.org',
      'reader2@example.org',
    ])
    expect(here.channel.taken.every(({ text }) => text.includes('Fresh 1'))).toBe(true)
  })
})

describe('links of letters', () => {
  const links = createLinks({ secrets: ['a secret only for the tests'], publicUrl: 'http://localhost' })
  const visit = (): Visit => ({
    at: clock.now(),
    method: 'GET',
    ip: '192.0.2.1',
    agent: 'Mail 1',
    headers: {},
  })

  test('are read once, and known as soon as they are kept', async () => {
    const campaign = await here.campaign()
    await here.engine.campaigns.start(campaign.id)
    await here.until(campaign, 'finished')
    const publicationId = (await bare.campaigns.get(campaign.id))!.publicationId!
    const token = links.token(publicationId, reader)
    const click = async ({ engine }: House, key: string) =>
      (await engine.reads.clicked(token, key, visit()))?.url
    const link = (key: string) => ({ key, url: `https://news.example/${key}`, itemId: null })
    await here.store.links.put(publicationId, [link('aaaaaaaa')])
    for (const house of [here, there])
      expect(await click(house, 'aaaaaaaa')).toBe('https://news.example/aaaaaaaa')
    const before = askedFor('links.get')
    for (const house of [here, there]) await click(house, 'aaaaaaaa')
    expect(askedFor('links.get')).toBe(before)
    await here.store.links.put(publicationId, [link('bbbbbbbb')])
    expect(await click(here, 'bbbbbbbb')).toBe('https://news.example/bbbbbbbb')
    await turns()
    expect(await click(there, 'bbbbbbbb')).toBe('https://news.example/bbbbbbbb')
    // And one that this node could not hear of, a second later.
    await bare.links.put(publicationId, [link('cccccccc')])
    expect(await click(here, 'cccccccc')).toBe(undefined)
    clock.advance(1001)
    expect(await click(here, 'cccccccc')).toBe('https://news.example/cccccccc')
  })
})

describe('choices for a person', () => {
  const titles = async ({ engine }: House) =>
    (await engine.picksFor(reader))?.map(({ title, reason }) => ({ title, reason }))

  test('come with their reasons, and are remembered for five minutes', async () => {
    const first = await titles(here)
    expect(first).toHaveLength(8)
    expect(first).toContainEqual({ title: 'Item 0', reason: 'because you follow Security' })
    await bare.subscribers.upsert([{ address, topics: { security: 0, sport: 1 } }], {
      lists: [],
      now: clock.now(),
    })
    clock.advance(4.5 * minuteMs)
    expect(await titles(here)).toEqual(first)
    await turns()
    expect(await titles(there)).toEqual(first)
    clock.advance(1.5 * minuteMs)
    expect(await titles(here)).toContainEqual({ title: 'Item 3', reason: 'because you follow Sport' })
  })

  test('are others as soon as their interests change, declared or learned', async () => {
    for (const house of [here, there]) await titles(house)
    await here.engine.subscriptions.change(reader, { topics: { security: 0, sport: 1 } }, proof)
    const sport = { title: 'Item 3', reason: 'because you follow Sport' }
    expect(await titles(here)).toContainEqual(sport)
    await turns()
    expect(await titles(there)).toContainEqual(sport)
    const before = askedFor('subscribers.get')
    const { revision } = await here.store.models.draft()
    const affinity = { subscriberId: reader, weights: '{"climate":1}', tallies: '{}' }
    await here.store.models.commit({
      revision,
      cursor: 1,
      state: '{}',
      affinities: [affinity],
      snapshot: null,
      now: clock.now(),
    })
    await titles(here)
    expect(askedFor('subscribers.get')).toBe(before + 1)
  })

  test('leave out what a person was sent; nobody who is not there has any', async () => {
    const campaign = await here.campaign()
    await here.engine.campaigns.start(campaign.id)
    await here.until(campaign, 'finished')
    const sent = (await here.engine.campaigns.deliveries(campaign.id, { after: 0, limit: 10 })).rows.find(
      ({ subscriberId }) => subscriberId === reader,
    )!.picks
    expect(sent.length).toBeGreaterThan(0)
    const chosen = (await titles(here))!.map(({ title }) => title)
    for (const { title } of sent) expect(chosen).not.toContain(title)
    expect(await here.engine.picksFor(99 as SubscriberId)).toBe(null)
    await here.engine.subscriptions.erase(reader, proof)
    expect(await here.engine.picksFor(reader)).toBe(null)
  })
})

test('every method of a port that is watched is known to read, or is watched', () => {
  const reading: { readonly [port in keyof Store]?: readonly string[] } = {
    subscribers: ['look', 'get', 'byAddress', 'page', 'count', 'memberships', 'membershipsOf'],
    subscriptions: ['settings', 'begin', 'wasErased', 'duePauses', 'unconfirmed'],
    ledger: ['plan', 'due', 'lease', 'renew', 'intend', 'release', 'retry'],
    postings: ['take', 'claim', 'renew', 'unfinished'],
    imports: ['begin', 'end', 'resume', 'get', 'page'],
    lists: ['insert', 'get', 'byName', 'page'],
    items: ['get', 'byUrl', 'byKey', 'page', 'candidates', 'topics'],
    models: ['draft', 'letters', 'get', 'list', 'activate', 'prune'],
    links: ['get'],
  }
  for (const [port, methods] of Object.entries(reading)) {
    const watched = here.store[port as keyof Store] as unknown as { readonly [method: string]: unknown }
    const plain = bare[port as keyof Store] as unknown as { readonly [method: string]: unknown }
    const others = Object.keys(plain).filter(
      (method) => typeof plain[method] === 'function' && !methods.includes(method),
    )
    expect(others.length, port).toBeGreaterThan(0)
    for (const method of others) expect(watched[method], `${port}.${method}`).not.toBe(plain[method])
  }
})
