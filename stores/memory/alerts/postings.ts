import { severities } from '../../../engine/model/alert.ts'
import type { PostingStore } from '../../../engine/ports/notifications.ts'
import { claimedPosting, settledPosting } from '../../rules/posting.ts'
import { bouncedStatus } from '../../rules/subscriber.ts'
import { bulkConsent } from '../../rules/subscription.ts'
import type { MemorySuppressions } from '../people/suppressions.ts'
import { appendConsent, type MemoryState } from '../state.ts'
import type { PostingPlacing } from './place.ts'
import { type AlertState, type MemoryNotification, type MemoryPosting, receiptKey } from './state.ts'

export function createPostings(
  state: MemoryState,
  alerts: AlertState,
  placing: PostingPlacing,
  suppressions: MemorySuppressions,
): PostingStore {
  const { notifications, receipts } = alerts
  const rank = ({ notification }: MemoryNotification) => severities.indexOf(notification.severity)

  function suppress(row: MemoryPosting, words: string | null, now: number): void {
    const person = row.subscriberId === null ? undefined : state.subscribers[row.subscriberId - 1]
    if (person === undefined || person.status === 'erased') return
    const { id: subscriberId, address, status: from } = person
    // A contact that is bad says nothing of the address.
    if (address !== row.to) return
    suppressions.suppress({ address, reason: 'bounce', detail: row.detail ?? words, createdAt: now })
    const to = bouncedStatus(from)
    if (to === from) return
    state.subscribers[subscriberId - 1] = { ...person, status: to, updatedAt: now }
    const proof = { source: 'provider', at: now, ip: null, userAgent: null, origin: null, words } as const
    appendConsent(state, bulkConsent(proof, now, { subscriberId, kind: 'bounce', from, to, lists: [] }))
  }

  return {
    async take(id, { limit, leaseMs, now }) {
      const told = notifications.get(id)
      return told === undefined ? { postings: [], more: false } : placing.take(told, limit, { leaseMs, now })
    },
    async claim({ limit, leaseMs, now, resting }) {
      const rests = ({ channel, dueAt }: MemoryPosting) =>
        resting !== undefined && (dueAt ?? 0) >= resting.since && resting.channels.includes(channel)
      const due = [...notifications.values()]
        .flatMap((told) => [...told.postings.values()].map((row) => ({ told, row })))
        .filter(
          ({ row }) =>
            (row.state === 'retry' && row.dueAt !== null && row.dueAt <= now && !rests(row)) ||
            (row.state === 'handing' && row.leaseUntil <= state.monotonic()),
        )
        .sort((a, b) => rank(b.told) - rank(a.told) || (a.row.dueAt ?? 0) - (b.row.dueAt ?? 0))
      return due.slice(0, limit).flatMap(({ told, row }) => {
        const verdict = claimedPosting(row, told.notification.retryUntil, now)
        if (verdict.state === 'handing')
          return placing.place(told, row.target, verdict, { leaseMs, now }) ?? []
        told.postings.set(row.target, { ...row, ...verdict, dueAt: null, updatedAt: now })
        return []
      })
    },
    async renew(postings, leaseMs) {
      for (const { notificationId, target, attempt } of postings) {
        const told = notifications.get(notificationId)
        const row = told?.postings.get(target)
        if (row?.state === 'handing' && row.attempt === attempt)
          told?.postings.set(target, { ...row, leaseUntil: state.monotonic() + leaseMs })
      }
    },
    async settle(settlements, now) {
      let changed = 0
      for (const settlement of settlements) {
        const { notificationId, target, attempt, code, receipt } = settlement
        const told = notifications.get(notificationId)
        const row = told?.postings.get(target)
        if (told === undefined || row?.state !== 'handing' || row.attempt !== attempt) continue
        const written: MemoryPosting = {
          ...row,
          ...settledPosting(row, settlement, now),
          code,
          // Of somebody erased meanwhile nothing is kept that may name them.
          detail: row.to === '' ? null : settlement.detail,
          updatedAt: now,
        }
        told.postings.set(target, written)
        if (receipt !== null && row.to !== '')
          receipts.set(receiptKey(told.notification.thread, row.channel, row.to), receipt)
        if (settlement.suppress) suppress(written, code, now)
        changed += 1
      }
      return changed
    },
    async unfinished(limit) {
      return [...notifications.values()]
        .filter(({ taken, targets }) => taken < targets.length)
        .sort((a, b) => rank(b) - rank(a) || a.notification.id - b.notification.id)
        .slice(0, limit)
        .map(({ notification: { id } }) => id)
    },
  }
}
