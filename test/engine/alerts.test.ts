import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { engineConfigSchema } from '../../engine/config.ts'
import { createEngine } from '../../engine/engine.ts'
import { alertInputSchema, reportOf } from '../../engine/model/alert-input.ts'
import { followInputSchema, noFollowPreferences } from '../../engine/model/follow.ts'
import type { SubscriberId } from '../../engine/model/ids.ts'
import { subscriberInputSchema } from '../../engine/model/subscriber.ts'
import { createMemoryQueue } from '../../stores/memory/nodes/queue.ts'
import { type OpenedStore, openStore } from '../../stores/open.ts'
import { makeDatabase } from '../stores/postgres/database.ts'
import { createTestClock, type TestClock } from './support/clock.ts'
import { scriptedChannel } from './support/scripted-channel.ts'
import { scriptedRoom } from './support/scripted-room.ts'

const minute = 60_000
const folder = mkdtempSync(join(tmpdir(), 'broadsheet-alerts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const freshUrls = {
  memory: () => 'memory:',
  sqlite: () => `sqlite:${join(folder, `${++files}.db`)}`,
  async postgres() {
    const { url, drop } = await makeDatabase()
    onTestFinished(drop)
    return url
  },
}

interface Options {
  readonly store?: OpenedStore
  readonly clock?: TestClock
  readonly limits?: object
  readonly publicUrl?: string
}

async function openOffice(url: string, alerts: object, options: Options = {}) {
  const clock = options.clock ?? createTestClock()
  const store = options.store ?? (await openStore(url))
  const mail = scriptedChannel()
  const room = scriptedRoom({ edits: true })
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      publicUrl: options.publicUrl ?? 'https://news.example.org',
      render: { maxThreads: 1 },
      // The clock stands still while a report is waited for.
      alerts: { gatherMs: 0, ...alerts },
      ...(options.limits && { limits: options.limits }),
    }),
    {
      store,
      queue: createMemoryQueue(),
      channels: {
        smtp: { definition: mail.definition as never, config: {} },
        room: { definition: room.definition, config: {} },
      },
      clock,
      random: () => 0.5,
    },
  )
  await engine.start()
  const tick = (ms: number) => clock.advance(ms)
  /** Moves the clock until it holds. */
  const until = (check: () => void | Promise<void>, stepMs = 100) =>
    vi.waitFor(
      async () => {
        tick(stepMs)
        await check()
      },
      { interval: 5, timeout: 20_000 },
    )
  const report = (input: object) =>
    engine.alerts.report([reportOf(alertInputSchema.parse(input), clock.now(), 60 * minute)])
  await until(() => expect(engine.alerts.desk()).not.toBeNull())
  return { clock, store, mail, room, engine, until, report, tick }
}
type Office = Awaited<ReturnType<typeof openOffice>>

const rooms = { receivers: { default: { rooms: ['room/ops'], people: true } } }
describe.each(Object.entries(freshUrls))('on %s', (_, freshUrl) => {
  let office: Office
  const open = async (alerts: object, options?: Options) =>
    openOffice(options?.store === undefined ? await freshUrl() : '', alerts, options)
  afterEach(async () => {
    await office.engine.stop()
    await office.store.close()
  })

  describe('an alert', () => {
    beforeEach(async () => {
      office = await open(rooms)
    })

    test('reaches its room and is in the books', async () => {
      const { report, until, room, engine } = office
      const [accepted] = await report({ title: 'Disk full', severity: 'critical', labels: { host: 'db1' } })
      expect(accepted?.hearing).toBe('opened')
      await until(() => expect(room.taken).toHaveLength(1))
      expect(room.taken[0]).toMatchObject({ to: 'ops', reason: 'firing', note: { title: 'Disk full' } })
      const { rows } = await office.store.notifications.page({ after: 0, limit: 10 })
      await until(async () =>
        expect(await engine.alerts.counts(rows[0]!.id)).toMatchObject({ audience: 1, sent: 1 }),
      )
    })

    test('is told to whoever follows when it comes, and silenced from the answer on, however soon it is', async () => {
      const kept = await openStore(await freshUrl())
      const held = Promise.withResolvers<boolean>()
      let sweeps = true
      // Once the desk is taken no sweep gets as far as to read what changed.
      const store = {
        ...kept,
        leadership: {
          ...kept.leadership,
          lead: (...given: Parameters<typeof kept.leadership.lead>) =>
            sweeps ? kept.leadership.lead(...given) : held.promise,
        },
      }
      await office.engine.stop()
      office = await open(rooms, { store })
      const { engine, report, mail, clock } = office
      sweeps = false
      try {
        const [ada] = await store.subscribers.upsert(
          [subscriberInputSchema.parse({ address: 'ada@example.org' })],
          {
            lists: [],
            now: clock.now(),
          },
        )
        await engine.alerts.follow(ada!.id, followInputSchema.parse({ channel: 'smtp' }))
        await report({ key: 'k', title: 'Disk full', labels: { host: 'db1' } })
        await office.until(() => expect(mail.taken).toHaveLength(1), 10)
        const matchers = [{ name: 'host', operator: '=' as const, value: 'db2' }]
        const [startsAt, endsAt] = [clock.now(), clock.now() + minute]
        await engine.alerts.silence({ matchers, startsAt, endsAt, createdBy: '', comment: '' })
        await report({ key: 'l', title: 'Disk full', labels: { host: 'db2' } })
        await report({ key: 'm', title: 'Disk full', labels: { host: 'db3' } })
        await office.until(() => expect(mail.taken).toHaveLength(2), 10)
        const { rows } = await store.notifications.page({ after: 0, limit: 10 })
        expect(rows.map(({ alertIds }) => alertIds)).toEqual([[3], [1]])
      } finally {
        sweeps = true
        held.resolve(true)
      }
    })

    test('is told again when it is over, in the same thread, with the receipt', async () => {
      const { report, until, room } = office
      await report({ key: 'k', title: 'Disk full' })
      await until(() => expect(room.taken).toHaveLength(1))
      await report({ key: 'k', title: 'Disk full', status: 'resolved' })
      await until(() => expect(room.taken).toHaveLength(2))
      expect(room.taken[1]).toMatchObject({
        reason: 'resolved',
        earlier: 'r1',
        thread: room.taken[0]?.thread,
      })
    })

    test('is told again in the same thread though it was taken before the one ahead was settled, and goes out after', async () => {
      const kept = await openStore(await freshUrl())
      const [settled, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const store: OpenedStore = {
        ...kept,
        desk: {
          ...kept.desk,
          async commit(what, at) {
            const result = await kept.desk.commit(what, at)
            if (what.notifications.some(({ reason }) => reason === 'resolved')) {
              told.resolve()
              await settled.promise
            }
            return result
          },
        },
        postings: {
          ...kept.postings,
          async settle(...given) {
            await told.promise
            const count = await kept.postings.settle(...given)
            // The postman is through with it when what waits for this goes on.
            setImmediate(settled.resolve)
            return count
          },
        },
      }
      await office.engine.stop()
      office = await open(rooms, { store })
      const { report, until, room } = office
      await report({ key: 'k', title: 'Disk full' })
      await until(() => expect(room.taken).toHaveLength(1))
      await report({ key: 'k', title: 'Disk full', status: 'resolved' })
      await until(() => expect(room.taken).toHaveLength(2))
      expect(room.taken[1]).toMatchObject({ reason: 'resolved', earlier: 'r1' })
    })

    test('by mail to those who follow it, with a link that acknowledges it', async () => {
      const { report, until, mail, store, engine, room } = office
      await store.subscribers.upsert(
        [subscriberInputSchema.parse({ address: 'ann@example.org', name: 'Ann' })],
        { lists: [], now: office.clock.now() },
      )
      await engine.alerts.follow(
        1 as SubscriberId,
        followInputSchema.parse({ channel: 'smtp', topics: ['db'] }),
      )
      await until(() => expect(engine.alerts.desk()?.follows).toBe(1))
      await report({ key: 'a', title: 'Other', topic: 'web' })
      await report({ key: 'b', title: 'Lag', topic: 'db', severity: 'error' })
      await until(() => expect(room.taken).toHaveLength(2))
      await until(() => expect(mail.taken).toHaveLength(1))
      const { text } = mail.taken[0]!
      expect(text).toContain('Subject: ERROR: Lag')
      const token = /\/k\/([\w-]+)/.exec(text.replaceAll('=\r\n', ''))?.[1] ?? ''
      const behind = await engine.alerts.linked(token)
      expect(behind?.alerts.map(({ title }) => title)).toEqual(['Lag'])
      expect(behind?.person).toBe('Ann')
      await engine.alerts.acknowledgeLinked(token, { by: '', comment: '' })
      await until(() => expect(room.taken).toHaveLength(3))
      expect(room.taken[2]).toMatchObject({
        reason: 'acknowledged',
        note: { title: 'Acknowledged by Ann: Lag' },
      })
      expect(mail.taken).toHaveLength(1)
    })
  })

  test('a restart tells nothing twice', async () => {
    office = await open(rooms)
    await office.report({ key: 'k', title: 'Disk full' })
    await office.until(() => expect(office.room.taken).toHaveLength(1))
    await office.engine.stop()
    const { store, clock } = office
    office = await open(rooms, { store, clock })
    await office.report({ key: 'other', title: 'Other' })
    await office.until(() => expect(office.room.taken).toHaveLength(1), 1100)
    expect(office.room.taken[0]?.note.title).toBe('Other')
  })

  test('quiet hours: nothing but what is critical, and the rest in one mail', async () => {
    office = await open({ receivers: { default: { people: true } } })
    const { store, engine, until, report, mail, clock } = office
    await store.subscribers.upsert(
      [subscriberInputSchema.parse({ address: 'ann@example.org', name: 'Ann', timeZone: 'UTC' })],
      { lists: [], now: clock.now() },
    )
    await engine.alerts.prefer(1 as SubscriberId, {
      ...noFollowPreferences,
      quiet: { from: '08:00', until: '09:00' },
    })
    await engine.alerts.follow(1 as SubscriberId, followInputSchema.parse({ channel: 'smtp' }))
    await until(() => expect(engine.alerts.desk()?.follows).toBe(1))
    await report({ title: 'One' })
    await report({ title: 'Two' })
    await report({ title: 'Fire', severity: 'critical' })
    await until(() => expect(mail.taken).toHaveLength(1))
    expect(mail.taken[0]?.text).toContain('Subject: CRITICAL: Fire')
    await until(() => expect(mail.taken).toHaveLength(2), 10_000)
    expect(clock.now()).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 23, 9))
    expect(mail.taken[1]?.text).toContain('One')
    expect(mail.taken[1]?.text).toContain('Two')
  })

  test('a channel that is away gets it when it is back', async () => {
    office = await open(rooms)
    const { report, until, room, tick } = office
    room.down = 'connection refused'
    await report({ title: 'Disk full' })
    for (let i = 0; i < 30; i++) {
      tick(500)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(room.taken).toHaveLength(0)
    room.down = null
    await until(() => expect(room.taken).toHaveLength(1), 1000)
  })

  test('a room with a limit gets no more than that, and all of it in the end', async () => {
    office = await openOffice(await freshUrl(), rooms, {
      limits: { room: { 'room/ops': { perSecond: 1, burst: 2 } } },
    })
    const { report, until, room, clock } = office
    const begun = clock.now()
    for (let i = 0; i < 6; i++) await report({ title: `Alert ${i}` })
    const at: number[] = []
    room.before = () => void at.push(clock.now() - begun)
    await until(() => expect(room.taken).toHaveLength(6))
    for (const [i, ms] of at.toSorted((a, b) => a - b).entries())
      expect(ms).toBeGreaterThanOrEqual((i - 1) * 1000 - 1)
  })

  test('a mail that nobody is said to send waits, and says what to set', async () => {
    office = await openOffice(
      await freshUrl(),
      { receivers: { default: { people: true } } },
      { publicUrl: 'http://localhost:8025' },
    )
    const { store, engine, until, report, clock } = office
    await store.subscribers.upsert([subscriberInputSchema.parse({ address: 'ann@example.org' })], {
      lists: [],
      now: clock.now(),
    })
    await engine.alerts.follow(1 as SubscriberId, followInputSchema.parse({ channel: 'smtp' }))
    await until(() => expect(engine.alerts.desk()?.follows).toBe(1))
    await report({ title: 'Disk full' })
    await until(async () => {
      const { rows } = await store.notifications.postings({
        subscriberId: 1 as SubscriberId,
        after: null,
        limit: 1,
      })
      expect(rows[0]).toMatchObject({ state: 'retry', code: 'render' })
      expect(rows[0]?.detail).toContain('alerts.sender.address')
    })
  })

  test('a room that asks to be left alone is, also after a restart, and others are not', async () => {
    const both = { receivers: { default: { rooms: ['room/ops', 'room/news'] } } }
    office = await open(both)
    const { clock } = office
    const asked: { readonly to: string; readonly at: number }[] = []
    const restMs = 60_000
    const watch = ({ room }: Office) => {
      room.before = (batch) => void asked.push(...batch.map(({ to }) => ({ to, at: clock.now() })))
    }
    watch(office)
    office.room.script = ({ to }) =>
      to === 'ops'
        ? { status: 'transient', code: '429', detail: 'slow down', scope: 'room', retryAfterMs: restMs }
        : undefined
    await office.report({ title: 'One' })
    await office.until(() => expect(asked.map(({ to }) => to).toSorted()).toEqual(['news', 'ops']))
    const refusedAt = asked.find(({ to }) => to === 'ops')!.at
    await office.report({ title: 'Two' })
    await office.until(() => expect(office.room.taken).toHaveLength(2))
    await office.engine.stop()
    office = await open(both, { store: office.store, clock })
    watch(office)
    await office.report({ title: 'Three' })
    await office.until(() => expect(asked.filter(({ to }) => to === 'news')).toHaveLength(3))
    await office.until(() => expect(office.room.taken.filter(({ to }) => to === 'ops')).toHaveLength(3), 500)
    for (const { to, at } of asked.slice(1))
      if (to === 'ops' && at !== refusedAt) expect(at).toBeGreaterThanOrEqual(refusedAt + restMs)
  })

  test('of those who follow, a receiver may mean only the members of lists', async () => {
    office = await open({ receivers: { default: { lists: ['on-call'] } } })
    const { store, engine, until, report, mail, clock } = office
    const list = await store.lists.insert({ name: 'on-call', title: 'On call', description: '' }, clock.now())
    const people = ['ann', 'bo', 'cy'].map((name) =>
      subscriberInputSchema.parse({ address: `${name}@example.org` }),
    )
    const ids = (await store.subscribers.upsert(people, { lists: [], now: clock.now() })).map(({ id }) => id)
    await store.subscribers.upsert(people.slice(1), { lists: [list.id], now: clock.now() })
    for (const id of ids.slice(0, 2))
      await engine.alerts.follow(id, followInputSchema.parse({ channel: 'smtp' }))
    await until(() => expect(engine.alerts.desk()?.follows).toBe(2))
    await report({ title: 'Disk full' })
    await until(() => expect(mail.taken.map(({ to }) => to)).toEqual(['bo@example.org']))
    const { rows } = await store.notifications.page({ after: 0, limit: 1 })
    expect(rows[0]?.audience).toBe(1)
  })

  test('a heartbeat that stops raises an alert, and takes it back', async () => {
    office = await open(rooms)
    const { engine, until, room } = office
    const heard: string[] = []
    engine.listen((fact) => {
      if (fact.type === 'heartbeat.changed') heard.push(`${fact.heartbeat.name} ${fact.change}`)
    })
    const { id } = await engine.alerts.addHeartbeat({
      name: 'backup',
      title: 'No backup',
      everyMs: 10_000,
      topic: null,
      severity: 'critical',
      labels: {},
    })
    await until(() => expect(room.taken).toHaveLength(1), 1000)
    expect(room.taken[0]?.note.title).toBe('No backup')
    await engine.alerts.beat('backup')
    await until(() => expect(room.taken).toHaveLength(2), 100)
    expect(room.taken[1]?.reason).toBe('resolved')
    await engine.alerts.beat('backup')
    await engine.alerts.removeHeartbeat(id)
    await engine.alerts.removeHeartbeat(id)
    expect(heard).toEqual(['backup made', 'backup late', 'backup back', 'backup removed'])
  })

  test('whoever listens hears of silences that are made and ended', async () => {
    office = await open(rooms)
    const { engine } = office
    const heard: object[] = []
    engine.listen((fact) => {
      if (fact.type === 'silence.changed') heard.push(fact.silence)
    })
    const startsAt = Date.now()
    const endsAt = startsAt + 100 * 86_400_000
    const matchers = [{ name: 'team', operator: '=' as const, value: 'db' }]
    const { id } = await engine.alerts.silence({ matchers, startsAt, endsAt, createdBy: '', comment: '' })
    const ended = await engine.alerts.unsilence(id)
    expect(await engine.alerts.unsilence((id + 1) as typeof id)).toBeNull()
    expect(heard).toEqual([
      { id, startsAt, endsAt },
      { id, startsAt, endsAt: ended?.endsAt },
    ])
    expect(ended?.endsAt).toBeLessThan(endsAt)
  })
})
