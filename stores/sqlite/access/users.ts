import type { ApiKey } from '../../../engine/model/api-key.ts'
import type { User } from '../../../engine/model/user.ts'
import type { ApiKeyStore, UserStore } from '../../../engine/ports/access.ts'
import { lastOwner, needsAnotherOwner } from '../../rules/access.ts'
import { createCollection } from '../collection.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

export function createApiKeys(sql: Sql): Sync<ApiKeyStore> {
  return {
    ...createCollection<ApiKey>(sql, 'api_key'),
    used(id, at) {
      sql<[object]>(
        // Numbers are bound as REAL, and JSON would keep "1790000000000.0", which no other store reads as a whole number.
        `UPDATE api_key SET doc = json_set(doc, '$.lastUsedAt', CAST(:at AS INTEGER))
         WHERE id = :id AND coalesce(doc ->> 'lastUsedAt', 0) < :at`,
      ).run({ id, at })
    },
  }
}

export function createUsers(sql: Sql): Sync<UserStore> {
  const users = createCollection<User>(sql, 'app_user', (id) => {
    sql<[number]>('DELETE FROM session WHERE user_id = ?').run(id)
  })
  // There is one writer: nobody else is changed at the same time.
  const refuseLast = (present: User) => {
    const other = sql<[number], object>(
      `SELECT id FROM app_user
       WHERE id <> ? AND doc ->> 'role' = 'owner' AND doc ->> 'disabledAt' IS NULL
       LIMIT 1`,
    ).get(present.id)
    if (other === undefined) throw lastOwner(present.name)
  }
  return {
    ...users,
    update(id, version, doc, now) {
      const present = users.get(id)
      if (present?.version === version && needsAnotherOwner(present, doc)) refuseLast(present)
      return users.update(id, version, doc, now)
    },
    remove(id) {
      const present = users.get(id)
      if (present !== null && needsAnotherOwner(present, null)) refuseLast(present)
      return users.remove(id)
    },
  }
}
