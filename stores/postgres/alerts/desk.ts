import type { EpochMs, NotificationId } from '../../../engine/model/ids.ts'
import type { Posting, TakenPosting } from '../../../engine/model/notification.ts'
import type { DeskCommit, DeskStore, GroupRow } from '../../../engine/ports/alerts.ts'
import { documentOf } from '../database/document.ts'
import { isConflict } from '../database/failure.ts'
import type { Database } from '../database/sql.ts'
import { alertRows, changedAlert, writtenAlert } from './alert-rows.ts'
import { notificationsOf, postingColumns, writtenNotification } from './notification-rows.ts'
import { packTargets } from './targets.ts'

// Of a follow that is begun.
const maxMore = 1000

export function createDesk(db: Database): DeskStore {
  return {
    async commit(commit, { now, take }) {
      const { heard, groups, digested } = commit
      const moves = await movedAlerts(db, commit.moves, now)
      if (moves === null) return { status: 'conflict' }
      const notifications = commit.notifications.map((one) => writtenNotification(one, take.limit))
      const { nths, targets, people, held, ids } = packTargets(commit.notifications, take.limit)
      const row = await db
        .one<{ made: Made }>(
          'SELECT desk_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS made',
          [
            documentOf(heard),
            documentOf(moves),
            documentOf(groups.filter(({ version, value }) => version === 0 && value !== null)),
            documentOf(groups.filter(({ version, value }) => version > 0 && value !== null)),
            documentOf(groups.filter(({ version, value }) => version > 0 && value === null)),
            documentOf(
              digested.map(({ notificationId, target }) => ({ notification_id: notificationId, target })),
            ),
            documentOf(notifications),
            documentOf(people),
            documentOf(held),
            nths,
            targets,
            ids,
            take.leaseMs,
            now,
          ],
        )
        .catch((error: unknown) => {
          if (isConflict(error)) return undefined
          throw error
        })
      if (row === undefined) return { status: 'conflict' }
      const postings = Map.groupBy(row.made.postings, ({ notificationId }) => notificationId)
      return {
        status: 'done',
        notifications: row.made.ids.map((id, index) => {
          const { audience = 0, taken = 0, targets: all = 0 } = notifications[index] ?? {}
          return { id, audience, postings: postings.get(id) ?? [], more: taken < all }
        }),
      }
    },
    groups({ after, limit }) {
      return db.all<GroupRow>(
        'SELECT key, version, value FROM alert_group WHERE key > $1 ORDER BY key LIMIT $2',
        [after, limit],
      )
    },
    async heldDue({ now, limit }) {
      // Of the follows that wait longest, so that nothing is sorted that is not given.
      const found = await db.all<Posting>(
        `SELECT ${postingColumns}
         FROM posting p
         WHERE p.state = 'held' AND p.due_at <= $1 AND p.target IN (
           SELECT target FROM posting WHERE state = 'held' AND due_at <= $1 ORDER BY due_at, target LIMIT $2
         )
         ORDER BY p.target, p.notification_id
         LIMIT $2 + ${maxMore}`,
        [now, limit],
      )
      const last = found[limit - 1]?.target
      const postings = found.filter(({ target }, index) => index < limit || target === last)
      const ids = new Set(postings.map(({ notificationId }) => notificationId))
      const notifications = new Map((await notificationsOf(db, [...ids])).map((one) => [one.id, one]))
      return postings.flatMap((posting) => {
        const notification = notifications.get(posting.notificationId)
        return notification === undefined ? [] : [{ posting, notification }]
      })
    },
  }
}

interface Made {
  readonly ids: readonly NotificationId[]
  readonly postings: readonly TakenPosting[]
}

/** Null where one is not at its version. */
async function movedAlerts(db: Database, moves: DeskCommit['moves'], now: EpochMs) {
  if (moves.length === 0) return []
  const rows = await alertRows(
    db,
    moves.map(({ id }) => id),
  )
  const known = new Map(rows.map((row) => [row.id, row]))
  const moved = moves.flatMap(({ id, version, change }) => {
    const row = known.get(id)
    if (row?.version !== version) return []
    const alert = changedAlert(row, change, now)
    return writtenAlert(alert, { id, before: version, heard: alert.version })
  })
  return moved.length === moves.length ? moved : null
}
