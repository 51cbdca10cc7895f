import type { ApiKey } from '../../../engine/model/api-key.ts'
import type { User } from '../../../engine/model/user.ts'
import type { ApiKeyStore, UserStore } from '../../../engine/ports/access.ts'
import { isLiveOwner, lastOwner, needsAnotherOwner } from '../../rules/access.ts'
import { createCollection } from '../collection.ts'
import { type Database, nested, type Sql } from '../database/sql.ts'

export function createApiKeys(db: Database): ApiKeyStore {
  return {
    ...createCollection<ApiKey>(db, 'api_key'),
    async used(id, at) {
      await db.run(
        `UPDATE api_key SET doc = (doc::jsonb || jsonb_build_object('lastUsedAt', $2::bigint))::json
         -- numeric: what came from an older SQLite file may be "1790000000000.0"
         WHERE id = $1 AND coalesce((doc ->> 'lastUsedAt')::numeric, 0) < $2::bigint`,
        [id, at],
      )
    },
  }
}

export function createUsers(db: Database): UserStore {
  const usersOn = (on: Database) =>
    createCollection<User>(on, 'app_user', (tx, id) => tx.run('DELETE FROM session WHERE user_id = $1', [id]))
  const users = usersOn(db)
  /** Change a user while no owner can be changed by others. */
  const alone = <T>(work: (within: UserStore, owners: readonly number[]) => Promise<T>): Promise<T> =>
    db.tx(async (tx) => work(usersOn(nested(tx)), await holdOwners(tx)))
  const refuseLast = (present: User, owners: readonly number[]) => {
    if (owners.every((id) => id === present.id)) throw lastOwner(present.name)
  }
  return {
    ...users,
    update(id, version, doc, now) {
      if (isLiveOwner(doc)) return users.update(id, version, doc, now)
      return alone(async (within, owners) => {
        const present = await within.get(id)
        if (present?.version === version && needsAnotherOwner(present, doc)) refuseLast(present, owners)
        return within.update(id, version, doc, now)
      })
    },
    remove(id) {
      return alone(async (within, owners) => {
        const present = await within.get(id)
        if (present !== null && needsAnotherOwner(present, null)) refuseLast(present, owners)
        return within.remove(id)
      })
    },
  }
}

/** The owners who may sign in. Their rows are held to the end of the transaction: who comes second waits here, and then
 *  sees what the first one left. */
async function holdOwners(sql: Sql): Promise<readonly number[]> {
  const rows = await sql.all<{ readonly id: number }>(
    `SELECT id FROM app_user
     WHERE doc ->> 'role' = 'owner' AND doc ->> 'disabledAt' IS NULL
     ORDER BY id
     FOR UPDATE`,
  )
  return rows.map(({ id }) => id)
}
