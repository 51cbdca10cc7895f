import type { Alert, AlertReport, AlertState, Hearing, Severity } from '../model/alert.ts'
import type { Heartbeat } from '../model/heartbeat.ts'
import type { AlertId, EpochMs, HeartbeatId, Json, NotificationId, Page, SilenceId } from '../model/ids.ts'
import type { HeldTarget, Notification, Posting, TakenPosting } from '../model/notification.ts'
import type { Silence, SilenceInput } from '../model/silence.ts'

export interface AcceptedReport {
  readonly hearing: Hearing
  /** As it is now; null for `ignored`. */
  readonly alert: Alert | null
}

/** What may be changed of an alert besides by its source's reports. */
export type AlertChange = Partial<Pick<Alert, 'state' | 'acknowledged' | 'endedAt' | 'endsAt'>>

/** Alerts, and whether the desk (the one node that groups and tells them) has taken in how they are now.
 *  Invariants: at most one alert of a key is open; what resolves is durable; an alert that was opened, reopened, changed,
 *  resolved or changed by hand is unheard until a desk's commit says otherwise for that very version. */
export interface AlertStore {
  /** One transaction for all, in their order; by `hear` of engine/model/alert.ts, on the newest alert of each key.
   *  `repeated` leaves an alert as heard as it was. */
  accept(
    reports: readonly AlertReport[],
    options: { readonly now: EpochMs; readonly reopenMs: number },
  ): Promise<readonly AcceptedReport[]>
  /** Those there are, in the order of `ids`. */
  get(ids: readonly AlertId[]): Promise<readonly Alert[]>
  /** Newest first: ids below `after`, 0 to begin. */
  page(query: {
    readonly after: number
    readonly limit: number
    readonly open?: boolean
    readonly state?: AlertState
    readonly severity?: Severity
    readonly topic?: string
    readonly key?: string
    /** Each is part of the title, the key, the topic, the text or a label's `name=value`, as `foldText` compares them. */
    readonly words?: readonly string[]
  }): Promise<Page<Alert>>
  /** In id order. */
  unheard(limit: number): Promise<readonly Alert[]>
  /** By hand. Rejects with E_NOT_FOUND; with E_CONFLICT when `version` is not the present one, or it would be open beside
   *  another one of its key. It is unheard then. */
  change(id: AlertId, version: number, change: AlertChange, now: EpochMs): Promise<Alert>
  /** Retention: up to `limit` that ended before. Resolves with how many. */
  remove(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}

/** A group of alerts as the desk keeps it. `value` is the desk's own; the store reads nothing in it. */
export interface GroupRow {
  readonly key: string
  readonly version: number
  readonly value: Json
}

export interface NewNotification extends Omit<Notification, 'id' | 'audience'> {
  /** Follows that get it now, ascending. */
  readonly people: Uint32Array
  /** Follows that get it later, ascending. */
  readonly held: readonly HeldTarget[]
}

export interface DeskCommit {
  /** Alerts taken in, at these versions. One that has moved on since stays unheard; that is no conflict. */
  readonly heard: readonly { readonly id: AlertId; readonly version: number }[]
  /** Alerts that the desk itself moves: `version` is the one it decided on. They are heard. */
  readonly moves: readonly { readonly id: AlertId; readonly version: number; readonly change: AlertChange }[]
  /** `version` is that of the row it read, 0 for a new one; `value` null removes it. */
  readonly groups: readonly {
    readonly key: string
    readonly version: number
    readonly value: Json | null
  }[]
  readonly notifications: readonly NewNotification[]
  /** Held postings that one of these notifications holds: they become `skipped` with the code `digest`. */
  readonly digested: readonly Pick<Posting, 'notificationId' | 'target'>[]
}

export type DeskResult =
  | {
      readonly status: 'done'
      /** In the order of the commit. `postings` is as `PostingStore.take` would have given them. */
      readonly notifications: readonly {
        readonly id: NotificationId
        readonly audience: number
        readonly postings: readonly TakenPosting[]
        /** Targets are left to take. */
        readonly more: boolean
      }[]
    }
  /** An alert, a group or a held posting was not as said: nothing was written. Another desk is, or was, at work: read again. */
  | { readonly status: 'conflict' }

/** What the desk writes: all of one decision, or nothing of it. So a group that says that something was told, and the
 *  notification that tells it, are there together or not at all, and nothing is told twice or forgotten. */
export interface DeskStore {
  /** One transaction. Takes up to `take.limit` postings of each new notification with it: their rows are `handing`. */
  commit(
    commit: DeskCommit,
    options: { readonly now: EpochMs; readonly take: { readonly limit: number; readonly leaseMs: number } },
  ): Promise<DeskResult>
  /** All groups, by key; `after` is the last one seen, '' to begin. */
  groups(query: { readonly after: string; readonly limit: number }): Promise<readonly GroupRow[]>
  /** Held postings that are due, of the follows that wait longest, by follow and notification, with what they hold: at most
   *  `limit`, but all of a follow that it begins up to another 1,000. */
  heldDue(query: {
    readonly now: EpochMs
    readonly limit: number
  }): Promise<readonly { readonly posting: Posting; readonly notification: Notification }[]>
}

export interface SilenceStore {
  insert(input: SilenceInput, now: EpochMs): Promise<Silence>
  get(id: SilenceId): Promise<Silence | null>
  /** By id. `endsAfter`: only those that end later. */
  page(query: {
    readonly after: number
    readonly limit: number
    readonly endsAfter?: EpochMs
  }): Promise<Page<Silence>>
  /** Ends it now; one that had not begun ends at its beginning. Null where there is none; one that is over stays as it is. */
  end(id: SilenceId, now: EpochMs): Promise<Silence | null>
  /** Retention: up to `limit` that ended before. Resolves with how many. */
  remove(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}

/** When heartbeats (a `Collection`) were last heard, and whether their alert was raised. A heartbeat counts as heard when
 *  it is made; changing its `everyMs` counts from its last beat. */
export interface BeatStore {
  /** Null where there is none of that name. `alarmed`: its alert was raised and not taken back yet. */
  beat(
    name: string,
    now: EpochMs,
  ): Promise<{ readonly heartbeat: Heartbeat; readonly alarmed: boolean } | null>
  /** Those that are silent for too long and whose alert was not raised. */
  late(now: EpochMs): Promise<readonly { readonly heartbeat: Heartbeat; readonly beatAt: EpochMs }[]>
  /** Its alert was raised, or taken back. */
  alarm(id: HeartbeatId, alarmed: boolean): Promise<void>
  /** By id, those of `ids` that there are. */
  beats(
    ids: readonly HeartbeatId[],
  ): Promise<readonly { readonly id: HeartbeatId; readonly beatAt: EpochMs; readonly alarmed: boolean }[]>
}
