import type { EpochMs } from '../../../engine/model/ids.ts'
import type { NotificationStore } from '../../../engine/ports/notifications.ts'
import type { PresenceStore } from '../../../engine/ports/presence.ts'
import type { Store } from '../../../engine/ports/store.ts'

/** The ports that a thread serves, and `health`: what `check` asks of each thread. */
export interface Ports
  extends Omit<
    Store,
    'kind' | 'reports' | 'check' | 'close' | 'notifications' | 'presence' | 'leadership' | 'maintain'
  > {
  /** `removeSome`: as much of `remove` as one transaction may. `more`: ask again. */
  readonly notifications: Omit<NotificationStore, 'remove'> & {
    removeSome(
      query: Parameters<NotificationStore['remove']>[0],
    ): Promise<{ readonly removed: number; readonly more: boolean }>
  }
  /** `beat` says how many there were: what is noted beside the file once they are committed. */
  readonly presence: Pick<PresenceStore, 'found'> & { beat(now: EpochMs): Promise<number> }
  readonly health: { read(): Promise<void>; write(): Promise<void> }
}
export type PortName = keyof Ports

/** A port as a thread implements it: the same calls, answered at once. */
export type Sync<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never
}
export type SyncPorts = { readonly [P in PortName]: Sync<Ports[P]> }

type Way = 'read' | 'write'
const collection = {
  insert: 'write',
  update: 'write',
  get: 'read',
  byName: 'read',
  page: 'read',
  remove: 'write',
} as const

/** Which thread answers: `read` any reader, `write` the writer. */
export const methods = {
  subscribers: {
    upsert: 'write',
    look: 'read',
    get: 'read',
    byAddress: 'read',
    page: 'read',
    count: 'read',
    memberships: 'read',
    membershipsOf: 'read',
    leave: 'write',
    setStatus: 'write',
  },
  softBounces: { get: 'read', put: 'write', clear: 'write', remove: 'write' },
  suppressions: { add: 'write', remove: 'write', byAddress: 'read', page: 'read' },
  subscriptions: {
    settings: 'read',
    begin: 'write',
    persist: 'write',
    erase: 'write',
    wasErased: 'read',
    duePauses: 'read',
    unconfirmed: 'read',
    forget: 'write',
  },
  consents: { append: 'write', page: 'read', forget: 'write' },
  notices: { put: 'write', get: 'read', claim: 'write', settle: 'write', remove: 'write' },
  lists: collection,
  topics: collection,
  segments: collection,
  templates: { ...collection, versions: 'read', version: 'read' },
  apiKeys: { ...collection, used: 'write' },
  users: collection,
  sessions: {
    open: 'write',
    byHash: 'read',
    touch: 'write',
    end: 'write',
    endAllOf: 'write',
    ofUser: 'read',
    sweep: 'write',
  },
  tokens: { put: 'write', look: 'read', take: 'write', drop: 'write', sweep: 'write' },
  audit: { append: 'write', page: 'read', sweep: 'write' },
  feeds: collection,
  feedStates: { claim: 'write', put: 'write', get: 'read' },
  items: {
    upsert: 'write',
    get: 'read',
    byKey: 'read',
    byUrl: 'read',
    page: 'read',
    topics: 'read',
    candidates: 'read',
    remove: 'write',
  },
  imports: { begin: 'write', commit: 'write', end: 'write', resume: 'write', get: 'read', page: 'read' },
  campaigns: {
    insert: 'write',
    update: 'write',
    change: 'write',
    start: 'write',
    get: 'read',
    byName: 'read',
    page: 'read',
    remove: 'write',
  },
  publications: { get: 'read', page: 'read' },
  editions: { page: 'read', sum: 'read' },
  links: { put: 'write', get: 'read' },
  models: {
    draft: 'read',
    letters: 'read',
    commit: 'write',
    get: 'read',
    list: 'read',
    activate: 'write',
    prune: 'write',
    forget: 'write',
  },
  assets: {
    get: 'read',
    byName: 'read',
    page: 'read',
    piece: 'read',
    mentions: 'read',
    remove: 'write',
  },
  assetUploads: { begin: 'write', append: 'write', seal: 'write', drop: 'write', sweep: 'write' },
  ledger: {
    plan: 'write',
    // Only the writer knows which leases are alive (leases.ts).
    due: 'write',
    lease: 'write',
    renew: 'write',
    intend: 'write',
    settle: 'write',
    release: 'write',
    retry: 'write',
  },
  deliveries: {
    audience: 'read',
    count: 'read',
    recipients: 'read',
    seen: 'read',
    get: 'read',
    page: 'read',
    counts: 'read',
    reasons: 'read',
    ofSubscriber: 'read',
    waitsUntil: 'read',
    timeZones: 'read',
    remove: 'write',
  },
  events: { append: 'write', page: 'read', remove: 'write' },
  rollups: { next: 'read', known: 'read', apply: 'write', reset: 'write', forget: 'write' },
  analytics: {
    counts: 'read',
    people: 'read',
    quarters: 'read',
    scores: 'read',
    score: 'read',
    cohorts: 'read',
    cursor: 'read',
  },
  audienceFlow: {
    look: 'read',
    keep: 'write',
    kept: 'read',
    flow: 'read',
    sizes: 'read',
    cohorts: 'read',
    alertTimes: 'read',
  },
  alerts: {
    accept: 'write',
    get: 'read',
    page: 'read',
    unheard: 'read',
    change: 'write',
    remove: 'write',
  },
  desk: { commit: 'write', groups: 'read', heldDue: 'read' },
  postings: {
    take: 'write',
    // Only the writer knows what is on the wire (alerts/leases.ts).
    claim: 'write',
    renew: 'write',
    settle: 'write',
    unfinished: 'read',
  },
  notifications: { get: 'read', page: 'read', counts: 'read', postings: 'read', removeSome: 'write' },
  follows: {
    insert: 'write',
    insertMany: 'write',
    update: 'write',
    remove: 'write',
    get: 'read',
    page: 'read',
    changes: 'read',
  },
  followPreferences: { get: 'read', set: 'write', page: 'read', of: 'read' },
  silences: { insert: 'write', get: 'read', page: 'read', end: 'write', remove: 'write' },
  heartbeats: collection,
  beats: { beat: 'write', late: 'read', alarm: 'write', beats: 'read' },
  buckets: { take: 'write', giveBack: 'write', hold: 'write', heldUntil: 'read' },
  replies: { claim: 'write', save: 'write', drop: 'write', sweep: 'write' },
  presence: { found: 'write', beat: 'write' },
  health: { read: 'read', write: 'write' },
} as const satisfies { readonly [P in PortName]: { readonly [M in keyof Ports[P]]: Way } }
