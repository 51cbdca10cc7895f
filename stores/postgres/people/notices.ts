import type { SubscriberId } from '../../../engine/model/ids.ts'
import type { Notice } from '../../../engine/model/notice.ts'
import type { NewNotice, NoticeStore } from '../../../engine/ports/notices.ts'
import type { Database, Sql } from '../database/sql.ts'
import { keepable } from '../database/text.ts'

const columns = `n.subscriber_id AS "subscriberId", n.kind, n.state, n.mail, n.asked_at AS "askedAt",
  n.expires_at AS "expiresAt", n.due_at AS "dueAt", n.sent_at AS "sentAt", n.attempt, n.uncertain, n.code, n.detail,
  n.lists, n.fields`

export async function putNotice(sql: Sql, notice: NewNotice): Promise<void> {
  const { subscriberId, kind, askedAt, expiresAt, dueAt, lists, fields } = notice
  await sql.run(
    `INSERT INTO notice (subscriber_id, kind, state, mail, asked_at, expires_at, due_at, sent_at, attempt, uncertain,
       code, detail, lists, fields)
     VALUES ($1, $2, 'due', 0, $3, $4, $5, NULL, 0, 0, NULL, NULL, $6, $7)
     ON CONFLICT (subscriber_id, kind) DO UPDATE
     SET (state, mail, asked_at, expires_at, due_at, sent_at, attempt, uncertain, code, detail, lists, fields) =
       (excluded.state, excluded.mail, excluded.asked_at, excluded.expires_at, excluded.due_at, excluded.sent_at,
        excluded.attempt, excluded.uncertain, excluded.code, excluded.detail, excluded.lists, excluded.fields)`,
    [subscriberId, kind, askedAt, expiresAt, dueAt, JSON.stringify(lists), JSON.stringify(fields)],
  )
}

/** Nothing waits for a confirmation any more. */
export async function endConfirmation(sql: Sql, id: SubscriberId): Promise<void> {
  await sql.run("DELETE FROM notice WHERE subscriber_id = $1 AND kind = 'confirm'", [id])
}

export function createNotices(db: Database): NoticeStore {
  return {
    put: (notice) => putNotice(db, notice),
    async get(id, kind) {
      const row = await db.one<Notice>(
        `SELECT ${columns} FROM notice n WHERE n.subscriber_id = $1 AND n.kind = $2`,
        [id, kind],
      )
      return row ?? null
    },
    async claim({ now, leaseMs, limit }) {
      const rows = await db.all<Notice & { readonly since: number }>(
        `WITH due AS MATERIALIZED (
           SELECT subscriber_id, kind, due_at FROM notice
           WHERE due_at <= $1
           ORDER BY due_at
           LIMIT $3
           FOR UPDATE SKIP LOCKED
         )
         UPDATE notice n
         SET uncertain = n.uncertain + (n.state = 'handing')::integer, state = 'handing', attempt = n.attempt + 1,
           due_at = $2
         FROM due
         WHERE n.subscriber_id = due.subscriber_id AND n.kind = due.kind
         RETURNING ${columns}, due.due_at AS since`,
        [now, now + leaseMs, limit],
      )
      rows.sort((a, b) => a.since - b.since || a.subscriberId - b.subscriberId)
      return rows.map((row) => {
        const { since: _, ...notice } = row
        return notice
      })
    },
    async settle({ subscriberId, kind, askedAt, mail }, outcome) {
      const { state, attempt, uncertain, dueAt, sentAt, code, detail } = outcome
      const changed = await db.run(
        `UPDATE notice
         SET state = $5, mail = $6, attempt = $7, uncertain = $8, due_at = $9, sent_at = $10, code = $11, detail = $12
         WHERE subscriber_id = $1 AND kind = $2 AND asked_at = $3 AND mail = $4 AND state = 'handing'`,
        [
          subscriberId,
          kind,
          askedAt,
          mail,
          state,
          outcome.mail,
          attempt,
          uncertain,
          dueAt,
          sentAt,
          keepable(code),
          keepable(detail),
        ],
      )
      return changed > 0
    },
    remove({ before, limit }) {
      return db.run(
        `WITH old AS MATERIALIZED (
           SELECT subscriber_id, kind FROM notice WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM notice n USING old
         WHERE n.subscriber_id = old.subscriber_id AND n.kind = old.kind`,
        [before, limit],
      )
    },
  }
}
