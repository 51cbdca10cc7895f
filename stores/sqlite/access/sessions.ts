import type { Session } from '../../../engine/model/session.ts'
import type { SessionStore } from '../../../engine/ports/access.ts'
import { cannotSignIn } from '../../rules/access.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

const columns = `id, user_id AS userId, hash, created_at AS createdAt, last_seen_at AS lastSeenAt,
  expires_at AS expiresAt, address, user_agent AS userAgent`

export function createSessions(sql: Sql): Sync<SessionStore> {
  return {
    open(session) {
      const opened = sql<[object], Session>(
        `INSERT INTO session (user_id, hash, created_at, last_seen_at, expires_at, address, user_agent)
         SELECT id, :hash, :createdAt, :createdAt, :expiresAt, :address, :userAgent FROM app_user
         WHERE id = :userId AND doc ->> 'disabledAt' IS NULL
         RETURNING ${columns}`,
      ).get(session)
      if (opened === undefined) throw cannotSignIn(session.userId)
      return opened
    },
    byHash(hash, now) {
      const row = sql<[string, number], Session>(
        `SELECT ${columns} FROM session WHERE hash = ? AND expires_at > ?`,
      )
      return row.get(hash, now) ?? null
    },
    touch(id, { at, expiresAt }) {
      const touched = sql<[object]>(
        `UPDATE session SET last_seen_at = max(last_seen_at, :at), expires_at = max(expires_at, :expiresAt)
         WHERE id = :id AND expires_at > :at`,
      ).run({ id, at, expiresAt })
      return touched.changes > 0
    },
    end(id) {
      return sql<[number]>('DELETE FROM session WHERE id = ?').run(id).changes > 0
    },
    endAllOf(userId, except) {
      return sql<[object]>('DELETE FROM session WHERE user_id = :userId AND id IS NOT :except').run({
        userId,
        except,
      }).changes
    },
    ofUser(userId, now) {
      return sql<[number, number], Session>(
        `SELECT ${columns} FROM session WHERE user_id = ? AND expires_at > ? ORDER BY id DESC`,
      ).all(userId, now)
    },
    sweep({ before, limit }) {
      return sql<[number, number]>(
        'DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < ? LIMIT ?)',
      ).run(before, limit).changes
    },
  }
}
