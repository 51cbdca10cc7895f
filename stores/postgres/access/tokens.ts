import type { OneTimeToken } from '../../../engine/model/session.ts'
import type { TokenStore } from '../../../engine/ports/access.ts'
import { tokenTaken } from '../../rules/access.ts'
import type { Sql } from '../database/sql.ts'

const columns = 'hash, purpose, subject, expires_at AS "expiresAt"'
const good = 'hash = $1 AND purpose = $2 AND expires_at > $3'

export function createTokens(sql: Sql): TokenStore {
  return {
    async put({ hash, purpose, subject, expiresAt }) {
      const put = await sql.run(
        `INSERT INTO one_time_token (hash, purpose, subject, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        [hash, purpose, subject, expiresAt],
      )
      if (put === 0) throw tokenTaken()
    },
    async look(...which) {
      return (
        (await sql.one<OneTimeToken>(`SELECT ${columns} FROM one_time_token WHERE ${good}`, which)) ?? null
      )
    },
    async take(...which) {
      // Who comes second waits for the row, and finds none.
      const text = `DELETE FROM one_time_token WHERE ${good} RETURNING ${columns}`
      return (await sql.one<OneTimeToken>(text, which)) ?? null
    },
    drop(purpose, subject) {
      return sql.run('DELETE FROM one_time_token WHERE purpose = $1 AND subject = $2', [purpose, subject])
    },
    sweep({ before, limit }) {
      return sql.run(
        `WITH old AS MATERIALIZED (
           SELECT hash FROM one_time_token WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM one_time_token t USING old WHERE t.hash = old.hash`,
        [before, limit],
      )
    },
  }
}
