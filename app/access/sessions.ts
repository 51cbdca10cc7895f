import { LRUCache } from 'lru-cache'
import type { Clock } from '../../engine/clock.ts'
import type { Log } from '../../engine/log.ts'
import type { SessionId, UserId } from '../../engine/model/ids.ts'
import { roleScopes } from '../../engine/model/scope.ts'
import type { Session } from '../../engine/model/session.ts'
import type { User } from '../../engine/model/user.ts'
import type { SessionStore, UserStore } from '../../engine/ports/access.ts'
import type { Caller } from './caller.ts'
import { hashOf, newSecret } from './secret.ts'

export interface SignedIn {
  readonly caller: Caller
  readonly user: User
  readonly session: Session
}
/** Where somebody signs in from. */
export interface Origin {
  readonly address: string
  readonly userAgent: string | null
}
export interface Opened {
  /** Goes into the cookie and is kept nowhere. */
  readonly secret: string
  readonly session: Session
}

/** Who is signed in. What another daemon ended or changed is known here within five seconds; what this one did, at once. */
export interface Sessions {
  find(secret: string): Promise<SignedIn | null>
  /** A session with a new secret. Rejects with E_NOT_FOUND for a user who may not sign in. */
  open(user: User, origin: Origin): Promise<Opened>
  /** The same person with a new secret, since rights were raised; the old one is worth nothing any more. */
  rotate(signed: SignedIn, origin: Origin): Promise<Opened>
  /** False when there was none. */
  end(id: SessionId): Promise<boolean>
  /** All of a user but one; null: all. Resolves with how many. */
  endAllOf(userId: UserId, except: SessionId | null): Promise<number>
  /** A user was changed here. */
  forget(): void
}

export interface SessionLife {
  /** Without a request for so long it ends. */
  readonly idleMs: number
  /** However busy, it ends so long after signing in. */
  readonly longestMs: number
}

const maxRemembered = 10_000
const rememberMs = 4000
const seenMs = 60_000

export function createSessions(options: {
  readonly sessions: SessionStore
  readonly users: UserStore
  readonly life: SessionLife
  readonly clock: Clock
  readonly log: Log
}): Sessions {
  const { sessions, users, life, clock, log } = options
  const remembered = new LRUCache<string, { readonly at: number; readonly found: Promise<SignedIn | null> }>({
    max: maxRemembered,
  })

  const read = async (hash: string): Promise<SignedIn | null> => {
    const session = await sessions.byHash(hash, clock.now())
    const user = session === null ? null : await users.get(session.userId)
    return session === null || user === null || user.disabledAt !== null
      ? null
      : { session, user, caller: callerOf(user) }
  }
  const recall = (hash: string): Promise<SignedIn | null> => {
    const now = clock.now()
    const known = remembered.get(hash)
    if (known !== undefined && now - known.at < rememberMs) return known.found
    const found = read(hash)
    remembered.set(hash, { at: now, found })
    found.then(
      (signed) => {
        // A stranger's guesses are not remembered: they would push out those who are signed in.
        if (signed === null) remembered.delete(hash)
        else seen(signed)
      },
      () => remembered.delete(hash),
    )
    return found
  }
  const seen = ({ session }: SignedIn): void => {
    const now = clock.now()
    if (now - session.lastSeenAt < Math.min(seenMs, life.idleMs / 4)) return
    const expiresAt = Math.min(now + life.idleMs, session.createdAt + life.longestMs)
    sessions.touch(session.id, { at: now, expiresAt }).catch((error: unknown) => {
      log.warn({ userId: session.userId, error: String(error) }, 'access.use_not_kept')
    })
  }

  const ring: Sessions = {
    async find(secret) {
      const signed = await recall(hashOf(secret))
      return signed === null || signed.session.expiresAt <= clock.now() ? null : signed
    },
    async open(user, { address, userAgent }) {
      const secret = newSecret('bss_')
      const now = clock.now()
      const session = await sessions.open({
        userId: user.id,
        hash: hashOf(secret),
        createdAt: now,
        expiresAt: now + Math.min(life.idleMs, life.longestMs),
        address,
        userAgent,
      })
      return { secret, session }
    },
    async rotate({ user, session }, origin) {
      const opened = await ring.open(user, origin)
      await ring.end(session.id)
      return opened
    },
    async end(id) {
      const ended = await sessions.end(id)
      remembered.clear()
      return ended
    },
    async endAllOf(userId, except) {
      const ended = await sessions.endAllOf(userId, except)
      remembered.clear()
      return ended
    },
    forget: () => remembered.clear(),
  }
  return ring
}

const callerOf = (user: User): Caller => ({
  kind: 'user',
  id: String(user.id),
  name: user.name,
  scopes: new Set(roleScopes[user.role]),
})
