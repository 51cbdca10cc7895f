import { describe, expect, test } from 'vitest'
import type { SessionId, UserId } from '../../../../engine/model/ids.ts'
import type { NewSession, OneTimeToken } from '../../../../engine/model/session.ts'
import { fresh, longMs, now, type OpenStore, useStore } from '../fixtures.ts'
import { userDoc } from './users.ts'

export function testSessions(open: OpenStore): void {
  describe('sessions', () => {
    const store = useStore(open)
    const newUserId = async () => (await store().users.insert(userDoc(), now)).id
    const openOne = (userId: UserId, fields: Partial<NewSession> = {}) =>
      store().sessions.open({
        userId,
        hash: fresh('hash'),
        createdAt: now,
        expiresAt: now + 1000,
        address: '192.0.2.1',
        userAgent: 'Söme Browser',
        ...fields,
      })

    test('is found by its hash until its time is over', async () => {
      const userId = await newUserId()
      const session = await openOne(userId)
      expect(session).toEqual({
        id: expect.any(Number),
        userId,
        hash: session.hash,
        createdAt: now,
        lastSeenAt: now,
        expiresAt: now + 1000,
        address: '192.0.2.1',
        userAgent: 'Söme Browser',
      })
      expect(await store().sessions.byHash(session.hash, now + 999)).toEqual(session)
      expect(await store().sessions.byHash(session.hash, now + 1000)).toBeNull()
      expect(await store().sessions.byHash('no-such', now)).toBeNull()
    })

    test('opens for nobody who is not there, or is disabled', async () => {
      const gone = await newUserId()
      await store().users.remove(gone)
      const { id: disabled } = await store().users.insert(userDoc({ disabledAt: now }), now)
      for (const id of [gone, disabled])
        await expect(openOne(id)).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
    })

    test('lasts longer when it is used, and neither time goes back', async () => {
      const { id, hash } = await openOne(await newUserId())
      const touch = (at: number, expiresAt: number) => store().sessions.touch(id, { at, expiresAt })
      expect(await touch(now + 500, now + 1500)).toBe(true)
      expect(await touch(now + 400, now + 1400)).toBe(true)
      expect(await store().sessions.byHash(hash, now)).toMatchObject({
        lastSeenAt: now + 500,
        expiresAt: now + 1500,
      })
      expect(await touch(now + 1500, now + 9000)).toBe(false)
      expect(await store().sessions.touch((id + 1000) as SessionId, { at: now, expiresAt: now })).toBe(false)
    })

    test('ends alone, with all others of its user, and with its user', async () => {
      const [anna, ben] = [await newUserId(), await newUserId()]
      const [first, second, third] = [await openOne(anna), await openOne(anna), await openOne(anna)]
      const other = await openOne(ben)
      expect(await store().sessions.ofUser(anna, now)).toEqual([third, second, first])
      expect(await store().sessions.end(first.id)).toBe(true)
      expect(await store().sessions.end(first.id)).toBe(false)
      await openOne(anna)
      expect(await store().sessions.endAllOf(anna, second.id)).toBe(2)
      expect(await store().sessions.ofUser(anna, now)).toEqual([second])
      expect(await store().sessions.endAllOf(anna, null)).toBe(1)
      expect(await store().sessions.ofUser(ben, now)).toEqual([other])
      await store().users.remove(ben)
      expect(await store().sessions.byHash(other.hash, now)).toBeNull()
      expect(await store().sessions.ofUser(ben, now)).toEqual([])
    })

    test('nobody is signed in any more whose removal met a sign-in', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = await newUserId()
        await Promise.allSettled([openOne(id), store().users.remove(id), openOne(id)])
        expect(await store().sessions.ofUser(id, now)).toEqual([])
      }
    })

    test('sweeping forgets a batch of what is over', async () => {
      const userId = await newUserId()
      await store().sessions.sweep({ before: now + longMs, limit: 1000 })
      for (const left of [10, 20, 30]) await openOne(userId, { expiresAt: now + left })
      expect(await store().sessions.ofUser(userId, now + 20)).toHaveLength(1)
      const before = now + 30
      expect(await store().sessions.sweep({ before, limit: 1 })).toBe(1)
      expect(await store().sessions.sweep({ before, limit: 5 })).toBe(1)
      expect(await store().sessions.sweep({ before, limit: 5 })).toBe(0)
    })
  })

  describe('one-time tokens', () => {
    const store = useStore(open)
    const put = async (fields: Partial<OneTimeToken> = {}): Promise<OneTimeToken> => {
      const token = {
        hash: fresh('hash'),
        purpose: 'invite' as const,
        subject: fresh('user'),
        expiresAt: now + 1000,
        ...fields,
      }
      await store().tokens.put(token)
      return token
    }

    test('is taken once, though it was looked at before', async () => {
      const token = await put()
      expect(await store().tokens.look(token.hash, 'invite', now)).toEqual(token)
      expect(await store().tokens.take(token.hash, 'invite', now)).toEqual(token)
      expect(await store().tokens.take(token.hash, 'invite', now)).toBeNull()
      expect(await store().tokens.look(token.hash, 'invite', now)).toBeNull()
    })

    test('of many who take it at once one gets it', async () => {
      const { hash } = await put()
      const all = await Promise.all(Array.from({ length: 8 }, () => store().tokens.take(hash, 'invite', now)))
      expect(all.filter((token) => token !== null)).toHaveLength(1)
    })

    test('is good for its purpose alone, and until its time is over', async () => {
      const { hash } = await put()
      expect(await store().tokens.take(hash, 'reset', now)).toBeNull()
      expect(await store().tokens.take(hash, 'invite', now + 1000)).toBeNull()
      expect(await store().tokens.look(hash, 'invite', now + 1000)).toBeNull()
      expect(await store().tokens.take(hash, 'invite', now + 999)).not.toBeNull()
    })

    test('refuses a hash that is there', async () => {
      const { hash, subject } = await put()
      await expect(put({ hash })).rejects.toMatchObject({ code: 'E_EXISTS' })
      expect(await store().tokens.look(hash, 'invite', now)).toMatchObject({ subject })
    })

    test('is void when those of its purpose and subject are dropped', async () => {
      const token = await put()
      const { subject } = token
      const [reset, other] = [await put({ subject, purpose: 'reset' }), await put()]
      expect(await store().tokens.drop('invite', subject)).toBe(1)
      expect(await store().tokens.take(token.hash, 'invite', now)).toBeNull()
      expect(await store().tokens.take(reset.hash, 'reset', now)).toEqual(reset)
      expect(await store().tokens.take(other.hash, 'invite', now)).toEqual(other)
    })

    test('sweeping forgets a batch of what is over', async () => {
      await store().tokens.sweep({ before: now + longMs, limit: 1000 })
      for (const left of [10, 20, 30]) await put({ expiresAt: now + left })
      const before = now + 30
      expect(await store().tokens.sweep({ before, limit: 1 })).toBe(1)
      expect(await store().tokens.sweep({ before, limit: 5 })).toBe(1)
      expect(await store().tokens.sweep({ before, limit: 5 })).toBe(0)
    })
  })
}
