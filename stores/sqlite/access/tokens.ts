import type { OneTimeToken, TokenPurpose } from '../../../engine/model/session.ts'
import type { TokenStore } from '../../../engine/ports/access.ts'
import { tokenTaken } from '../../rules/access.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

const columns = 'hash, purpose, subject, expires_at AS expiresAt'
const good = 'hash = ? AND purpose = ? AND expires_at > ?'
type Good = [hash: string, purpose: TokenPurpose, now: number]

export function createTokens(sql: Sql): Sync<TokenStore> {
  return {
    put(token) {
      const put = sql<[object]>(
        `INSERT INTO one_time_token (hash, purpose, subject, expires_at)
         VALUES (:hash, :purpose, :subject, :expiresAt)
         ON CONFLICT DO NOTHING`,
      ).run(token)
      if (put.changes === 0) throw tokenTaken()
    },
    look(...which) {
      return (
        sql<Good, OneTimeToken>(`SELECT ${columns} FROM one_time_token WHERE ${good}`).get(...which) ?? null
      )
    },
    take(...which) {
      const taken = sql<Good, OneTimeToken>(`DELETE FROM one_time_token WHERE ${good} RETURNING ${columns}`)
      return taken.get(...which) ?? null
    },
    drop(purpose, subject) {
      return sql<[string, string]>('DELETE FROM one_time_token WHERE purpose = ? AND subject = ?').run(
        purpose,
        subject,
      ).changes
    },
    sweep({ before, limit }) {
      return sql<[number, number]>(
        `DELETE FROM one_time_token
         WHERE hash IN (SELECT hash FROM one_time_token WHERE expires_at < ? LIMIT ?)`,
      ).run(before, limit).changes
    },
  }
}
