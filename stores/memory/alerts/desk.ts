import type { EpochMs, NotificationId } from '../../../engine/model/ids.ts'
import type { DeskCommit, DeskStore, NewNotification } from '../../../engine/ports/alerts.ts'
import type { PostingPlacing } from './place.ts'
import { type AlertState, isTwice, type MemoryNotification } from './state.ts'

const moreOfOne = 1000

const by =
  <T>(first: (one: T) => number, second: (one: T) => number) =>
  (a: T, b: T): number =>
    first(a) - first(b) || second(a) - second(b)

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
      const moved = commit.moves.flatMap(({ id, version, change }) => {
        const alert = alerts.get(id)
        return alert?.version === version
          ? { ...alert, ...structuredClone(change), version: version + 1, updatedAt: now }
          : []
      })
      if (moved.length < commit.moves.length || moved.some((alert) => isTwice(alerts, alert)))
        return { status: 'conflict' }
      if (commit.groups.some(({ key, version }) => (groups.get(key)?.version ?? 0) !== version))
        return { status: 'conflict' }
      const isHeld = ({ notificationId, target }: DeskCommit['digested'][number]) =>
        notifications.get(notificationId)?.postings.get(target)?.state === 'held'
      if (!commit.digested.every(isHeld)) return { status: 'conflict' }
      for (const { id, version } of commit.heard)
        if (alerts.get(id)?.version === version) heard.set(id, version)
      for (const alert of moved) {
        alerts.set(alert.id, alert)
        heard.set(alert.id, alert.version)
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
          by(
            ({ posting }) => posting.dueAt ?? 0,
            ({ posting }) => posting.target,
          ),
        )
      const longest = new Set(due.slice(0, limit).map(({ posting }) => posting.target))
      const theirs = due
        .filter(({ posting }) => longest.has(posting.target))
        .sort(
          by(
            ({ posting }) => posting.target,
            ({ posting }) => posting.notificationId,
          ),
        )
      const last = theirs[limit - 1]?.posting.target
      return theirs
        .filter(({ posting }, i) => i < limit || posting.target === last)
        .slice(0, limit + moreOfOne)
    },
  }
}
