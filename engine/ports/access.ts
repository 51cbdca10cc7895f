import type { ApiKey } from '../model/api-key.ts'
import type { AuditEntry, CallerKind, NewAuditEntry } from '../model/audit.ts'
import type { EpochMs, Page, SessionId, UserId } from '../model/ids.ts'
import type { NewSession, OneTimeToken, Session, TokenPurpose } from '../model/session.ts'
import type { User } from '../model/user.ts'
import type { Collection } from './collection.ts'

export interface ApiKeyStore extends Collection<ApiKey> {
  /** It was used then: raises `lastUsedAt` and leaves the version alone. Callers tell of it once a minute or so. */
  used(id: ApiKey['id'], at: EpochMs): Promise<void>
}

/** Those who sign in. Invariant: the last owner who is not disabled can be neither removed, disabled nor demoted, whoever
 *  else is changed at the same time: `update` and `remove` reject with E_STATE. Removing a user ends their sessions.
 *  Since `update` refuses an old version, two sign-ins at once cannot both take one code. */
export type UserStore = Collection<User>

/** Who is signed in. A session whose time is over is as good as none. */
export interface SessionStore {
  /** Rejects with E_NOT_FOUND for a user who is not there, or is disabled. */
  open(session: NewSession): Promise<Session>
  byHash(hash: string, now: EpochMs): Promise<Session | null>
  /** It was used at `at`, and lasts until `expiresAt`; neither goes back. False when it has ended. */
  touch(id: SessionId, change: { readonly at: EpochMs; readonly expiresAt: EpochMs }): Promise<boolean>
  /** False when there was none. */
  end(id: SessionId): Promise<boolean>
  /** All of a user but one; null: all. Resolves with how many. */
  endAllOf(userId: UserId, except: SessionId | null): Promise<number>
  /** Newest first. */
  ofUser(userId: UserId, now: EpochMs): Promise<readonly Session[]>
  /** Retention: forget up to `limit` that ended before that time. Resolves with how many. */
  sweep(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}

/** Secrets that work once. */
export interface TokenStore {
  /** Rejects with E_EXISTS when there is one of that hash. */
  put(token: OneTimeToken): Promise<void>
  /** Is it good? Null: it is unknown, used, over, or for another purpose. */
  look(hash: string, purpose: TokenPurpose, now: EpochMs): Promise<OneTimeToken | null>
  /** As `look`, and it is gone: of many calls at once, one gets it. */
  take(hash: string, purpose: TokenPurpose, now: EpochMs): Promise<OneTimeToken | null>
  /** Void those of that purpose and subject, as before a new one is sent. Resolves with how many. */
  drop(purpose: TokenPurpose, subject: string): Promise<number>
  /** Retention: forget up to `limit` that expired before that time. Resolves with how many. */
  sweep(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}

export interface AuditQuery {
  /** Ids below this one; null: from the newest. */
  readonly before: number | null
  readonly limit: number
  /** From that time on. */
  readonly from?: EpochMs | undefined
  /** Before that time. */
  readonly until?: EpochMs | undefined
  /** Without an id: of that kind. */
  readonly caller?: { readonly kind: CallerKind; readonly id?: string | undefined } | undefined
  /** "campaign.start", or "campaign" for all that begin with "campaign.". */
  readonly action?: string | undefined
  /** "campaign/12". */
  readonly subject?: string | undefined
}

/** Who changed what. Nothing in it is ever changed; retention alone removes. */
export interface AuditStore {
  append(entries: readonly NewAuditEntry[]): Promise<void>
  /** Newest first: `next` is the `before` of the following page. */
  page(query: AuditQuery): Promise<Page<AuditEntry>>
  /** Retention: forget up to `limit` from before that time. Resolves with how many. */
  sweep(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}

/** What is kept of who may do what, and of what they did. */
export interface AccessPorts {
  readonly apiKeys: ApiKeyStore
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly tokens: TokenStore
  readonly audit: AuditStore
}
