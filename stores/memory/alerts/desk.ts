import type { EpochMs, NotificationId } from '../../../engine/model/ids.ts'
import type { DeskCommit, DeskStore, NewNotification } from '../../../engine/ports/alerts.ts'
import type { PostingPlacing } from './place.ts'
import type { AlertState, MemoryNotification } from './state.ts'

const moreOfOne = 1000

export function createDesk(state: AlertState, placing: PostingPlacing): DeskStore {
  const { alerts, heard, groups, notifications, follows } = state
  let lastId = 0

  function insert({ people, held, ...given }: NewNotification, now: EpochMs): MemoryNotification {
    lastId += 1
    const id = lastId as NotificationId
    const targets = [...given.rooms.map((_, i) => -i - 1), ...people]
    const told: MemoryNotification = {
      notification: { ...structuredClone(given), id, audience: targets.length + held.length },
      targets,
      taken: 0,
      postings: new Map(),
    }
    notifications.set(id, told)
    for (const { followId, dueAt, code } of held) {
      const follow = follows.get(followId)
      told.postings.set(followId, {
        notificationId: id,
        target: followId,
        channel: follow?.channel ?? '',
        subscriberId: follow?.subscriberId ?? null,
        to: '',
        state: 'held',
        attempt: 0,
        uncertain: 0,
        dueAt,
        code,
        detail: null,
        updatedAt: now,
        leaseUntil: 0,
      })
    }
    return told
  }

  return {
    async commit(commit, { now, take }) {
      if (commit.moves.some(({ id, version }) => alerts.get(id)?.version !== version))
        return { status: 'conflict' }
      if (commit.groups.some(({ key, version }) => (groups.get(key)?.version ?? 0) !== version))
        return { status: 'conflict' }
      const isHeld = ({ notificationId, target }: DeskCommit['digested'][number]) =>
        notifications.get(notificationId)?.postings.get(target)?.state === 'held'
      if (!commit.digested.every(isHeld)) return { status: 'conflict' }
      for (const { id, version } of commit.heard)
        if (alerts.get(id)?.version === version) heard.set(id, version)
      for (const { id, version, change } of commit.moves) {
        alerts.set(id, { ...alerts.get(id)!, ...change, version: version + 1, updatedAt: now })
        heard.set(id, version + 1)
      }
      for (const { key, version, value } of commit.groups)
        if (value === null) groups.delete(key)
        else groups.set(key, { key, version: version + 1, value: structuredClone(value) })
      for (const { notificationId, target } of commit.digested) {
        const told = notifications.get(notificationId)
        const row = told?.postings.get(target)
        if (row !== undefined)
          told?.postings.set(target, {
            ...row,
            state: 'skipped',
            code: 'digest',
            dueAt: null,
            updatedAt: now,
          })
      }
      return {
        status: 'done',
        notifications: commit.notifications.map((given) => {
          const told = insert(given, now)
          const { id, audience } = told.notification
          return { id, audience, ...placing.take(told, take.limit, { leaseMs: take.leaseMs, now }) }
        }),
      }
    },
    async groups({ after, limit }) {
      return [...groups.values()]
        .filter(({ key }) => key > after)
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .slice(0, limit)
    },
    async heldDue({ now, limit }) {
      const due = [...notifications.values()]
        .flatMap(({ postings, notification }) =>
          [...postings.values()].map((posting) => ({ posting, notification })),
        )
        .filter(({ posting: { state: held, dueAt } }) => held === 'held' && dueAt !== null && dueAt <= now)
        .sort(
          (a, b) =>
            a.posting.target - b.posting.target || a.posting.notificationId - b.posting.notificationId,
        )
      const last = due[limit - 1]?.posting.target
      return due.filter(({ posting }, i) => i < limit || posting.target === last).slice(0, limit + moreOfOne)
    },
  }
}
