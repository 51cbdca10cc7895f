import { postingStates } from '../../../engine/model/notification.ts'
import type { NotificationStore } from '../../../engine/ports/notifications.ts'
import { pageOf, pageOfAlike } from '../../rules/page.ts'
import type { AlertState, MemoryPosting } from './state.ts'

const view = ({ leaseUntil: _leaseUntil, ...row }: MemoryPosting) => row

export function createNotifications({ notifications, receipts }: AlertState): NotificationStore {
  return {
    async get(ids) {
      return ids.flatMap((id) => notifications.get(id)?.notification ?? [])
    },
    async page({ after, limit, alertId, group }) {
      const rows = [...notifications.values()]
        .map(({ notification }) => notification)
        .reverse()
        .filter(
          (row) =>
            (after === 0 || row.id < after) &&
            (alertId === undefined || row.alertIds.includes(alertId)) &&
            (group === undefined || row.group === group),
        )
      return pageOf(rows, limit, ({ id }) => id)
    },
    async counts(id) {
      const told = notifications.get(id)
      const rows = [...(told?.postings.values() ?? [])]
      const counts = Object.fromEntries(
        postingStates.map((state) => [state, rows.filter((row) => row.state === state).length]),
      ) as { readonly [state in (typeof postingStates)[number]]: number }
      return {
        ...counts,
        queued: told === undefined ? 0 : told.targets.length - told.taken,
        audience: told?.notification.audience ?? 0,
      }
    },
    async postings({ after, limit, state, ...whose }) {
      const ofPerson = 'subscriberId' in whose
      const keyOf = (row: MemoryPosting) => (ofPerson ? row.notificationId : row.target)
      const all = ofPerson
        ? [...notifications.values()].flatMap(({ postings }) =>
            [...postings.values()].filter((row) => row.subscriberId === whose.subscriberId),
          )
        : [...(notifications.get(whose.notificationId)?.postings.values() ?? [])]
      const rows = all
        .filter(
          (row) => (after === null || keyOf(row) > after) && (state === undefined || row.state === state),
        )
        .sort((a, b) => keyOf(a) - keyOf(b))
      const page = (ofPerson ? pageOfAlike : pageOf)(rows, limit, keyOf)
      return { rows: page.rows.map(view), next: page.next }
    },
    async remove({ before, limit }) {
      const gone = [...notifications.values()]
        .filter(
          ({ notification, taken, targets, postings }) =>
            notification.createdAt < before &&
            taken === targets.length &&
            [...postings.values()].every(({ state }) => !['handing', 'retry', 'held'].includes(state)),
        )
        .sort((a, b) => a.notification.createdAt - b.notification.createdAt)
        .slice(0, limit)
      for (const { notification } of gone) notifications.delete(notification.id)
      const threads = new Set([...notifications.values()].map(({ notification }) => notification.thread))
      for (const key of receipts.keys())
        if (!threads.has(key.slice(0, key.indexOf('\0')))) receipts.delete(key)
      return gone.length
    },
  }
}
