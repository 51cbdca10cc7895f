import type { SubscriberId } from '../../../engine/model/ids.ts'
import type { Sql } from '../database/statements.ts'
import type { Run } from './runs.ts'

/** At most one message a key for a person, over all publications: the first to take it holds it. */
export interface OnceKeys {
  /** The caller has read that nobody else holds it. */
  take(run: Run, id: SubscriberId): void
  /** Only what this publication holds. */
  free(run: Run, id: SubscriberId): void
}

export function createOnceKeys(sql: Sql): OnceKeys {
  return {
    take({ id: publication, onceKey }, id) {
      if (onceKey === null) return
      sql<[string, number, number]>(
        `INSERT INTO once (key, subscriber_id, publication_id) VALUES (?, ?, ?)
         ON CONFLICT DO NOTHING`,
      ).run(onceKey, id, publication)
    },
    free({ id: publication, onceKey }, id) {
      if (onceKey === null) return
      sql<[string, number, number]>(
        'DELETE FROM once WHERE key = ? AND subscriber_id = ? AND publication_id = ?',
      ).run(onceKey, id, publication)
    },
  }
}
