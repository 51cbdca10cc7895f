import type { Heartbeat } from '../../../engine/model/heartbeat.ts'
import type { EpochMs, HeartbeatId } from '../../../engine/model/ids.ts'
import type { BeatStore } from '../../../engine/ports/alerts.ts'
import type { Collection } from '../../../engine/ports/collection.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Row {
  readonly id: HeartbeatId
  readonly beatAt: EpochMs
  readonly alarmed: 0 | 1
}

export function createBeats(sql: Sql, heartbeats: Sync<Collection<Heartbeat>>): Sync<BeatStore> {
  return {
    beat(name, now) {
      const [heartbeat] = heartbeats.byName([name])
      if (heartbeat === undefined) return null
      const before = sql<[number], 0 | 1>('SELECT alarmed FROM beat WHERE heartbeat_id = ?')
        .pluck()
        .get(heartbeat.id)
      // One that comes late must not count for less than one that came before it.
      sql<[number, number]>(
        `INSERT INTO beat (heartbeat_id, at, alarmed) VALUES (?, ?, 0)
         ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
      ).run(heartbeat.id, now)
      return { heartbeat, alarmed: before === 1 }
    },
    late(now) {
      const late = sql<[number], Row>(
        `SELECT h.id, coalesce(b.at, h.created_at) AS beatAt, coalesce(b.alarmed, 0) AS alarmed
         FROM heartbeat h LEFT JOIN beat b ON b.heartbeat_id = h.id
         WHERE coalesce(b.alarmed, 0) = 0 AND coalesce(b.at, h.created_at) + (h.doc ->> 'everyMs') < ?`,
      ).all(now)
      return late.flatMap(({ id, beatAt }) => {
        const heartbeat = heartbeats.get(id)
        return heartbeat === null ? [] : [{ heartbeat, beatAt }]
      })
    },
    alarm(id, alarmed) {
      sql<[number, number, number]>(
        `INSERT INTO beat (heartbeat_id, at, alarmed) SELECT id, created_at, ? FROM heartbeat WHERE id = ?
         ON CONFLICT DO UPDATE SET alarmed = ?`,
      ).run(alarmed ? 1 : 0, id, alarmed ? 1 : 0)
    },
    beats(ids) {
      return sql<[string], Row>(
        `SELECT h.id, coalesce(b.at, h.created_at) AS beatAt, coalesce(b.alarmed, 0) AS alarmed
         FROM heartbeat h LEFT JOIN beat b ON b.heartbeat_id = h.id
         WHERE h.id IN (SELECT value FROM json_each(?)) ORDER BY h.id`,
      )
        .all(JSON.stringify(ids))
        .map(({ alarmed, ...row }) => ({ ...row, alarmed: alarmed === 1 }))
    },
  }
}
