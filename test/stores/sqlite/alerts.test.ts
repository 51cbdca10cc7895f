import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { NewNotification } from '../../../engine/ports/alerts.ts'
import { openStore } from '../../../stores/open.ts'
import { addFunctions } from '../../../stores/sqlite/audience/functions.ts'
import { migrate } from '../../../stores/sqlite/migrations/index.ts'
import { createGivenOut, createPorts } from '../../../stores/sqlite/ports.ts'
import type { SyncPorts } from '../../../stores/sqlite/threads/methods.ts'
import {
  followOf,
  hour,
  leaseMs,
  notificationOf,
  postingCounts,
  told,
} from '../../contract/store/alerts/scene.ts'
import { now } from '../../contract/store/scene.ts'
import { tempFolder } from '../support/folder.ts'

const rooms = [1, 2, 3].map((n) => ({ channel: 'slack', room: `r${n}` }))
const sent = {
  state: 'sent',
  code: '200',
  detail: null,
  dueAt: null,
  receipt: null,
  suppress: false,
} as const

test('what was on the wire when the process ended is to be had at once', async () => {
  const url = `sqlite:${join(tempFolder(), 'store.db')}`
  const first = await openStore(url)
  const { id, postings } = await told(first, { rooms })
  await first.postings.settle([{ ...postings[0]!, ...sent }], now)
  expect(await first.postings.claim({ limit: 10, leaseMs, now })).toEqual([])
  await first.close()

  const next = await openStore(url)
  const again = await next.postings.claim({ limit: 10, leaseMs, now })
  expect(again.map(({ target, attempt }) => [target, attempt])).toEqual([
    [-3, 2],
    [-2, 2],
  ])
  expect(await next.postings.claim({ limit: 10, leaseMs, now })).toEqual([])
  // Whatever is left of the other one has nothing to say any more.
  expect(await next.postings.settle([{ ...postings[1]!, ...sent }], now)).toBe(0)
  expect(
    await next.postings.settle(
      again.map((one) => ({ ...one, ...sent })),
      now,
    ),
  ).toBe(2)
  expect(await postingCounts(next, id)).toEqual({ audience: 3, sent: 3 })
  await next.close()
})

const openPorts = () => {
  const db = new SqliteDatabase(join(tempFolder(), 'store.db'))
  addFunctions(db)
  migrate(db, 'store.db')
  const givenOut = createGivenOut(() => performance.now())
  const leases = givenOut.postings
  /** As the writer's thread goes about a group. */
  const within = <T>(end: 'COMMIT' | 'ROLLBACK', work: () => T): T => {
    db.exec('BEGIN')
    const result = work()
    db.exec(end)
    leases.ended(end === 'COMMIT')
    return result
  }
  return { db, ports: createPorts(db, givenOut), leases, within }
}
const commit = (ports: SyncPorts, notification: NewNotification, limit: number) => {
  const result = ports.desk.commit(
    { heard: [], moves: [], groups: [], notifications: [notification], digested: [] },
    { now, take: { limit, leaseMs: hour } },
  )
  if (result.status !== 'done') throw new Error(result.status)
  return result.notifications[0]!
}

test('a notification to very many is forgotten a piece at a time, and its counts are true in between', () => {
  const { db, ports } = openPorts()
  const people = Uint32Array.from({ length: 12_000 }, (_, i) => 10 ** 8 + i)
  const { id } = commit(ports, notificationOf({ people }), people.length)
  const remove = () => ports.notifications.removeSome({ before: now + 1, limit: 10 })
  for (const left of [7000, 2000]) {
    expect(remove()).toEqual({ removed: 0, more: true })
    expect(ports.notifications.counts(id)).toMatchObject({ audience: left, skipped: left, queued: 0 })
  }
  expect(remove()).toEqual({ removed: 1, more: false })
  expect(remove()).toEqual({ removed: 0, more: false })
  expect(db.prepare('SELECT count(*) FROM notification_people').pluck().get()).toBe(0)
  db.close()
})

test('nothing is kept of what a channel said of somebody who was erased meanwhile', () => {
  const { db, ports } = openPorts()
  const [person] = ports.subscribers.upsert([{ address: 'ann@example.org' }], { lists: [], now })
  const follow = ports.follows.insert(person!.id, followOf(), now)
  const { postings } = commit(ports, notificationOf({ people: Uint32Array.of(follow.id) }), 1)
  const proof = { source: 'api', at: now, ip: null, userAgent: null, origin: null, words: null } as const
  ports.subscriptions.erase({ id: person!.id, remember: false, proof, now })
  const said = { ...sent, detail: 'ann@example.org took it', receipt: 'ann' }
  expect(ports.postings.settle([{ ...postings[0]!, ...said }], now)).toBe(1)
  expect(db.prepare('SELECT * FROM alert_thread').all()).toEqual([])
  expect(db.prepare('SELECT state, place, detail FROM posting').all()).toEqual([
    { state: 'sent', place: '', detail: null },
  ])
  db.close()
})

describe('a transaction', () => {
  const tell = (ports: SyncPorts) => commit(ports, notificationOf({ rooms }), 10)
  const claim = (ports: SyncPorts) => ports.postings.claim({ limit: 10, leaseMs: hour, now })

  test('that is rolled back leaves what it settled with whoever has it', () => {
    const { db, ports, within } = openPorts()
    const { id, postings } = within('COMMIT', () => tell(ports))
    const outcomes = postings.map((one) => ({ ...one, ...sent }))
    within('ROLLBACK', () => {
      expect(ports.postings.settle(outcomes, now)).toBe(3)
      // A claim in the same group sees them settled.
      expect(claim(ports)).toEqual([])
    })
    expect(within('COMMIT', () => claim(ports))).toEqual([])
    expect(within('COMMIT', () => ports.postings.settle(outcomes, now))).toBe(3)
    expect(ports.notifications.counts(id)).toMatchObject({ sent: 3, handing: 0 })
    db.close()
  })

  test('that is rolled back lets what it took or claimed be had again', () => {
    const { db, ports, within } = openPorts()
    const lost = within('ROLLBACK', () => tell(ports))
    const { id, postings } = within('COMMIT', () => tell(ports))
    // The same number: nobody ever heard of the other one.
    expect([id, postings]).toEqual([lost.id, lost.postings])
    const refused = { ...sent, state: 'retry', dueAt: now } as const
    within('COMMIT', () =>
      ports.postings.settle(
        postings.map((one) => ({ ...one, ...refused })),
        now,
      ),
    )
    const first = within('ROLLBACK', () => claim(ports))
    expect(within('COMMIT', () => claim(ports))).toEqual(first)
    db.close()
  })

  test('that gives something back and has it again leaves it with the last one', () => {
    const { db, ports, within } = openPorts()
    const { postings } = within('COMMIT', () => tell(ports))
    const unsent = { ...sent, state: 'unsent', dueAt: now } as const
    const again = within('COMMIT', () => {
      ports.postings.settle(
        postings.map((one) => ({ ...one, ...unsent })),
        now,
      )
      return claim(ports)
    })
    expect(again.map(({ attempt }) => attempt)).toEqual([1, 1, 1])
    expect(within('COMMIT', () => claim(ports))).toEqual([])
    db.close()
  })

  test('that is kept keeps nothing in memory of what it settled', () => {
    const { db, ports, within, leases } = openPorts()
    const { postings } = within('COMMIT', () => tell(ports))
    expect(leases.size).toBe(3)
    within('COMMIT', () => ports.postings.settle([{ ...postings[0]!, ...sent }], now))
    expect(leases.size).toBe(2)
    const refused = { ...sent, state: 'retry', dueAt: now } as const
    within('COMMIT', () => ports.postings.settle([{ ...postings[1]!, ...refused }], now))
    within('COMMIT', () => claim(ports))
    expect(leases.size).toBe(2)
    db.close()
  })
})
