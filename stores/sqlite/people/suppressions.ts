import type { EpochMs } from '../../../engine/model/ids.ts'
import type { Suppression, SuppressionReason, SuppressionStore } from '../../../engine/ports/subscribers.ts'
import { pageOf } from '../../rules/page.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

export interface SqliteSuppressions extends Sync<SuppressionStore> {
  /** False when the address was suppressed already: the first reason stays. */
  suppress(entry: Omit<Suppression, 'id'>): boolean
}

const columns = 'id, address, reason, detail, created_at AS createdAt'

export function createSuppressions(sql: Sql): SqliteSuppressions {
  const suppress = ({ address, reason, detail, createdAt }: Omit<Suppression, 'id'>): boolean =>
    sql<[string, SuppressionReason, string | null, EpochMs]>(
      `INSERT INTO suppression (address, reason, detail, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ).run(address, reason, detail, createdAt).changes > 0
  return {
    suppress,
    add(entries, now) {
      return entries.filter(({ address, reason, detail }) =>
        suppress({ address, reason, detail, createdAt: now }),
      ).length
    },
    remove(address) {
      return sql<[string]>('DELETE FROM suppression WHERE address = ?').run(address).changes > 0
    },
    byAddress(addresses) {
      return sql<[string], Suppression>(
        `SELECT ${columns} FROM suppression WHERE address IN (SELECT value FROM json_each(?)) ORDER BY id`,
      ).all(JSON.stringify(addresses))
    },
    page({ after, limit, search }) {
      const rows = sql<[object], Suppression>(
        `SELECT ${columns} FROM suppression
         ${where('id > :after', search !== undefined && 'instr(address, :search) > 0')}
         ORDER BY id
         LIMIT :limit`,
      )
      return pageOf(rows.all({ after, limit: limit + 1, search }), limit, (entry) => entry.id)
    },
  }
}
