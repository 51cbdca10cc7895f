import type { EpochMs, FollowId } from '../../../engine/model/ids.ts'
import type { Posting, TakenPosting, Target } from '../../../engine/model/notification.ts'
import { type MemoryState, reasonAgainst } from '../state.ts'
import { type AlertState, type MemoryNotification, receiptKey } from './state.ts'

export interface Placing {
  readonly leaseMs: number
  readonly now: EpochMs
}

const nobody = { channel: '', to: '', subscriberId: null }

/** Writing postings. */
export function createPlacing(state: MemoryState, alerts: AlertState) {
  /** Consent is read; the row says `handing`, or what stands against it. */
  function place(
    told: MemoryNotification,
    target: Target,
    { attempt, uncertain }: Pick<Posting, 'attempt' | 'uncertain'>,
    { leaseMs, now }: Placing,
  ): TakenPosting | null {
    const { notification, postings } = told
    const known = postings.get(target)
    const common = {
      notificationId: notification.id,
      target,
      uncertain,
      dueAt: null,
      detail: null,
      updatedAt: now,
      leaseUntil: 0,
    }
    const hand = (channel: string, to: string, person: TakenPosting['person']): TakenPosting => {
      postings.set(target, {
        ...common,
        attempt,
        channel,
        to,
        subscriberId: person?.subscriberId ?? null,
        state: 'handing',
        code: null,
        leaseUntil: state.monotonic() + leaseMs,
      })
      const earlier = alerts.receipts.get(receiptKey(notification.thread, channel, to)) ?? null
      return { notificationId: notification.id, target, channel, to, attempt, earlier, person }
    }
    const refuse = (
      refused: 'skipped' | 'suppressed',
      code: string,
      who: Pick<Posting, 'channel' | 'to' | 'subscriberId'>,
    ): null => {
      postings.set(target, { ...common, ...who, attempt: known?.attempt ?? attempt, state: refused, code })
      return null
    }
    if (target < 0) {
      const { channel, room } = notification.rooms[-target - 1]!
      return hand(channel, room, null)
    }
    const follow = alerts.follows.get(target as FollowId)
    const row = follow === undefined ? undefined : state.subscribers[follow.subscriberId - 1]
    if (follow === undefined || row === undefined) {
      const { channel, to, subscriberId } = known ?? nobody
      return refuse('skipped', 'gone', { channel, to, subscriberId })
    }
    const { id: subscriberId, name, language, timeZone, status, address } = row
    const { channel, contact } = follow
    const to = contact ?? address
    const against = contact === null ? reasonAgainst(state, address) : null
    const refused = status === 'active' ? against : status
    if (refused !== null) return refuse('suppressed', refused, { channel, to, subscriberId })
    return hand(channel, to, { subscriberId, name, language, timeZone })
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
