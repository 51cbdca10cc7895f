import type { EpochMs, FollowId } from '../../../engine/model/ids.ts'
import type { TakenPosting, Target } from '../../../engine/model/notification.ts'
import { type MemoryState, reasonAgainst } from '../state.ts'
import { type AlertState, type MemoryNotification, receiptKey } from './state.ts'

export interface Placing {
  readonly leaseMs: number
  readonly now: EpochMs
}

/** Writing postings. */
export function createPlacing(state: MemoryState, alerts: AlertState) {
  /** Consent is read; the row says `handing`, or what stands against it. */
  function place(
    told: MemoryNotification,
    target: Target,
    count: { readonly attempt: number; readonly uncertain: number },
    { leaseMs, now }: Placing,
  ): TakenPosting | null {
    const { notification, postings } = told
    const common = {
      notificationId: notification.id,
      target,
      ...count,
      dueAt: null,
      detail: null,
      updatedAt: now,
      leaseUntil: 0,
    }
    const hand = (channel: string, to: string, person: TakenPosting['person']): TakenPosting => {
      postings.set(target, {
        ...common,
        channel,
        to,
        subscriberId: person?.subscriberId ?? null,
        state: 'handing',
        code: null,
        leaseUntil: state.monotonic() + leaseMs,
      })
      const earlier = alerts.receipts.get(receiptKey(notification.thread, channel, to)) ?? null
      return { notificationId: notification.id, target, channel, to, attempt: count.attempt, earlier, person }
    }
    if (target < 0) {
      const { channel, room } = notification.rooms[-target - 1]!
      return hand(channel, room, null)
    }
    const follow = alerts.follows.get(target as FollowId)
    const row = follow === undefined ? undefined : state.subscribers[follow.subscriberId - 1]
    if (follow === undefined || row === undefined) {
      postings.set(target, {
        ...common,
        channel: '',
        to: '',
        subscriberId: null,
        state: 'skipped',
        code: 'gone',
      })
      return null
    }
    const { id: subscriberId, name, language, timeZone, status, address } = row
    const { channel, contact } = follow
    const to = contact ?? address
    const against = contact === null ? reasonAgainst(state, address) : null
    const refused = status === 'active' ? against : status
    if (refused === null) return hand(channel, to, { subscriberId, name, language, timeZone })
    postings.set(target, { ...common, channel, to, subscriberId, state: 'suppressed', code: refused })
    return null
  }

  return {
    place,
    /** The next targets. */
    take(told: MemoryNotification, limit: number, placing: Placing) {
      const targets = told.targets.slice(told.taken, told.taken + limit)
      told.taken += targets.length
      const postings = targets.flatMap(
        (target) => place(told, target, { attempt: 1, uncertain: 0 }, placing) ?? [],
      )
      return { postings, more: told.taken < told.targets.length }
    },
  }
}
export type PostingPlacing = ReturnType<typeof createPlacing>
