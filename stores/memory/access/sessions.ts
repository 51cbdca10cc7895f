import type { SessionId, UserId } from '../../../engine/model/ids.ts'
import type { OneTimeToken, Session } from '../../../engine/model/session.ts'
import type { User } from '../../../engine/model/user.ts'
import type { SessionStore, TokenStore } from '../../../engine/ports/access.ts'
import { cannotSignIn, tokenTaken } from '../../rules/access.ts'

export type Sessions = Map<SessionId, Session>

export const endSessionsOf = (sessions: Sessions, userId: UserId, except: SessionId | null): number => {
  const ended = [...sessions.values()].filter((session) => session.userId === userId && session.id !== except)
  for (const { id } of ended) sessions.delete(id)
  return ended.length
}

export function createSessions(sessions: Sessions, users: ReadonlyMap<UserId, User>): SessionStore {
  let lastId = 0
  return {
    async open(session) {
      const user = users.get(session.userId)
      if (user === undefined || user.disabledAt !== null) throw cannotSignIn(session.userId)
      lastId += 1
      const opened = { ...session, id: lastId as SessionId, lastSeenAt: session.createdAt }
      sessions.set(opened.id, opened)
      return opened
    },
    async byHash(hash, now) {
      for (const session of sessions.values())
        if (session.hash === hash && session.expiresAt > now) return session
      return null
    },
    async touch(id, { at, expiresAt }) {
      const session = sessions.get(id)
      if (session === undefined || session.expiresAt <= at) return false
      sessions.set(id, {
        ...session,
        lastSeenAt: Math.max(session.lastSeenAt, at),
        expiresAt: Math.max(session.expiresAt, expiresAt),
      })
      return true
    },
    async end(id) {
      return sessions.delete(id)
    },
    async endAllOf(userId, except) {
      return endSessionsOf(sessions, userId, except)
    },
    async ofUser(userId, now) {
      return [...sessions.values()]
        .filter((session) => session.userId === userId && session.expiresAt > now)
        .reverse()
    },
    async sweep({ before, limit }) {
      const old = [...sessions.values()].filter(({ expiresAt }) => expiresAt < before).slice(0, limit)
      for (const { id } of old) sessions.delete(id)
      return old.length
    },
  }
}

export function createTokens(): TokenStore {
  const tokens = new Map<string, OneTimeToken>()
  const look: TokenStore['look'] = async (hash, purpose, now) => {
    const token = tokens.get(hash)
    return token !== undefined && token.purpose === purpose && token.expiresAt > now ? token : null
  }
  const forget = (some: readonly OneTimeToken[]): number => {
    for (const { hash } of some) tokens.delete(hash)
    return some.length
  }
  return {
    async put(token) {
      if (tokens.has(token.hash)) throw tokenTaken()
      tokens.set(token.hash, { ...token })
    },
    look,
    async take(hash, purpose, now) {
      const token = tokens.get(hash)
      if (token === undefined || token.purpose !== purpose || token.expiresAt <= now) return null
      tokens.delete(hash)
      return token
    },
    async drop(purpose, subject) {
      return forget(
        [...tokens.values()].filter((token) => token.purpose === purpose && token.subject === subject),
      )
    },
    async sweep({ before, limit }) {
      return forget([...tokens.values()].filter(({ expiresAt }) => expiresAt < before).slice(0, limit))
    },
  }
}
