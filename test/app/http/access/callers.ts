import { hashOf, newSecret } from '../../../../app/access/secret.ts'
import type { ApiKey } from '../../../../engine/model/api-key.ts'
import type { Role, Scope } from '../../../../engine/model/scope.ts'
import { newUser, type User } from '../../../../engine/model/user.ts'
import type { Store } from '../../../../engine/ports/store.ts'

export type Headers = Readonly<Record<string, string>>

/** A key of the store, as a header. */
export async function keyOf(
  store: Store,
  name: string,
  of: { scopes?: readonly Scope[] | null; expiresAt?: number | null } = {},
): Promise<{ readonly key: ApiKey; readonly headers: Headers }> {
  const secret = newSecret('bs_')
  const { scopes = null, expiresAt = null } = of
  const key = await store.apiKeys.insert({ name, hash: hashOf(secret), scopes, expiresAt }, Date.now())
  return { key, headers: { authorization: `Bearer ${secret}` } }
}

export const userOf = (store: Store, role: Role, name = `${role}@example.org`): Promise<User> =>
  store.users.insert(newUser({ name, fullName: '', role }), Date.now())

/** Somebody who just signed in, as a browser says it on a page of ours. */
export async function sessionOf(
  store: Store,
  user: User,
  now = Date.now(),
  lifeMs = 3_600_000,
): Promise<Headers> {
  const secret = newSecret('bss_')
  await store.sessions.open({
    userId: user.id,
    hash: hashOf(secret),
    createdAt: now,
    expiresAt: now + lifeMs,
    address: null,
    userAgent: null,
  })
  return { authorization: '', cookie: `broadsheet=${secret}`, 'sec-fetch-site': 'same-origin' }
}
