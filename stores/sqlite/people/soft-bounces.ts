import type { SoftBounce, SoftBounceStore } from '../../../engine/ports/soft-bounces.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

export function createSoftBounces(sql: Sql): Sync<SoftBounceStore> {
  return {
    get(id) {
      const rows = sql<[number], SoftBounce>(
        'SELECT subscriber_id AS subscriberId, score, at FROM soft_bounce WHERE subscriber_id = ?',
      )
      return rows.get(id) ?? null
    },
    put({ subscriberId, score, at }, from) {
      if (from === null)
        return (
          sql<[number, number, number]>(
            `INSERT INTO soft_bounce (subscriber_id, score, at)
             SELECT id, ?, ? FROM subscriber WHERE id = ? AND status <> 'erased'
             ON CONFLICT DO NOTHING`,
          ).run(score, at, subscriberId).changes > 0
        )
      return (
        sql<[number, number, number, number, number]>(
          'UPDATE soft_bounce SET score = ?, at = ? WHERE subscriber_id = ? AND score = ? AND at = ?',
        ).run(score, at, subscriberId, from.score, from.at).changes > 0
      )
    },
    clear(id) {
      return sql<[number]>('DELETE FROM soft_bounce WHERE subscriber_id = ?').run(id).changes > 0
    },
    remove({ before, limit }) {
      return sql<[number, number]>(
        `DELETE FROM soft_bounce
         WHERE subscriber_id IN (SELECT subscriber_id FROM soft_bounce WHERE at < ? LIMIT ?)`,
      ).run(before, limit).changes
    },
  }
}
