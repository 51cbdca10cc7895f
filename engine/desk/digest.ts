import { type Alert, isOpen } from '../model/alert.ts'
import type { AlertId, EpochMs, FollowId } from '../model/ids.ts'
import { type Notification, type Posting, threadOf } from '../model/notification.ts'
import type { DeskCommit, NewNotification } from '../ports/alerts.ts'
import { dataOf, noteOf, worst } from './wording.ts'

/** What people wanted later and is due, one notification each: of all alerts that they would have heard of, as these are now. */
export function digestsOf(
  due: readonly { readonly posting: Posting; readonly notification: Notification }[],
  alerts: ReadonlyMap<AlertId, Alert>,
  options: { readonly now: EpochMs; readonly publicUrl: string; readonly retryUntil: EpochMs },
): Pick<DeskCommit, 'notifications' | 'digested'> {
  const { now, publicUrl, retryUntil } = options
  const notifications: NewNotification[] = []
  const digested: Pick<Posting, 'notificationId' | 'target'>[] = []
  for (const [followId, part] of Map.groupBy(due, ({ posting }) => posting.target as FollowId)) {
    for (const { posting } of part)
      digested.push({ notificationId: posting.notificationId, target: posting.target })
    const ids = [...new Set(part.flatMap(({ notification }) => notification.alertIds))]
    const known = ids.flatMap((id) => alerts.get(id) ?? [])
    // Retention may have been quicker.
    if (known.length === 0) continue
    const firing = known.filter(({ state }) => isOpen(state))
    const over = known.filter(({ state }) => !isOpen(state))
    const group = `digest:${followId}`
    const telling = {
      reason: 'digest',
      firing,
      over,
      groupLabels: {},
      group,
      receiver: 'digest',
      publicUrl,
    } as const
    notifications.push({
      group,
      thread: threadOf(group, now),
      reason: 'digest',
      severity: worst(firing.length > 0 ? firing : over),
      alertIds: known.slice(0, 1000).map(({ id }) => id),
      note: noteOf(telling),
      data: dataOf(telling),
      rooms: [],
      people: Uint32Array.of(followId),
      held: [],
      retryUntil,
      createdAt: now,
    })
  }
  return { notifications, digested }
}
