import { type Alert, isOpen } from '../../../engine/model/alert.ts'
import type { Follow, FollowPreferences } from '../../../engine/model/follow.ts'
import type { AlertId, FollowId, NotificationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Notification, Posting, Target } from '../../../engine/model/notification.ts'
import type { GroupRow } from '../../../engine/ports/alerts.ts'

export interface MemoryPosting extends Posting {
  /** By the monotonic clock. */
  readonly leaseUntil: number
}

export interface MemoryNotification {
  readonly notification: Notification
  /** Who gets it now: rooms, then follows. */
  readonly targets: readonly Target[]
  /** How many of them were taken. */
  taken: number
  readonly postings: Map<Target, MemoryPosting>
}

/** What the ports of alerts share. Records are replaced, never changed in place. */
export interface AlertState {
  readonly alerts: Map<AlertId, Alert>
  /** The version that the desk has taken in. */
  readonly heard: Map<AlertId, number>
  readonly groups: Map<string, GroupRow>
  readonly notifications: Map<NotificationId, MemoryNotification>
  /** By thread, channel and place. */
  readonly receipts: Map<string, string>
  readonly follows: Map<FollowId, Follow>
  /** In the order in which they changed. */
  readonly changes: FollowId[]
  readonly preferences: Map<SubscriberId, FollowPreferences>
}

export const createAlertState = (): AlertState => ({
  alerts: new Map(),
  heard: new Map(),
  groups: new Map(),
  notifications: new Map(),
  receipts: new Map(),
  follows: new Map(),
  changes: [],
  preferences: new Map(),
})

export const receiptKey = (thread: string, channel: string, place: string): string =>
  `${thread}\0${channel}\0${place}`

/** Would there be two of its key that are open? */
export const isTwice = (alerts: ReadonlyMap<AlertId, Alert>, { id, key, state }: Alert): boolean =>
  isOpen(state) &&
  alerts.values().some((other) => other.key === key && other.id !== id && isOpen(other.state))

/** Everything that is known of one person here goes. */
export function forgetFollower(state: AlertState, id: SubscriberId): void {
  for (const follow of state.follows.values())
    if (follow.subscriberId === id) {
      state.follows.delete(follow.id)
      state.changes.push(follow.id)
    }
  state.preferences.delete(id)
  for (const { notification, postings } of state.notifications.values())
    for (const row of postings.values())
      if (row.subscriberId === id) {
        state.receipts.delete(receiptKey(notification.thread, row.channel, row.to))
        postings.set(row.target, { ...row, to: '', detail: null })
      }
}
