import type { AuditEntry, AuditOutcome, CallerKind } from '../../../engine/model/audit.ts'
import type { AuditId, EpochMs } from '../../../engine/model/ids.ts'
import type { AuditStore } from '../../../engine/ports/access.ts'
import { pageOf } from '../../rules/page.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Row {
  readonly id: AuditId
  readonly at: EpochMs
  readonly caller_kind: CallerKind
  readonly caller_id: string
  readonly caller_name: string
  readonly action: string
  readonly subject: string | null
  readonly outcome: AuditOutcome
  readonly request_id: string | null
  readonly address: string | null
  readonly detail: string
}

const view = (row: Row): AuditEntry => ({
  id: row.id,
  at: row.at,
  caller: { kind: row.caller_kind, id: row.caller_id, name: row.caller_name },
  action: row.action,
  subject: row.subject,
  outcome: row.outcome,
  requestId: row.request_id,
  address: row.address,
  detail: JSON.parse(row.detail),
})

export function createAudit(sql: Sql): Sync<AuditStore> {
  return {
    append(entries) {
      const insert = sql<[object]>(
        `INSERT INTO audit (at, caller_kind, caller_id, caller_name, action, subject, outcome, request_id, address,
           detail)
         VALUES (:at, :kind, :id, :name, :action, :subject, :outcome, :requestId, :address, :detail)`,
      )
      for (const { caller, detail, ...entry } of entries)
        insert.run({ ...entry, ...caller, detail: JSON.stringify(detail) })
    },
    page({ before, limit, from, until, caller, action, subject }) {
      const conditions = where(
        before !== null && 'id < :before',
        from !== undefined && 'at >= :from',
        until !== undefined && 'at < :until',
        caller !== undefined && 'caller_kind = :kind',
        caller?.id !== undefined && 'caller_id = :callerId',
        action !== undefined &&
          "(action = :action OR substr(action, 1, length(:action) + 1) = :action || '.')",
        subject !== undefined && 'subject = :subject',
      )
      const rows = sql<[object], Row>(`SELECT * FROM audit ${conditions} ORDER BY id DESC LIMIT :rows`).all({
        before,
        from,
        until,
        kind: caller?.kind,
        callerId: caller?.id,
        action,
        subject,
        rows: limit + 1,
      })
      return pageOf(rows.map(view), limit, ({ id }) => id)
    },
    sweep({ before, limit }) {
      return sql<[number, number]>(
        'DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? LIMIT ?)',
      ).run(before, limit).changes
    },
  }
}
