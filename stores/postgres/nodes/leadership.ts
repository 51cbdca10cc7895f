import type { LeadershipStore } from '../../../engine/ports/leadership.ts'
import type { Database } from '../database/sql.ts'

const until = "clock_timestamp() + $3 * interval '1 millisecond'"

export function createLeadership(db: Database): LeadershipStore {
  return {
    async lead(name, owner, leaseMs) {
      const changed = await db.run(
        `INSERT INTO leadership AS l (name, owner, epoch, until) VALUES ($1, $2, 1, ${until})
         ON CONFLICT (name) DO UPDATE
         SET owner = excluded.owner, until = excluded.until, epoch = l.epoch + (l.owner <> excluded.owner)::int
         WHERE l.owner = excluded.owner OR l.until <= clock_timestamp()`,
        [name, owner, leaseMs],
      )
      return changed > 0
    },
    async resign(name, owner) {
      await db.run('DELETE FROM leadership WHERE name = $1 AND owner = $2', [name, owner])
    },
  }
}
