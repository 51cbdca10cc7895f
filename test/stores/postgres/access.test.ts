import { describe, expect, test } from 'vitest'
import { userDoc } from '../../contract/store/access/users.ts'
import { fresh, longMs, now } from '../../contract/store/scene.ts'
import { useNodes } from './nodes.ts'

describe('access on two nodes', () => {
  const nodes = useNodes()
  const sessionOf = (userId: Awaited<ReturnType<typeof newUserId>>, hash = fresh('hash')) => ({
    userId,
    hash,
    createdAt: now,
    expiresAt: now + longMs,
    address: null,
    userAgent: null,
  })
  const newUserId = async () => (await nodes().a.users.insert(userDoc(), now)).id

  test('a session that is being opened ends with its user', async () => {
    const { a, b, gate, waiting, rows } = nodes()
    const [userId, hash] = [await newUserId(), fresh('hash')]
    await a.sessions.open(sessionOf(await newUserId(), hash))
    // Whoever opens one of that hash has seen their user, and waits to hear whether this one is gone.
    const letGo = await gate('DELETE FROM session WHERE hash = $1', [hash])
    const opening = a.sessions.open(sessionOf(userId, hash))
    await waiting(1)
    const removing = b.users.remove(userId)
    await Promise.race([waiting(2), removing])
    await letGo()
    await Promise.all([opening, removing])
    expect(await rows('SELECT id FROM session WHERE user_id = $1', [userId])).toEqual([])
  })

  test('a token is taken on one of them', async () => {
    const { a, b } = nodes()
    for (let round = 0; round < 10; round += 1) {
      const hash = fresh('hash')
      await a.tokens.put({ hash, purpose: 'owner', subject: '', expiresAt: now + 1 })
      const taken = await Promise.all([a, b, a, b].map((store) => store.tokens.take(hash, 'owner', now)))
      expect(taken.filter((token) => token !== null)).toHaveLength(1)
    }
  })
})
