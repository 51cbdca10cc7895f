import type { ReplyStore } from '../../../engine/ports/replies.ts'
import type { Sql } from '../database/sql.ts'

interface Row {
  readonly fingerprint: string
  readonly status: number | null
  readonly body: string | null
}

export function createReplies(sql: Sql): ReplyStore {
  return {
    async claim({ key, fingerprint, now, expiresAt }) {
      for (;;) {
        // The key decides who is first; what lapsed is as good as none.
        const claimed = await sql.run(
          `INSERT INTO reply (key, fingerprint, expires_at) VALUES ($1, $2, $3)
           ON CONFLICT (key) DO UPDATE
           SET fingerprint = excluded.fingerprint, expires_at = excluded.expires_at, status = NULL, body = NULL
           WHERE reply.expires_at <= $4`,
          [key, fingerprint, expiresAt, now],
        )
        if (claimed > 0) return { status: 'new' }
        const held = await sql.one<Row>('SELECT fingerprint, status, body FROM reply WHERE key = $1', [key])
        // Dropped or swept in between: it is to be had.
        if (held === undefined) continue
        if (held.fingerprint !== fingerprint) return { status: 'other' }
        if (held.status === null) return { status: 'busy' }
        return { status: 'done', reply: { status: held.status, body: held.body ?? '' } }
      }
    },
    async save(key, { status, body }, expiresAt) {
      await sql.run('UPDATE reply SET status = $2, body = $3, expires_at = $4 WHERE key = $1', [
        key,
        status,
        body,
        expiresAt,
      ])
    },
    async drop(key) {
      await sql.run('DELETE FROM reply WHERE key = $1', [key])
    },
    sweep(now) {
      return sql.run('DELETE FROM reply WHERE expires_at <= $1', [now])
    },
  }
}
