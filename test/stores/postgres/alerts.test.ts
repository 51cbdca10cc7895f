import { describe, expect, test } from 'vitest'
import type { FollowId, NotificationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { PostingRef } from '../../../engine/ports/notifications.ts'
import type { Store } from '../../../engine/ports/store.ts'
import {
  commit,
  followers,
  followOf,
  hour,
  leaseMs,
  notificationOf,
  postingCounts,
  reopenMs,
  reportOf,
  told,
} from '../../contract/store/alerts/scene.ts'
import { fresh, newPeople, now } from '../../contract/store/scene.ts'
import { useNodes } from './nodes.ts'

const nodes = useNodes()
const accept = (store: Store, reports: readonly ReturnType<typeof reportOf>[]) =>
  store.alerts.accept(reports, { now, reopenMs })
const targetsOf = (postings: readonly PostingRef[]) => postings.map(({ target }) => target)
const sent = (posting: PostingRef) => ({
  ...posting,
  state: 'sent' as const,
  code: null,
  detail: null,
  dueAt: null,
  receipt: null,
  suppress: false,
})
const rising = (ids: readonly number[]) => ids.toSorted((a, b) => a - b)

describe('accepting on two nodes', () => {
  test('whoever comes second to a key hears of the alert that the first one opened', async () => {
    const { a, b, gate, rows, waiting } = nodes()
    const [report, other] = [reportOf(), reportOf()]
    const release = await gate(
      `INSERT INTO alert (key, state, severity, version, heard, doc) VALUES ($1, 'firing', 'warning', 1, 1, $2)`,
      [report.key, JSON.stringify({ ...report, state: 'firing', reports: 1, version: 1, endedAt: null })],
    )
    const late = Promise.all([accept(a, [other, report]), accept(b, [report])])
    await waiting(2)
    await release()
    const [[first, second], [third]] = (await late) as [[{ hearing: string }, unknown], [unknown]]
    expect(first.hearing).toBe('opened')
    for (const heard of [second, third])
      expect(heard).toMatchObject({ hearing: 'repeated', alert: { key: report.key } })
    const found = await rows('SELECT version FROM alert WHERE key = $1', [report.key])
    expect(found).toEqual([{ version: 3 }])
    // It was heard before, and nothing in it reads otherwise.
    expect((await b.alerts.unheard(1000)).map(({ key }) => key)).not.toContain(report.key)
  })

  test('what is said of one alert at once is counted whole', async () => {
    const { a, b } = nodes()
    const reports = Array.from({ length: 20 }, () => reportOf())
    const rounds = Array.from({ length: 12 }, (_, i) =>
      accept(i % 2 === 0 ? a : b, i % 3 === 0 ? reports : reports.toReversed()),
    )
    const all = (await Promise.all(rounds)).flat()
    expect(all.filter(({ hearing }) => hearing === 'opened')).toHaveLength(20)
    expect(all.filter(({ hearing }) => hearing === 'repeated')).toHaveLength(220)
    const { rows: alerts } = await a.alerts.page({ after: 0, limit: 20 })
    expect(alerts.map((alert) => alert.reports)).toEqual(Array(20).fill(12))
  })
})

describe('desks on two nodes', () => {
  const decision = (key: string, version: number) => ({
    groups: [{ key, version, value: { version } }],
    notifications: [notificationOf({ group: key, rooms: [{ channel: 'slack', room: 'ops' }] })],
  })

  test.each([0, 1])('of two that decide on a group at version %d, one tells', async (version) => {
    const { a, b, gate, rows, waiting } = nodes()
    const key = fresh('group')
    if (version > 0) await commit(a, { groups: [{ key, version: 0, value: 1 }] })
    // Held midway: with the group written, before the notification.
    const release = await gate('LOCK TABLE notification IN SHARE MODE')
    const both = Promise.all([a, b].map((store) => commit(store, decision(key, version))))
    await waiting(2)
    await release()
    expect((await both).map(({ status }) => status).sort()).toEqual(['conflict', 'done'])
    expect(await rows('SELECT id FROM notification WHERE group_key = $1', [key])).toHaveLength(1)
    expect(await rows('SELECT version FROM alert_group WHERE key = $1', [key])).toEqual([
      { version: version + 1 },
    ])
  })

  test('an alert that moves on while it is taken in stays unheard', async () => {
    const { a, b, gate, waiting } = nodes()
    const report = reportOf()
    const id = (await accept(a, [report]))[0]!.alert!.id
    const release = await gate('SELECT FROM alert WHERE id = $1 FOR UPDATE', [id])
    const changed = accept(a, [{ ...report, title: 'Worse' }])
    await waiting(1)
    const taken = commit(b, { heard: [{ id, version: 1 }] })
    await waiting(2)
    await release()
    expect([(await changed)[0]?.hearing, (await taken).status]).toEqual(['changed', 'done'])
    expect((await b.alerts.unheard(1000)).map((alert) => alert.id)).toContain(id)
  })

  test('a move that comes after another is a conflict, and nothing of it is kept', async () => {
    const { a, b, gate, waiting } = nodes()
    const key = fresh('group')
    const id = (await accept(a, [reportOf()]))[0]!.alert!.id
    const move = { id, version: 1, change: { state: 'expired' as const, endedAt: now } }
    const release = await gate('SELECT FROM alert WHERE id = $1 FOR UPDATE', [id])
    const both = Promise.all([a, b].map((store) => commit(store, { ...decision(key, 0), moves: [move] })))
    await waiting(2)
    await release()
    expect((await both).map(({ status }) => status).sort()).toEqual(['conflict', 'done'])
    expect((await a.notifications.page({ after: 0, limit: 9, group: key })).rows).toHaveLength(1)
  })
})

describe('postings on two nodes', () => {
  test('many who take from one notification have each target once', async () => {
    const { a, b, rows } = nodes()
    const people = Uint32Array.from({ length: 2500 }, (_, i) => 10 ** 9 + 7 * i)
    const rooms = Array.from({ length: 70 }, (_, i) => ({ channel: 'slack', room: `r${i}` }))
    const { id } = await told(a, { people, rooms }, 3)
    const given: number[] = []
    const worker = async (store: Store, limit: number) => {
      for (let more = true; more; ) {
        const taken = await store.postings.take(id, { limit, leaseMs, now })
        given.push(...targetsOf(taken.postings))
        ;({ more } = taken)
      }
    }
    await Promise.all([worker(a, 64), worker(b, 7), worker(a, 1), worker(b, 1200), worker(a, 64)])
    expect(rising(given)).toEqual(rising(rooms.slice(3).map((_, i) => -4 - i)))
    const written = await rows<{ target: number }>(
      'SELECT target FROM posting WHERE notification_id = $1 ORDER BY 1',
      [id],
    )
    expect(targetsOf(written as PostingRef[])).toEqual([...rising(rooms.map((_, i) => -1 - i)), ...people])
    expect(await postingCounts(b, id)).toEqual({ audience: 2570, handing: 70, skipped: 2500 })
  })

  test('claims share nothing, and do not wait for each other', async () => {
    const { a, b, gate, rows } = nodes()
    const rooms = Array.from({ length: 60 }, (_, i) => ({ channel: 'slack', room: `r${i}` }))
    const { id, postings } = await told(a, { rooms })
    // Half of them are to come again, of the others the holder is gone.
    await a.postings.settle(
      postings.slice(0, 30).map((posting) => ({ ...sent(posting), state: 'retry', dueAt: now })),
      now,
    )
    await rows(
      "UPDATE posting SET lease_until = clock_timestamp() - interval '1 s' WHERE notification_id = $1 AND state = 'handing'",
      [id],
    )
    const release = await gate(
      'SELECT FROM posting WHERE notification_id = $1 AND target IN (-1, -60) FOR UPDATE',
      [id],
    )
    const claim = (store: Store) => store.postings.claim({ limit: 5, leaseMs, now })
    const parts = await Promise.all(Array.from({ length: 12 }, (_, i) => claim(i % 2 === 0 ? a : b)))
    parts.push(...(await Promise.all([claim(a), claim(b)])))
    expect(rising(targetsOf(parts.flat()))).toEqual(rising(rooms.slice(2).map((_, i) => -2 - i)))
    await release()
    expect(rising(targetsOf(await claim(b)))).toEqual([-60, -1])
  })

  test('a lease ends by the clock of the database, whatever a node believes', async () => {
    const { a, b, rows } = nodes()
    const { id, postings } = await told(a, {
      rooms: [{ channel: 'slack', room: 'ops' }],
      retryUntil: 2 * now,
    })
    const claim = (store: Store, at: number) => store.postings.claim({ limit: 5, leaseMs, now: at })
    expect(await claim(b, now + 10 * leaseMs)).toEqual([])
    await rows(
      "UPDATE posting SET lease_until = clock_timestamp() - interval '1 s' WHERE notification_id = $1",
      [id],
    )
    expect(await claim(b, 0)).toMatchObject([{ notificationId: id, attempt: 2 }])
    // Whoever had it before has it no more.
    expect(await a.postings.settle(postings.map(sent), now)).toBe(0)
    await a.postings.renew(postings, 10 * leaseMs)
    const [row] = await rows<{ left: boolean }>(
      `SELECT lease_until < clock_timestamp() + $2 * interval '1 millisecond' AS left FROM posting WHERE notification_id = $1`,
      [id, leaseMs],
    )
    expect(row?.left).toBe(true)
    expect(await postingCounts(a, id)).toEqual({ audience: 1, handing: 1 })
  })

  test('somebody who is erased while they are taken is found out when that is settled', async () => {
    const { a, rows } = nodes()
    const [person] = (await newPeople(a, 1, [])) as [SubscriberId]
    const thread = fresh('thread')
    const { id, postings } = await told(a, { thread, people: Uint32Array.from(await followers(a, [person])) })
    const { to } = postings[0]!
    await a.subscriptions.erase({ id: person, remember: false, proof: bare, now })
    // What a transaction writes that has read them before.
    await rows('UPDATE posting SET place = $2 WHERE notification_id = $1', [id, to])
    await a.postings.settle(
      postings.map((posting) => ({ ...sent(posting), detail: `${to} is fine`, receipt: to })),
      now,
    )
    expect(await rows('SELECT place, detail FROM posting WHERE notification_id = $1', [id])).toEqual([
      { place: '', detail: null },
    ])
    expect(await rows('SELECT FROM alert_thread WHERE thread = $1', [thread])).toEqual([])
  })

  test('receipts of one place that come at once leave one', async () => {
    const { a, b, rows } = nodes()
    const thread = fresh('thread')
    const rooms = Array.from({ length: 20 }, (_, i) => ({ channel: 'slack', room: `r${i}` }))
    const all = await Promise.all(Array.from({ length: 6 }, () => told(a, { rooms, thread })))
    const settled = await Promise.all(
      all.map(({ id, postings }, i) => {
        const own = postings.map((posting) => ({ ...sent(posting), receipt: String(id) }))
        return (i % 2 === 0 ? a : b).postings.settle(i % 3 === 0 ? own : own.toReversed(), now)
      }),
    )
    expect(settled).toEqual(Array(6).fill(20))
    // Also of one batch, the younger notification's.
    const two = [await told(b, { rooms, thread }), await told(a, { rooms, thread })]
    const batch = two.map(({ id, postings }) => ({ ...sent(postings[0]!), receipt: String(id) }))
    expect(await b.postings.settle(batch.toReversed(), now)).toBe(2)
    expect((await told(a, { rooms, thread })).postings[0]?.earlier).toBe(String(two[1]?.id))
    expect(await rows('SELECT FROM alert_thread WHERE thread = $1', [thread])).toHaveLength(20)
  })
})

const bare = { source: 'api', at: now, ip: null, userAgent: null, origin: null, words: null } as const

describe('changes of follows on two nodes', () => {
  test('are told though they are committed after younger ones', async () => {
    const { a, b, gate, waiting } = nodes()
    const people = await newPeople(a, 3, [])
    const [slow, quick] = (await followers(a, people)) as [FollowId, FollowId]
    const { until: begin } = await a.follows.changes({ since: null, limit: 9 })
    const told = async (since: number) => {
      const { changes, until } = await b.follows.changes({ since, limit: 9 })
      return { ids: changes.map(({ id }) => id), until }
    }
    // It has its number, and waits for the row.
    const release = await gate('SELECT FROM follow WHERE id = $1 FOR UPDATE', [slow])
    const late = a.follows.update(slow, 1, followOf({ channel: 'slack' }), now)
    await waiting(1)
    await b.follows.update(quick, 1, followOf({ channel: 'slack' }), now)
    const meanwhile = await told(begin)
    expect(meanwhile.ids).not.toContain(slow)
    await release()
    await late
    const after = await told(meanwhile.until)
    expect(rising([...meanwhile.ids, ...after.ids])).toEqual([slow, quick])
    expect((await told(after.until)).ids).toEqual([])
  })

  test('keep to the most that a person may have, however many ask', async () => {
    const { a, b } = nodes()
    const [person] = (await newPeople(a, 1, [])) as [SubscriberId]
    const rows = Array.from({ length: 95 }, () => ({ subscriberId: person, input: followOf() }))
    await a.follows.insertMany(rows, now)
    const asked = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? a : b).follows.insert(person, followOf(), now)),
    )
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    for (const one of asked)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'E_LIMIT' })
  })

  test('of somebody who is erased while they are imported nothing comes', async () => {
    const { a, b, gate, waiting } = nodes()
    const [person, other] = (await newPeople(a, 2, [])) as [SubscriberId, SubscriberId]
    const release = await gate('SELECT FROM subscriber WHERE id = $1 FOR UPDATE', [person])
    const erased = a.subscriptions.erase({ id: person, remember: false, proof: bare, now })
    await waiting(1)
    const made = b.follows.insertMany(
      [person, other].map((subscriberId) => ({ subscriberId, input: followOf() })),
      now,
    )
    await waiting(2)
    await release()
    expect([await erased, await made]).toEqual([true, 1])
  })

  test('that are gone are forgotten after a day', async () => {
    const { a, rows } = nodes()
    const [id] = (await followers(a, await newPeople(a, 1, []))) as [FollowId]
    await a.follows.remove(id, now)
    const there = () => rows('SELECT FROM follow WHERE id = $1', [id])
    await a.maintain(now + 24 * hour)
    expect(await there()).toHaveLength(1)
    await a.maintain(now + 24 * hour + 1)
    expect(await there()).toEqual([])
  })
})

test('notifications are forgotten in parts of a size, all of them by one call', async () => {
  const { a, rows } = nodes()
  const old = now - 1000 * hour
  const ids: NotificationId[] = []
  for (let i = 0; i < 5; i++) {
    const people = Uint32Array.from({ length: 9000 }, (_, j) => 10 ** 9 + j)
    ids.push((await told(a, { people, createdAt: old }, 9000)).id)
  }
  expect(await a.notifications.remove({ before: old + 1, limit: 4 })).toBe(4)
  const left = await rows<{ id: number }>(
    'SELECT DISTINCT notification_id AS id FROM posting WHERE notification_id = ANY($1)',
    [ids],
  )
  expect(left).toEqual([{ id: ids[4] }])
  expect(await a.notifications.remove({ before: old + 1, limit: 4 })).toBe(1)
})
