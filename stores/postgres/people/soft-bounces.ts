import type { SoftBounce, SoftBounceStore } from '../../../engine/ports/soft-bounces.ts'
import type { Database } from '../database/sql.ts'

export function createSoftBounces(db: Database): SoftBounceStore {
  return {
    async get(id) {
      const [row] = await db.all<SoftBounce>(
        'SELECT subscriber_id AS "subscriberId", score, at FROM soft_bounce WHERE subscriber_id = $1',
        [id],
      )
      return row ?? null
    },
    async put({ subscriberId, score, at }, from) {
      // The person is held, so that nobody is erased in between and keeps a row.
      const written =
        from === null
          ? await db.run(
              `INSERT INTO soft_bounce (subscriber_id, score, at)
               SELECT id, $2, $3 FROM subscriber WHERE id = $1 AND status <> 'erased' FOR SHARE
               ON CONFLICT DO NOTHING`,
              [subscriberId, score, at],
            )
          : await db.run(
              'UPDATE soft_bounce SET score = $2, at = $3 WHERE subscriber_id = $1 AND score = $4 AND at = $5',
              [subscriberId, score, at, from.score, from.at],
            )
      return written > 0
    },
    async clear(id) {
      return (await db.run('DELETE FROM soft_bounce WHERE subscriber_id = $1', [id])) > 0
    },
    remove({ before, limit }) {
      return db.run(
        `DELETE FROM soft_bounce
         WHERE subscriber_id IN (SELECT subscriber_id FROM soft_bounce WHERE at < $1 LIMIT $2)`,
        [before, limit],
      )
    },
  }
}
