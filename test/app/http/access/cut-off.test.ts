import { request } from 'undici'
import { expect, test } from 'vitest'
import { createTestClock } from '../../../engine/support/clock.ts'
import { type Served, serve } from '../serve.ts'
import { type Headers, keyOf, sessionOf, userOf } from './callers.ts'

async function listen({ url }: Served, headers: Headers) {
  const response = await fetch(`${url}/api/v1/stream`, { headers })
  expect(response.status).toBe(200)
  const reader = response.body!.getReader()
  await reader.read()
  /** Resolves when it was ended, however. */
  const ended = (async () => {
    try {
      while (!(await reader.read()).done);
    } catch {}
    return 'ended'
  })()
  return { ended, leave: () => reader.cancel().catch(() => {}) }
}

/** Move the clock by seconds, with room for what they set off. */
async function pass(clock: ReturnType<typeof createTestClock>, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000)
    await new Promise((go) => setImmediate(go))
    await new Promise((go) => setImmediate(go))
  }
}
const stillOpen = (stream: { readonly ended: Promise<string> }) =>
  Promise.race([stream.ended, new Promise((go) => setImmediate(() => go('open')))])

test('a key that is removed here ends its streams within a second, and no others', async () => {
  const clock = createTestClock()
  await using served = await serve({ clock })
  const [one, two] = [await keyOf(served.store, 'one'), await keyOf(served.store, 'two')]
  const [goes, stays] = [await listen(served, one.headers), await listen(served, two.headers)]
  await pass(clock, 3)
  expect(await stillOpen(goes)).toBe('open')
  expect((await served.ask('DELETE', `/api/v1/keys/${one.key.id}`)).status).toBe(204)
  await pass(clock, 1)
  expect(await goes.ended).toBe('ended')
  expect(await stillOpen(stays)).toBe('open')
  await stays.leave()
})

test('a key that another daemon removed ends its streams within five seconds', async () => {
  const clock = createTestClock()
  await using served = await serve({ clock })
  await using other = await serve({ clock, store: served.store })
  const { key, headers } = await keyOf(served.store, 'one')
  const stream = await listen(served, headers)
  await other.ask('DELETE', `/api/v1/keys/${key.id}`)
  await pass(clock, 5)
  expect(await stream.ended).toBe('ended')
})

test('a key that is over ends its streams', async () => {
  const clock = createTestClock()
  await using served = await serve({ clock })
  const { headers } = await keyOf(served.store, 'one', { expiresAt: clock.now() + 10_000 })
  const stream = await listen(served, headers)
  await pass(clock, 9)
  expect(await stillOpen(stream)).toBe('open')
  await pass(clock, 2)
  expect(await stream.ended).toBe('ended')
})

test('somebody signed out, disabled or out of time hears no more', async () => {
  const clock = createTestClock()
  await using served = await serve({ clock })
  const { store } = served
  const signIn = async (name: string, lifeMs?: number) => {
    const user = await userOf(store, 'owner', `${name}@example.org`)
    const { authorization: _none, ...headers } = await sessionOf(store, user, clock.now(), lifeMs)
    return { user, stream: await listen(served, headers) }
  }
  const [out, off, late] = [await signIn('out'), await signIn('off'), await signIn('late', 8000)]
  const { id, version } = off.user
  await store.sessions.endAllOf(out.user.id, null)
  await store.users.update(id, version, { ...off.user, disabledAt: clock.now() }, clock.now())
  await pass(clock, 5)
  expect(await Promise.all([out.stream.ended, off.stream.ended])).toEqual(['ended', 'ended'])
  expect(await stillOpen(late.stream)).toBe('open')
  await pass(clock, 4)
  expect(await late.stream.ended).toBe('ended')
})

test('a download that is not over yet ends with its key, and is not taken for whole', async () => {
  const clock = createTestClock()
  await using served = await serve({ clock })
  const { store } = served
  // More than sockets hold.
  await store.audit.append(
    Array.from({ length: 100_000 }, (_, index) => ({
      at: 1,
      caller: { kind: 'key' as const, id: '1', name: 'x'.repeat(200) },
      action: 'list.create',
      subject: `list/${index}`,
      outcome: 'done' as const,
      requestId: null,
      address: null,
      detail: {},
    })),
  )
  const { key, headers } = await keyOf(store, 'one', { scopes: ['access:write'] })
  const { statusCode, body } = await request(`${served.url}/api/v1/audit`, {
    headers: { ...headers, accept: 'text/csv' },
  })
  expect(statusCode).toBe(200)
  await served.ask('DELETE', `/api/v1/keys/${key.id}`)
  await pass(clock, 2)
  await expect(body.text()).rejects.toThrow()
})
