// Without zod: the stores' threads keep these.
import type { EpochMs, Json, ListId, SubscriberId } from './ids.ts'

/** `confirm`: asks whether it was really them, with reminders. `manage`: the link to their own page. */
export const noticeKinds = ['confirm', 'manage'] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** due: to be handed over at `dueAt`. handing: on the wire, or lost there: at `dueAt` it is handed over again. sent,
 *  failed, lapsed: said for the mail `mail`; a reminder makes it due again. unknown: it may or may not have gone, and
 *  goes again at `dueAt`. */
export const noticeStates = ['due', 'handing', 'sent', 'unknown', 'failed', 'lapsed'] as const
export type NoticeState = (typeof noticeStates)[number]

/** A mail to one person that no campaign sends, and what became of it. One a person and kind: asking again begins a new
 *  series, known by its `askedAt`. */
export interface Notice {
  readonly subscriberId: SubscriberId
  readonly kind: NoticeKind
  readonly state: NoticeState
  /** Of the series: 0, then the reminders. */
  readonly mail: number
  readonly askedAt: EpochMs
  /** What it asks for cannot be had any more. */
  readonly expiresAt: EpochMs
  readonly dueAt: EpochMs | null
  readonly sentAt: EpochMs | null
  /** Tries of this mail. */
  readonly attempt: number
  /** How often the outcome of one was lost: copies may exist where this is above 0. */
  readonly uncertain: number
  readonly code: string | null
  readonly detail: string | null
  /** What a confirmation would do: lists to join, and fields to take over. */
  readonly lists: readonly ListId[]
  readonly fields: { readonly [field: string]: Json }
}
