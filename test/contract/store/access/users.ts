import { describe, expect, onTestFinished, test } from 'vitest'
import type { ApiKeyId, UserId } from '../../../../engine/model/ids.ts'
import { newUser, type User } from '../../../../engine/model/user.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { fresh, now, type OpenStore, useStore } from '../fixtures.ts'

export const userDoc = (fields: Partial<User> = {}) => ({
  ...newUser({ name: `${fresh('user')}@example.org`, fullName: 'Ü. Ser', role: 'editor' }),
  ...fields,
})

export function testUsers(open: OpenStore): void {
  describe('users', () => {
    const store = useStore(open)

    test('keeps all of a user', async () => {
      const doc = userDoc({
        passwordHash: '$scrypt$ln=15,r=8,p=1$c2FsdA$aGFzaA',
        totp: { secret: 'v1.a.b', lastStep: 59_000_000, confirmedAt: now },
        recoveryCodes: ['ab', 'cd'],
        passwordChangedAt: now,
      })
      const made = await store().users.insert(doc, now)
      expect(made).toEqual({ ...doc, id: expect.any(Number), version: 1, createdAt: now, updatedAt: now })
      expect(await store().users.byName([doc.name])).toEqual([made])
      await expect(store().users.insert(userDoc({ name: doc.name }), now)).rejects.toMatchObject({
        code: 'E_EXISTS',
        message: `There is already a user named "${doc.name}": choose another name.`,
      })
    })

    test('of sign-ins that take one code at once, one can', async () => {
      const user = await store().users.insert(userDoc(), now)
      const totp = { secret: 's', lastStep: 7, confirmedAt: now }
      const all = await Promise.allSettled(
        [1, 2, 3, 4].map(() => store().users.update(user.id, user.version, { ...user, totp }, now)),
      )
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const one of all)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'E_CONFLICT' })
    })

    test('a key keeps what it may do, and being used leaves its version alone', async () => {
      const key = await store().apiKeys.insert(
        { name: fresh('key'), hash: 'ab', scopes: ['content:read'], expiresAt: now + 5 },
        now,
      )
      await store().apiKeys.used(key.id, now + 3)
      await store().apiKeys.used(key.id, now + 2)
      const used = { ...key, lastUsedAt: now + 3 }
      expect(await store().apiKeys.get(key.id)).toEqual(used)
      expect(await store().apiKeys.byName([key.name])).toEqual([used])
      expect((await store().apiKeys.page({ after: key.id - 1, limit: 1 })).rows).toEqual([used])
      await store().apiKeys.used((key.id + 1000) as ApiKeyId, now)
    })
  })

  describe('owners', () => {
    const alone = async (): Promise<Store> => {
      const { store, close } = await open()
      onTestFinished(close)
      return store
    }
    const newOwner = ({ users }: Store, fields: Partial<User> = {}) =>
      users.insert(userDoc({ role: 'owner', ...fields }), now)
    const ownersOf = async ({ users }: Store) =>
      (await users.page({ after: 0, limit: 100 })).rows.filter(
        ({ role, disabledAt }) => role === 'owner' && disabledAt === null,
      )

    test('the last one who may sign in stays, whoever else there is', async () => {
      const store = await alone()
      const owner = await newOwner(store)
      await newOwner(store, { disabledAt: now })
      const editor = await store.users.insert(userDoc(), now)
      const refused = { code: 'E_STATE', message: expect.stringContaining(`"${owner.name}"`) }
      const { id, version } = owner
      await expect(store.users.remove(id)).rejects.toMatchObject(refused)
      await expect(store.users.update(id, version, { ...owner, role: 'sender' }, now)).rejects.toMatchObject(
        refused,
      )
      await expect(store.users.update(id, version, { ...owner, disabledAt: now }, now)).rejects.toMatchObject(
        refused,
      )
      expect(await store.users.get(id)).toEqual(owner)

      const renamed = await store.users.update(id, version, { ...owner, fullName: 'New' }, now)
      await store.users.update(editor.id, 1, { ...editor, role: 'owner' }, now)
      await store.users.update(id, renamed.version, { ...renamed, role: 'analyst' }, now)
      await expect(store.users.remove(editor.id)).rejects.toMatchObject({ code: 'E_STATE' })
    })

    test('others may go, and a disabled owner too', async () => {
      const store = await alone()
      await newOwner(store)
      const gone = await newOwner(store, { disabledAt: now })
      const editor = await store.users.insert(userDoc(), now)
      expect(await store.users.remove(gone.id)).toBe(true)
      expect(await store.users.remove(editor.id)).toBe(true)
      expect(await store.users.remove(editor.id)).toBe(false)
    })

    test('what is wrong with a change is said before', async () => {
      const store = await alone()
      const owner = await newOwner(store)
      const doc = { ...owner, role: 'editor' as const }
      await expect(store.users.update(owner.id, 7, doc, now)).rejects.toMatchObject({ code: 'E_CONFLICT' })
      await expect(store.users.update((owner.id + 9) as UserId, 1, doc, now)).rejects.toMatchObject({
        code: 'E_NOT_FOUND',
      })
    })

    test('of all owners who are removed, disabled and demoted at once, one is left', async () => {
      const store = await alone()
      for (let round = 0; round < 5; round += 1) {
        for (let missing = 6 - (await ownersOf(store)).length; missing > 0; missing -= 1)
          await newOwner(store)
        const ways: readonly ((owner: User) => Promise<unknown>)[] = [
          (owner) => store.users.remove(owner.id),
          (owner) => store.users.update(owner.id, owner.version, { ...owner, disabledAt: now }, now),
          (owner) => store.users.update(owner.id, owner.version, { ...owner, role: 'editor' }, now),
        ]
        const changes = (await ownersOf(store)).map((owner, i) => ways[(i + round) % 3]!(owner))
        const refused = (await Promise.allSettled(changes)).filter((one) => one.status === 'rejected')
        expect(await ownersOf(store)).toHaveLength(1)
        expect(refused.map(({ reason }) => reason.code)).toEqual(['E_STATE'])
      }
    })
  })
}
