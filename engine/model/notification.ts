// Without zod: the stores' threads keep these.
import type { Severity } from './alert.ts'
import type { AlertId, EpochMs, FollowId, Json, NotificationId, SubscriberId } from './ids.ts'
import type { Note, PostReason } from './note.ts'
import type { TraceParent } from './trace.ts'

/** A place that a channel's settings name. */
export interface Room {
  readonly channel: string
  readonly room: string
}

/** Who a posting is for: a follow's id, or the place of a room among the notification's rooms, as -1, -2 ... */
export type Target = number

/** One telling of alerts, and the publication of it: what is said, frozen, and whom it is said to. */
export interface Notification {
  readonly id: NotificationId
  /** The group of alerts that it tells of; of a digest, its follow. */
  readonly group: string
  /** The same for all notifications from a group's first alert to its last one's end: what channels thread by. */
  readonly thread: string
  readonly reason: PostReason
  readonly severity: Severity
  readonly alertIds: readonly AlertId[]
  readonly note: Note
  readonly data: { readonly [key: string]: Json }
  readonly rooms: readonly Room[]
  /** Rooms, people now, and people later. */
  readonly audience: number
  /** Nothing is tried again after it. */
  readonly retryUntil: EpochMs
  readonly createdAt: EpochMs
  /** Its own place in the trace of the report that it tells of; absent where that is not known. */
  readonly trace?: TraceParent
}

/** Of a group that begins now. Its time comes first: what begins together stands together in the stores' indexes, where hashes would
 *  cost a page each. */
export const threadOf = (group: string, now: EpochMs): string => `${now.toString(36)}.${group}`

/** handing, sent, failed, retry, unknown, skipped, suppressed: as in delivery.ts. held: this person wants it later, and
 *  becomes `skipped` with the code `digest` when the digest that holds it is made. */
export const postingStates = [
  'handing',
  'sent',
  'failed',
  'retry',
  'unknown',
  'skipped',
  'suppressed',
  'held',
] as const
export type PostingState = (typeof postingStates)[number]

/** Identity I: audience = the sum of these, at every moment. */
export type PostingCounts = { readonly [state in PostingState | 'queued']: number } & {
  readonly audience: number
}

/** A row of the alerts' ledger: one notification to one target over one channel. Its key is (notification, target), and
 *  the permission to send. */
export interface Posting {
  readonly notificationId: NotificationId
  readonly target: Target
  readonly channel: string
  readonly subscriberId: SubscriberId | null
  /** The room, the contact or the address; empty where it never was known, or its person was erased. */
  readonly to: string
  readonly state: PostingState
  /** 1 for the first try; 0 while `held`. */
  readonly attempt: number
  /** How often its outcome was lost: copies may exist only where this is above 0. */
  readonly uncertain: number
  readonly dueAt: EpochMs | null
  readonly code: string | null
  readonly detail: string | null
  readonly updatedAt: EpochMs
}

/** A posting that may be sent now, with what sending needs. */
export interface TakenPosting {
  readonly notificationId: NotificationId
  readonly target: Target
  readonly channel: string
  readonly to: string
  readonly attempt: number
  /** Of the thread's last post to this place over this channel. */
  readonly earlier: string | null
  /** Null for a room. */
  readonly person: {
    readonly subscriberId: SubscriberId
    readonly name: string | null
    readonly language: string | null
    readonly timeZone: string | null
  } | null
}

/** Somebody who wants a notification later. */
export interface HeldTarget {
  readonly followId: FollowId
  readonly dueAt: EpochMs
  /** Why: `quiet`, `digest` or `frequency`. */
  readonly code: 'quiet' | 'digest' | 'frequency'
}
