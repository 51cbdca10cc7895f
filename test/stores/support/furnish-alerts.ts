import type { SubscriberId } from '../../../engine/model/ids.ts'
import type { PostingSettlement } from '../../../engine/ports/notifications.ts'
import type { Store } from '../../../engine/ports/store.ts'
import {
  commit,
  followers,
  followOf,
  hour,
  notificationOf,
  reopenMs,
  reportOf,
} from '../../contract/store/alerts/scene.ts'
import { fresh, newPeople, now } from '../../contract/store/scene.ts'

/** Alerts in their states, and what was told of them: in part on the wire, in part not taken yet. `odd`: what escaping must
 *  live through. */
export async function furnishAlerts(store: Store, odd: string): Promise<void> {
  const ids = await furnishBoard(store, odd)
  const people = await newPeople(store, 40, [])
  const follows = await followers(store, people, {
    topics: ['sea'],
    filter: [{ name: odd, operator: '=~', value: odd }],
  })
  await store.follows.insert(
    people[0]!,
    followOf({ channel: 'slack', contact: odd, minSeverity: 'error' }),
    now,
  )
  await store.follows.remove(follows[1]!, now)
  await store.followPreferences.set(
    people[2]!,
    { quiet: { from: '22:00', until: '07:00' }, digestAt: '08:30', maxPerHour: 3, criticalAnyway: false },
    now,
  )
  await store.subscriptions.erase({
    id: people[3]!,
    remember: false,
    proof: { source: 'api', at: now, ip: null, userAgent: null, origin: null, words: null },
    now,
  })
  const rooms = [
    { channel: 'slack', room: odd },
    { channel: 'hook', room: 'log' },
  ]
  await tell(store, {
    rooms,
    alertIds: [ids[0]!],
    people: Uint32Array.from(follows.slice(4, 16)),
    held: follows.slice(30).map((followId, i) => ({ followId, dueAt: now + i, code: 'quiet' as const })),
  })
  await tell(store, {
    rooms,
    alertIds: ids,
    thread: odd,
    severity: 'critical',
    people: Uint32Array.from(follows.slice(0, 30)),
  })
  await furnishWatch(store, odd)
}

/** Ids of alerts that are firing, changed, acknowledged, over, and not heard of yet. */
async function furnishBoard(store: Store, odd: string) {
  const options = { now, reopenMs }
  const reports = Array.from({ length: 4 }, () =>
    reportOf({ topic: 'sea', title: odd, text: odd, labels: { host: odd } }),
  )
  const accepted = await store.alerts.accept(reports, options)
  const alerts = accepted.flatMap(({ alert }) => alert ?? [])
  const [, , asked, over] = alerts
  await commit(store, {
    heard: alerts.map(({ id, version }) => ({ id, version })),
    groups: [fresh('group'), fresh('gone'), odd].map((key) => ({ key, version: 0, value: { key, at: now } })),
  })
  await store.alerts.accept(
    [
      { ...reports[0]!, endsAt: now + 2 * hour },
      { ...reports[1]!, title: 'Worse' },
    ],
    options,
  )
  await store.alerts.change(
    asked!.id,
    1,
    { state: 'acknowledged', acknowledged: { at: now, by: odd, comment: odd } },
    now,
  )
  await commit(store, {
    moves: [{ id: over!.id, version: 1, change: { state: 'expired', endedAt: now } }],
    groups: [{ key: odd, version: 1, value: [odd, 1] }],
  })
  await store.alerts.accept([reportOf({ severity: 'info' })], options)
  return alerts.map(({ id }) => id)
}

/** Of those that are handed over at once, one becomes everything that a posting can become, and the rest is on the wire. */
async function tell(store: Store, fields: Parameters<typeof notificationOf>[0]): Promise<void> {
  const result = await commit(store, { notifications: [notificationOf(fields)] }, 12)
  const postings = result.status === 'done' ? (result.notifications[0]?.postings ?? []) : []
  const outcomes: readonly Partial<PostingSettlement>[] = [
    { state: 'sent', receipt: 'C1:17' },
    { state: 'failed', detail: 'no' },
    { state: 'retry', dueAt: now + 10 },
    { state: 'unknown' },
    { state: 'unsent', dueAt: now + 20 },
    { state: 'unknown', dueAt: now + 30 },
  ]
  const settlements = outcomes.flatMap((outcome, i) => {
    const posting = postings[i]
    if (posting === undefined) return []
    const { notificationId, target, attempt } = posting
    const plain = {
      state: 'sent',
      code: '200',
      detail: null,
      dueAt: null,
      receipt: null,
      suppress: false,
    } as const
    return [{ notificationId, target, attempt, ...plain, ...outcome }]
  })
  await store.postings.settle(settlements, now)
}

async function furnishWatch(store: Store, odd: string): Promise<void> {
  const matchers = [{ name: 'host', operator: '!~' as const, value: odd }]
  await store.silences.insert(
    { matchers, startsAt: now, endsAt: now + hour, createdBy: odd, comment: odd },
    now,
  )
  for (const name of ['backup', 'mirror', 'unheard'])
    await store.heartbeats.insert(
      { name, title: odd, everyMs: 1000, topic: null, severity: 'error', labels: { host: odd } },
      now,
    )
  await store.beats.beat('backup', now + 500)
  const [late] = await store.heartbeats.byName(['mirror'])
  await store.beats.alarm(late!.id, true)
}

/** All that a store's ports tell of alerts, and nothing is changed by asking. */
export async function alertsOf(store: Store, people: readonly SubscriberId[]) {
  const limit = 500
  const { rows: alerts } = await store.alerts.page({ after: 0, limit })
  const { rows: notifications } = await store.notifications.page({ after: 0, limit })
  const { rows: heartbeats } = await store.heartbeats.page({ after: 0, limit })
  const { changes } = await store.follows.changes({ since: 0, limit })
  return {
    alerts,
    open: (await store.alerts.page({ after: 0, limit, open: true })).rows,
    unheard: await store.alerts.unheard(limit),
    groups: await store.desk.groups({ after: '', limit }),
    told: await Promise.all(
      notifications.map(async (notification) => ({
        notification,
        counts: await store.notifications.counts(notification.id),
        postings: (
          await store.notifications.postings({ notificationId: notification.id, after: null, limit })
        ).rows,
      })),
    ),
    byAlert: (await store.notifications.page({ after: 0, limit, alertId: alerts.at(-1)!.id })).rows,
    unfinished: await store.postings.unfinished(limit),
    held: await store.desk.heldDue({ now: now + 5, limit }),
    follows: (await store.follows.page({ after: 0, limit })).rows,
    changes,
    preferences: await store.followPreferences.of(people),
    silences: (await store.silences.page({ after: 0, limit })).rows,
    heartbeats,
    beats: await store.beats.beats(heartbeats.map(({ id }) => id)),
    late: await store.beats.late(now + 1200),
  }
}

/** Take what nobody has taken, claim what is due, and settle all of it; what then stands in the books. */
export async function tellTheRest(store: Store): Promise<unknown> {
  const later = now + 100
  const handed: unknown[] = []
  const settle = async (postings: Awaited<ReturnType<Store['postings']['claim']>>) => {
    handed.push(...postings)
    const plain = {
      state: 'sent',
      code: '200',
      detail: null,
      dueAt: null,
      receipt: null,
      suppress: false,
    } as const
    await store.postings.settle(
      postings.map(({ notificationId, target, attempt }) => ({ notificationId, target, attempt, ...plain })),
      later,
    )
  }
  for (const id of await store.postings.unfinished(10))
    for (let more = true; more; ) {
      const taken = await store.postings.take(id, { limit: 7, leaseMs: hour, now: later })
      await settle(taken.postings)
      ;({ more } = taken)
    }
  const [worst] = await store.postings.claim({ limit: 1, leaseMs: hour, now: later })
  await settle(worst === undefined ? [] : [worst])
  await settle(await store.postings.claim({ limit: 100, leaseMs: hour, now: later }))
  const { told } = await alertsOf(store, [])
  const [next] = await store.alerts.accept([reportOf({ key: 'next' })], { now, reopenMs })
  return {
    handed: handed.map((one) => JSON.stringify(one)).toSorted(),
    worst: worst?.notificationId,
    told,
    next,
  }
}
