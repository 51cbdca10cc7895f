import { describe, expect, test } from 'vitest'
import { serve } from './serve.ts'

interface Key {
  id: number
  name: string
  secret: string
}

describe('API keys', () => {
  test('are shown once, kept as a hash, and open the API until they are removed', async () => {
    await using served = await serve()
    const made = await served.ask<Key>('POST', '/api/v1/keys', { name: 'ci' })
    expect(made.status).toBe(201)
    expect(made.json.secret).toMatch(/^bs_[\w-]{43}$/)
    const [stored] = await served.store.apiKeys.byName(['ci'])
    expect(stored?.hash).toMatch(/^[0-9a-f]{64}$/)

    const list = await served.ask('GET', '/api/v1/keys')
    expect(list.text).not.toContain(made.json.secret)
    expect(list.text).not.toContain(stored!.hash)

    const asKey = { authorization: `Bearer ${made.json.secret}` }
    expect((await served.ask('GET', '/api/v1/lists', undefined, asKey)).status).toBe(200)
    expect((await served.ask('DELETE', `/api/v1/keys/${made.json.id}`)).status).toBe(204)
    expect((await served.ask('GET', '/api/v1/lists', undefined, asKey)).status).toBe(401)
    expect((await served.ask('DELETE', `/api/v1/keys/${made.json.id}`)).status).toBe(404)
  })

  test.each([
    ['no key', undefined],
    ['an empty one', 'Bearer '],
    ['another scheme', 'Basic bGF1bmNoOng='],
    ['a wrong key', 'Bearer bs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['a key that is very long', `Bearer ${'x'.repeat(5000)}`],
    ['the name of a property', 'Bearer __proto__'],
  ])('%s is refused', async (_what, authorization) => {
    await using served = await serve()
    const response = await fetch(
      `${served.url}/api/v1/lists`,
      authorization === undefined ? {} : { headers: { authorization } },
    )
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'E_AUTH' })
  })

  test('another daemon on the same store knows a new key after a second, and forgets it within five', async () => {
    let now = 1_000_000
    const clock = { now: () => now, after: () => () => {} }
    await using one = await serve({ clock })
    await using two = await serve({ clock, store: one.store })
    const wrong = { authorization: 'Bearer bs_wrong' }
    expect((await two.ask('GET', '/api/v1/lists', undefined, wrong)).status).toBe(401)
    const { id, secret } = (await one.ask<Key>('POST', '/api/v1/keys', { name: 'ci' })).json
    const asKey = { authorization: `Bearer ${secret}` }
    now += 1000
    expect((await two.ask('GET', '/api/v1/lists', undefined, asKey)).status).toBe(200)
    await one.ask('DELETE', `/api/v1/keys/${id}`)
    now += 5000
    expect((await two.ask('GET', '/api/v1/lists', undefined, asKey)).status).toBe(401)
  })
})
