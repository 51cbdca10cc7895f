import type { Heartbeat } from '../../../engine/model/heartbeat.ts'
import type { EpochMs, HeartbeatId } from '../../../engine/model/ids.ts'
import type { BeatStore } from '../../../engine/ports/alerts.ts'
import { type CollectionRow, collectionColumns, viewCollected } from '../collection.ts'
import type { Database } from '../database/sql.ts'

interface BeatRow {
  readonly id: HeartbeatId
  readonly beatAt: EpochMs
  readonly alarmed: boolean
}

const beating = 'heartbeat h LEFT JOIN beat b ON b.heartbeat_id = h.id'
/** SQL: it counts as heard when it is made. */
const beatAt = 'coalesce(b.at, h.created_at)'
const alarmed = 'coalesce(b.alarmed, 0) = 1'

export function createBeats(db: Database): BeatStore {
  return {
    async beat(name, now) {
      // One that comes late does not count for less than one that came before it.
      const row = await db.one<CollectionRow & BeatRow>(
        `WITH h AS MATERIALIZED (SELECT ${collectionColumns} FROM heartbeat WHERE name = $1), b AS (
           INSERT INTO beat AS b (heartbeat_id, at, alarmed) SELECT id, greatest($2, created_at), 0 FROM h
           ON CONFLICT (heartbeat_id) DO UPDATE SET at = greatest(b.at, excluded.at)
           RETURNING alarmed
         )
         SELECT ${collectionColumns}, ${alarmed} AS alarmed FROM h CROSS JOIN b`,
        [name, now],
      )
      if (row === undefined) return null
      return { heartbeat: viewCollected<Heartbeat>(row), alarmed: row.alarmed }
    },
    async late(now) {
      const rows = await db.all<CollectionRow & BeatRow>(
        `SELECT ${collectionColumns}, ${beatAt} AS "beatAt" FROM ${beating}
         WHERE NOT ${alarmed} AND ${beatAt} + (h.doc ->> 'everyMs')::bigint < $1
         ORDER BY id`,
        [now],
      )
      return rows.map((row) => ({ heartbeat: viewCollected<Heartbeat>(row), beatAt: row.beatAt }))
    },
    async alarm(id, alarmed) {
      await db.run(
        `INSERT INTO beat AS b (heartbeat_id, at, alarmed) SELECT id, created_at, $2 FROM heartbeat WHERE id = $1
         ON CONFLICT (heartbeat_id) DO UPDATE SET alarmed = excluded.alarmed`,
        [id, Number(alarmed)],
      )
    },
    beats(ids) {
      return db.all<BeatRow>(
        `SELECT h.id, ${beatAt} AS "beatAt", ${alarmed} AS alarmed FROM ${beating} WHERE h.id = ANY($1) ORDER BY h.id`,
        [ids],
      )
    },
  }
}
