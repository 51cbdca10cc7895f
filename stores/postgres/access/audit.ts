import type { AuditEntry, NewAuditEntry } from '../../../engine/model/audit.ts'
import type { AuditStore } from '../../../engine/ports/access.ts'
import { pageOf } from '../../rules/page.ts'
import { createBatch } from '../database/batch.ts'
import { createValues, type Sql, where } from '../database/sql.ts'
import { keepable } from '../database/text.ts'

const batch = createBatch<NewAuditEntry>({
  at: ['bigint', ({ at }) => at],
  caller_kind: ['text', ({ caller }) => caller.kind],
  caller_id: ['text', ({ caller }) => caller.id],
  caller_name: ['text', ({ caller }) => keepable(caller.name)],
  action: ['text', ({ action }) => action],
  subject: ['text', ({ subject }) => keepable(subject)],
  outcome: ['text', ({ outcome }) => outcome],
  request_id: ['text', ({ requestId }) => keepable(requestId)],
  address: ['text', ({ address }) => address],
  detail: ['json', ({ detail }) => JSON.stringify(detail)],
})

const columns = `id, at, json_build_object('kind', caller_kind, 'id', caller_id, 'name', caller_name) AS caller,
  action, subject, outcome, request_id AS "requestId", address, detail`

export function createAudit(sql: Sql): AuditStore {
  return {
    async append(entries) {
      await sql.run(
        `INSERT INTO audit (${batch.columns}) SELECT ${batch.columns} FROM ${batch.from}`,
        batch.values(entries),
      )
    },
    async page({ before, limit, from, until, caller, action, subject }) {
      const value = createValues()
      const conditions = where(
        before !== null && `id < ${value(before)}`,
        from !== undefined && `at >= ${value(from)}`,
        until !== undefined && `at < ${value(until)}`,
        caller !== undefined && `caller_kind = ${value(caller.kind)}`,
        caller?.id !== undefined && `caller_id = ${value(caller.id)}`,
        action !== undefined && `(action = ${value(action)} OR starts_with(action, ${value(`${action}.`)}))`,
        subject !== undefined && `subject = ${value(subject)}`,
      )
      const rows = await sql.all<AuditEntry>(
        `SELECT ${columns} FROM audit ${conditions} ORDER BY id DESC LIMIT ${value(limit + 1)}`,
        value.list,
      )
      return pageOf(rows, limit, ({ id }) => id)
    },
    sweep({ before, limit }) {
      return sql.run(
        `WITH old AS MATERIALIZED (
           SELECT id FROM audit WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM audit a USING old WHERE a.id = old.id`,
        [before, limit],
      )
    },
  }
}
