import type { EpochMs } from '../../../engine/model/ids.ts'
import type { ReplyStore } from '../../../engine/ports/replies.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Row {
  readonly fingerprint: string
  readonly expires_at: EpochMs
  readonly status: number | null
  readonly body: string | null
}

export function createReplies(sql: Sql): Sync<ReplyStore> {
  return {
    claim({ key, fingerprint, now, expiresAt }) {
      const held = sql<[string], Row>('SELECT * FROM reply WHERE key = ?').get(key)
      if (held === undefined || held.expires_at <= now) {
        sql<[object]>(
          `INSERT OR REPLACE INTO reply (key, fingerprint, expires_at)
           VALUES (:key, :fingerprint, :expiresAt)`,
        ).run({ key, fingerprint, expiresAt })
        return { status: 'new' }
      }
      if (held.fingerprint !== fingerprint) return { status: 'other' }
      if (held.status === null) return { status: 'busy' }
      return { status: 'done', reply: { status: held.status, body: held.body ?? '' } }
    },
    save(key, { status, body }, expiresAt) {
      sql<[number, string, EpochMs, string]>(
        'UPDATE reply SET status = ?, body = ?, expires_at = ? WHERE key = ?',
      ).run(status, body, expiresAt, key)
    },
    drop(key) {
      sql<[string]>('DELETE FROM reply WHERE key = ?').run(key)
    },
    sweep(now) {
      return sql<[number]>('DELETE FROM reply WHERE expires_at <= ?').run(now).changes
    },
  }
}
