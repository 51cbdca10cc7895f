import type { SubscriberId } from '../../../engine/model/ids.ts'
import type { Notice } from '../../../engine/model/notice.ts'
import type { NewNotice, NoticeStore } from '../../../engine/ports/notices.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

type Row = Omit<Notice, 'lists' | 'fields'> & { readonly lists: string; readonly fields: string }

const selected = `subscriber_id AS subscriberId, kind, state, mail, asked_at AS askedAt, expires_at AS expiresAt,
  due_at AS dueAt, sent_at AS sentAt, attempt, uncertain, code, detail, lists, fields`

const view = (row: Row): Notice => ({
  ...row,
  lists: JSON.parse(row.lists) as Notice['lists'],
  fields: JSON.parse(row.fields) as Notice['fields'],
})

export function putNotice(sql: Sql, notice: NewNotice): void {
  sql<[object]>(
    `INSERT OR REPLACE INTO notice (subscriber_id, kind, state, mail, asked_at, expires_at, due_at, attempt, uncertain,
       lists, fields)
     VALUES (:subscriberId, :kind, 'due', 0, :askedAt, :expiresAt, :dueAt, 0, 0, :lists, :fields)`,
  ).run({ ...notice, lists: JSON.stringify(notice.lists), fields: JSON.stringify(notice.fields) })
}

/** Nothing waits for a confirmation any more. */
export function endConfirmation(sql: Sql, id: SubscriberId): void {
  sql<[number]>("DELETE FROM notice WHERE subscriber_id = ? AND kind = 'confirm'").run(id)
}

export function createNotices(sql: Sql): Sync<NoticeStore> {
  return {
    put: (notice) => putNotice(sql, notice),
    get(id, kind) {
      const row = sql<[number, string], Row>(
        `SELECT ${selected} FROM notice WHERE subscriber_id = ? AND kind = ?`,
      ).get(id, kind)
      return row === undefined ? null : view(row)
    },
    claim({ now, leaseMs, limit }) {
      const due = sql<[number, number], { id: number; kind: string }>(
        `SELECT subscriber_id AS id, kind FROM notice WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
      ).all(now, limit)
      const take = sql<[object], Row>(
        `UPDATE notice
         SET uncertain = uncertain + (state = 'handing'), state = 'handing', attempt = attempt + 1, due_at = :until
         WHERE subscriber_id = :id AND kind = :kind
         RETURNING ${selected}`,
      )
      return due.map((one) => view(take.get({ ...one, until: now + leaseMs }) as Row))
    },
    settle({ subscriberId, kind, askedAt, mail }, outcome) {
      const { changes } = sql<[object]>(
        `UPDATE notice
         SET state = :state, mail = :next, attempt = :attempt, uncertain = :uncertain, due_at = :dueAt,
           sent_at = :sentAt, code = :code, detail = :detail
         WHERE subscriber_id = :subscriberId AND kind = :kind AND asked_at = :askedAt AND mail = :mail
           AND state = 'handing'`,
      ).run({ ...outcome, next: outcome.mail, subscriberId, kind, askedAt, mail })
      return changes > 0
    },
    remove({ before, limit }) {
      return sql<[number, number]>(
        `DELETE FROM notice WHERE (subscriber_id, kind) IN (
           SELECT subscriber_id, kind FROM notice WHERE expires_at < ? LIMIT ?
         )`,
      ).run(before, limit).changes
    },
  }
}
