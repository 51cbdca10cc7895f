import type { ApiKey } from '../../../engine/model/api-key.ts'
import type { UserId } from '../../../engine/model/ids.ts'
import type { User } from '../../../engine/model/user.ts'
import type { ApiKeyStore, UserStore } from '../../../engine/ports/access.ts'
import { isLiveOwner, lastOwner, needsAnotherOwner } from '../../rules/access.ts'
import { createCollection, type MemoryCollection } from '../collection.ts'

export function createApiKeys(): ApiKeyStore {
  const lastUsed = new Map<ApiKey['id'], number>()
  const keys = createCollection<ApiKey>('API key', (id) => lastUsed.delete(id))
  const view = (key: ApiKey): ApiKey => {
    const at = Math.max(lastUsed.get(key.id) ?? 0, key.lastUsedAt ?? 0)
    return at === 0 ? key : { ...key, lastUsedAt: at }
  }
  return {
    ...keys,
    async get(id) {
      const key = await keys.get(id)
      return key && view(key)
    },
    byName: async (names) => (await keys.byName(names)).map(view),
    async page(query) {
      const page = await keys.page(query)
      return { ...page, rows: page.rows.map(view) }
    },
    async used(id, at) {
      if (keys.docs.has(id)) lastUsed.set(id, Math.max(at, lastUsed.get(id) ?? 0))
    },
  }
}

export interface MemoryUsers extends UserStore {
  readonly docs: MemoryCollection<User>['docs']
}

export function createUsers(onRemove: (id: UserId) => void): MemoryUsers {
  const users = createCollection<User>('user', onRemove)
  const refuseLast = (present: User) => {
    for (const user of users.docs.values()) if (user.id !== present.id && isLiveOwner(user)) return
    throw lastOwner(present.name)
  }
  return {
    ...users,
    async update(id, version, doc, now) {
      const present = users.docs.get(id)
      if (present?.version === version && needsAnotherOwner(present, doc)) refuseLast(present)
      return users.update(id, version, doc, now)
    },
    async remove(id) {
      const present = users.docs.get(id)
      if (present !== undefined && needsAnotherOwner(present, null)) refuseLast(present)
      return users.remove(id)
    },
  }
}
