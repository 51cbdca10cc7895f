import { describe, expect, test, vi } from 'vitest'
import { createRetention } from '../../engine/actors/retention.ts'
import { engineConfigSchema } from '../../engine/config.ts'
import { silentLog } from '../../engine/log.ts'
import type { AssetId } from '../../engine/model/ids.ts'
import type { Store } from '../../engine/ports/store.ts'
import { openMemoryStore } from '../../stores/memory/open.ts'
import { auditEntry } from '../contract/store/access/audit.ts'
import { userDoc } from '../contract/store/access/users.ts'
import { reopenMs, reportOf, told } from '../contract/store/alerts/scene.ts'
import { rollUp } from '../contract/store/analytics/roll.ts'
import { newRun, now } from '../contract/store/scene.ts'
import { createTestClock } from './support/clock.ts'

const dayMs = 86_400_000

/** What forgets, and how often it has begun and come to its end. */
function open(store: Store, alertsDays: number | null, eventsDays: number | null = null) {
  const clock = createTestClock()
  const { retention: config } = engineConfigSchema.parse({
    secrets: ['x'.repeat(32)],
    retention: { alertsDays, eventsDays, batch: 2 },
  })
  let [begun, rounds] = [0, 0]
  const consents: Store['consents'] = {
    ...store.consents,
    async forget(query) {
      const count = await store.consents.forget(query)
      rounds += 1
      return count
    },
  }
  const retention = createRetention({
    config,
    store: {
      ...store,
      consents,
      async maintain(now) {
        begun += 1
        await store.maintain(now)
      },
    },
    owner: 'this',
    clock,
    log: silentLog,
  })
  const round = (count: number) =>
    vi.waitFor(() => expect(rounds).toBe(count), { interval: 5, timeout: 10_000 })
  return { clock, retention, round, begun: () => begun }
}

/** Alerts that ended by `endedAt`, one that is open; what was told of them then; silences that ended then. */
async function furnish(store: Store, endedAt: number, count: number) {
  const now = endedAt - dayMs
  const reports = Array.from({ length: count + 1 }, () =>
    reportOf({ startsAt: now, endsAt: now + 100 * dayMs }),
  )
  const accepted = await store.alerts.accept(reports, { now, reopenMs })
  const ids = accepted.map(({ alert }) => alert!.id)
  for (const id of ids.slice(1)) await store.alerts.change(id, 1, { state: 'resolved', endedAt }, endedAt)
  for (const id of ids) {
    const { postings } = await told(store, {
      alertIds: [id],
      createdAt: endedAt,
      rooms: [{ channel: 'slack', room: 'ops' }],
    })
    await store.postings.settle(
      postings.map((one) => ({
        ...one,
        state: 'sent',
        code: null,
        detail: null,
        dueAt: null,
        receipt: 'r',
        suppress: false,
      })),
      endedAt,
    )
    await store.silences.insert(
      { matchers: [], startsAt: now, endsAt: endedAt, createdBy: '', comment: '' },
      now,
    )
  }
  return ids
}

const left = async (store: Store) => {
  const query = { after: 0, limit: 100 }
  return {
    alerts: (await store.alerts.page(query)).rows.map(({ id }) => id).toReversed(),
    told: (await store.notifications.page(query)).rows.flatMap(({ alertIds }) => alertIds).toReversed(),
    silences: (await store.silences.page(query)).rows.length,
  }
}

describe('retention of alerts', () => {
  test('forgets what is over for long enough, batch by batch, and nothing that is open', async () => {
    const store = openMemoryStore()
    const { clock, retention, round } = open(store, 30)
    const ids = await furnish(store, clock.now() - 30 * dayMs, 5)
    retention.start()
    await round(1)
    expect(await left(store)).toEqual({ alerts: ids, told: ids, silences: 6 })
    clock.advance(dayMs)
    await round(2)
    expect(await left(store)).toEqual({ alerts: ids.slice(0, 1), told: [], silences: 0 })
    await retention.stop()
    await store.close()
  })

  test('keeps all where it is told to', async () => {
    const store = openMemoryStore()
    const { clock, retention, round } = open(store, null)
    const ids = await furnish(store, clock.now() - 3000 * dayMs, 1)
    retention.start()
    await round(1)
    expect(await left(store)).toEqual({ alerts: ids, told: ids, silences: 2 })
    await retention.stop()
    await store.close()
  })

  test('is the work of the node that leads', async () => {
    const store = openMemoryStore()
    const [one, other] = [open(store, 30), open(store, 30)]
    await store.leadership.lead('retention', 'somebody else', 3_600_000)
    const ids = await furnish(store, one.clock.now() - 300 * dayMs, 1)
    one.retention.start()
    await one.retention.stop()
    expect(one.begun()).toBe(0)
    expect(await left(store)).toMatchObject({ alerts: ids, told: ids })
    await store.leadership.resign('retention', 'somebody else')
    other.retention.start()
    await other.round(1)
    expect(await left(store)).toMatchObject({ alerts: ids.slice(0, 1), told: [] })
    await other.retention.stop()
    await store.close()
  })
})

describe('retention of events', () => {
  test('forgets what happened and who did what, and keeps what was counted', async () => {
    const store = openMemoryStore()
    const { clock, retention, round } = open(store, null, 30)
    const at = clock.now()
    const { id: publicationId, people } = await newRun(store, 5)
    const plain = { publicationId, channel: 'smtp', type: 'opened', code: null, detail: null } as const
    await store.events.append(people.map((subscriberId) => ({ ...plain, subscriberId, at, class: 'human' })))
    await rollUp(store)
    const touches = people.map((id) => [publicationId, id] as const)
    const kept = async () => {
      const { rows } = await store.events.page({ after: 0, limit: 10 })
      const known = await store.rollups.known({ subscribers: [], touches, scores: [], active: [] })
      return [rows.length, known.touches.length]
    }
    retention.start()
    await round(1)
    expect(await kept()).toEqual([5, 5])
    // What happened is as old as itself, who did what as its publication.
    clock.advance(Math.max(0, now - at) + 31 * dayMs)
    await vi.waitFor(async () => expect(await kept()).toEqual([0, 0]), { interval: 5, timeout: 10_000 })
    const query = { publicationIds: [publicationId], dimension: 'all' } as const
    expect(await store.analytics.people(query)).toMatchObject([{ people: 5 }, { people: 5 }, { people: 5 }])
    await retention.stop()
    await store.close()
  })
})

describe('retention of access', () => {
  test('forgets sessions and tokens when they end, and the audit log after its days', async () => {
    const store = openMemoryStore()
    const { clock, retention, round } = open(store, null)
    const begin = clock.now()
    const { id: userId } = await store.users.insert(userDoc(), begin)
    for (const expiresAt of [begin + 1, begin + 2 * dayMs]) {
      const hash = String(expiresAt)
      await store.sessions.open({ userId, hash, createdAt: begin, expiresAt, address: null, userAgent: null })
      await store.tokens.put({ hash, purpose: 'invite', subject: '1', expiresAt })
    }
    await store.audit.append([0, 1, 399, 400].map((days) => auditEntry({ at: begin - days * dayMs })))
    const left = async () => ({
      audit: (await store.audit.page({ before: null, limit: 10 })).rows.map(({ at }) => (begin - at) / dayMs),
      // Asked as of then: what is over is told of as long as it is there.
      sessions: (await store.sessions.ofUser(userId, begin)).length,
      tokens: await store.tokens.drop('invite', '1'),
    })
    retention.start()
    await round(1)
    clock.advance(dayMs)
    await round(2)
    expect(await left()).toEqual({ audit: [399, 1, 0], sessions: 1, tokens: 1 })
    await retention.stop()
    await store.close()
  })
})

describe('retention of uploads', () => {
  test('drops those that broke off a day ago, and no other', async () => {
    const store = openMemoryStore()
    const { clock, retention, round } = open(store, null)
    const [old, older] = [
      await store.assetUploads.begin(clock.now()),
      await store.assetUploads.begin(clock.now()),
    ]
    clock.advance(dayMs)
    const young = await store.assetUploads.begin(clock.now())
    clock.advance(1)
    retention.start()
    await round(1)
    const isOpen = (id: AssetId) => store.assetUploads.append(id, 0, new Uint8Array(1))
    expect(await Promise.all([old, older, young].map(isOpen))).toEqual([false, false, true])
    await retention.stop()
    await store.close()
  })
})
