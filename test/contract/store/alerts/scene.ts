import { expect } from 'vitest'
import type { AlertReport } from '../../../../engine/model/alert.ts'
import { type FollowInput, followInputSchema } from '../../../../engine/model/follow.ts'
import type { FollowId, NotificationId } from '../../../../engine/model/ids.ts'
import type { PostingCounts } from '../../../../engine/model/notification.ts'
import type { DeskCommit, DeskResult, NewNotification } from '../../../../engine/ports/alerts.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { fresh, now } from '../fixtures.ts'

export const reopenMs = 60_000
export const hour = 3_600_000
/** Long enough that nothing runs out while a test looks. */
export const leaseMs = 600_000

export function reportOf(fields: Partial<AlertReport> = {}): AlertReport {
  return {
    key: fresh('key'),
    topic: null,
    severity: 'warning',
    labels: { host: 'db1', '%': 'a "b" \\ ü' },
    annotations: { summary: 'Lag' },
    title: 'Lag on db1',
    text: 'Behind by 30 s.\nReads may be stale.',
    links: [{ title: 'Runbook', url: 'https://example.org/lag' }],
    startsAt: now - 1000,
    endsAt: now + hour,
    ends: 'resolved',
    ...fields,
  }
}

export function notificationOf(fields: Partial<NewNotification> = {}): NewNotification {
  const group = fields.group ?? fresh('group')
  return {
    group,
    thread: `${group}.1`,
    reason: 'firing',
    severity: 'warning',
    alertIds: [],
    note: {
      title: 'Lag',
      url: null,
      tone: 'warning',
      summary: 'WARNING: Lag',
      blocks: [{ type: 'text', text: [{ text: 'Behind', bold: true }, ' by 30 s.'] }],
    },
    data: { version: '4', alerts: [{ labels: { host: 'db1' } }] },
    rooms: [],
    people: new Uint32Array(),
    held: [],
    retryUntil: now + hour,
    createdAt: now,
    ...fields,
  }
}

const nothing: DeskCommit = { heard: [], moves: [], groups: [], notifications: [], digested: [] }

/** `limit`: postings taken with each notification. */
export const commit = (
  store: Store,
  fields: Partial<DeskCommit>,
  limit = 100,
  lease = leaseMs,
): Promise<DeskResult> =>
  store.desk.commit({ ...nothing, ...fields }, { now, take: { limit, leaseMs: lease } })

export async function told(store: Store, fields: Partial<NewNotification>, limit = 100, lease = leaseMs) {
  const result = await commit(store, { notifications: [notificationOf(fields)] }, limit, lease)
  if (result.status !== 'done') throw new Error(result.status)
  return result.notifications[0]!
}

export const followOf = (fields: Partial<FollowInput> = {}): FollowInput =>
  followInputSchema.parse({ channel: 'smtp', ...fields })

/** Follows of new people, their ids ascending. */
export async function followers(
  store: Store,
  people: readonly number[],
  fields: Partial<FollowInput> = {},
): Promise<readonly FollowId[]> {
  const ids: FollowId[] = []
  for (const id of people) ids.push((await store.follows.insert(id as never, followOf(fields), now)).id)
  return ids
}

/** The counts that are not 0, identity checked. */
export async function postingCounts(store: Store, id: NotificationId): Promise<Partial<PostingCounts>> {
  const counts = await store.notifications.counts(id)
  const { audience, ...states } = counts
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(audience)
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
