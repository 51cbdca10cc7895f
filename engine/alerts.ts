import type { Alert, AlertReport, Labels } from './model/alert.ts'
import type { Follow, FollowInput, FollowPreferences } from './model/follow.ts'
import type { Heartbeat, HeartbeatInput } from './model/heartbeat.ts'
import type { AlertId, FollowId, HeartbeatId, NotificationId, SilenceId, SubscriberId } from './model/ids.ts'
import type { Notification, PostingCounts } from './model/notification.ts'
import type { Silence, SilenceInput } from './model/silence.ts'
import type { AcceptedReport } from './ports/alerts.ts'

/** Who says so. */
export interface Word {
  /** A name that others recognise; at most 200 characters. */
  readonly by: string
  /** At most 2,000 characters. */
  readonly comment: string
}

/** Where an alert with these labels would go. */
export interface RouteView {
  /** `{} > {team="db"}`: the matchers from the root down. */
  readonly route: string
  readonly receiver: string
  readonly groupBy: readonly string[] | null
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  /** `channel/room`. */
  readonly rooms: readonly string[]
  readonly people: boolean
  /** A time interval mutes it now. */
  readonly muted: boolean
  readonly silencedBy: readonly SilenceId[]
}

/** Alerts: taking them in, and everything people do about them. Reading is the store's (`engine.store.alerts`,
 *  `.notifications`, `.silences`, `.follows`, `.heartbeats`). */
export interface Alerts {
  /** Committed when it resolves; told by whoever runs the desk. In the reports' order. */
  report(reports: readonly AlertReport[]): Promise<readonly AcceptedReport[]>
  /** Somebody takes care of it: no repeats, no escalation, until it is over. Refuses with E_NOT_FOUND, and with E_STATE
   *  what is over already. Acknowledging again changes who did. */
  acknowledge(id: AlertId, word: Word): Promise<Alert>
  /** Takes an acknowledgement back. */
  release(id: AlertId): Promise<Alert>
  /** By hand; refuses with E_STATE what is over already. */
  resolve(id: AlertId): Promise<Alert>
  /** Behind the link in a post: what it tells of. Null for what was not signed by us, or is forgotten by now. */
  linked(token: string): Promise<{
    readonly notification: Notification
    readonly alerts: readonly Alert[]
    /** Who it was sent to: a subscriber's name or address, or null for a room. */
    readonly person: string | null
  } | null>
  /** Acknowledges all open alerts behind a link. Null as above. */
  acknowledgeLinked(token: string, word: Word): Promise<readonly Alert[] | null>
  counts(id: NotificationId): Promise<PostingCounts>
  /** Where an alert would go, by the rules and silences as they are now. */
  routes(labels: Labels): Promise<readonly RouteView[]>
  /** `channel/room` of all channels, for pickers and mistakes. */
  rooms(): readonly string[]
  /** Names of those that routes lead to. */
  receivers(): readonly string[]
  silence(input: SilenceInput): Promise<Silence>
  /** Null where there is none. */
  unsilence(id: SilenceId): Promise<Silence | null>
  /** Refuses with E_CHANNEL_UNKNOWN, and with E_INPUT a contact that the channel does not take. */
  follow(subscriberId: SubscriberId, input: FollowInput): Promise<Follow>
  refollow(id: FollowId, version: number, input: FollowInput): Promise<Follow>
  unfollow(id: FollowId): Promise<boolean>
  prefer(subscriberId: SubscriberId, preferences: FollowPreferences): Promise<void>
  addHeartbeat(input: HeartbeatInput): Promise<Heartbeat>
  updateHeartbeat(id: HeartbeatId, version: number, input: HeartbeatInput): Promise<Heartbeat>
  /** Its alert goes with it. */
  removeHeartbeat(id: HeartbeatId): Promise<boolean>
  /** It lives. Refuses with E_NOT_FOUND. */
  beat(name: string): Promise<void>
}
