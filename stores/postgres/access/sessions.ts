import type { Session } from '../../../engine/model/session.ts'
import type { SessionStore } from '../../../engine/ports/access.ts'
import { cannotSignIn } from '../../rules/access.ts'
import type { Sql } from '../database/sql.ts'
import { keepable } from '../database/text.ts'

const columns = `id, user_id AS "userId", hash, created_at AS "createdAt", last_seen_at AS "lastSeenAt",
  expires_at AS "expiresAt", address, user_agent AS "userAgent"`

export function createSessions(sql: Sql): SessionStore {
  return {
    async open({ userId, hash, createdAt, expiresAt, address, userAgent }) {
      // The user's row is shared until the commit: whoever removes them waits, and then ends this session, too.
      const opened = await sql.one<Session>(
        `WITH who AS MATERIALIZED (
           SELECT id FROM app_user WHERE id = $1 AND doc ->> 'disabledAt' IS NULL FOR SHARE
         )
         INSERT INTO session (user_id, hash, created_at, last_seen_at, expires_at, address, user_agent)
         SELECT id, $2, $3, $3, $4, $5, $6 FROM who
         RETURNING ${columns}`,
        [userId, hash, createdAt, expiresAt, keepable(address), keepable(userAgent)],
      )
      if (opened === undefined) throw cannotSignIn(userId)
      return opened
    },
    async byHash(hash, now) {
      const row = await sql.one<Session>(
        `SELECT ${columns} FROM session WHERE hash = $1 AND expires_at > $2`,
        [hash, now],
      )
      return row ?? null
    },
    async touch(id, { at, expiresAt }) {
      const touched = await sql.run(
        `UPDATE session SET last_seen_at = greatest(last_seen_at, $2), expires_at = greatest(expires_at, $3)
         WHERE id = $1 AND expires_at > $2`,
        [id, at, expiresAt],
      )
      return touched > 0
    },
    async end(id) {
      return (await sql.run('DELETE FROM session WHERE id = $1', [id])) > 0
    },
    endAllOf(userId, except) {
      return sql.run('DELETE FROM session WHERE user_id = $1 AND id IS DISTINCT FROM $2::bigint', [
        userId,
        except,
      ])
    },
    ofUser(userId, now) {
      return sql.all<Session>(
        `SELECT ${columns} FROM session WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC`,
        [userId, now],
      )
    },
    sweep({ before, limit }) {
      return sql.run(
        `WITH old AS MATERIALIZED (
           SELECT id FROM session WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM session s USING old WHERE s.id = old.id`,
        [before, limit],
      )
    },
  }
}
