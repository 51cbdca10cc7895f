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

describe('limits', () => {
  const limits = { perKey: 20, alertsPerKey: 30, perAddress: 5, perLetter: 5, windowMs: 60_000 }

  test('a caller over its limit gets 429 and when to come back; another caller does not notice', async () => {
    await using served = await serve({ config: { rateLimits: limits } })
    const { secret } = (await served.ask<Key>('POST', '/api/v1/keys', { name: 'other' })).json
    const statuses: number[] = []
    for (let index = 0; index < 25; index++) statuses.push((await served.ask('GET', '/api/v1/lists')).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(19)
    const refused = await served.ask('GET', '/api/v1/lists')
    expect(refused.json).toMatchObject({ code: 'E_LIMIT', status: 429 })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const other = await served.ask('GET', '/api/v1/lists', undefined, { authorization: `Bearer ${secret}` })
    expect(other.status).toBe(200)
    expect(other.headers.get('ratelimit-limit')).toBe('20')
    expect(other.headers.get('ratelimit-remaining')).toBe('19')
  })

  test('reports of alerts are counted apart, so that nothing else keeps one out', async () => {
    await using served = await serve({ config: { rateLimits: limits } })
    for (let index = 0; index < 21; index++) await served.ask('GET', '/api/v1/lists')
    expect((await served.ask('GET', '/api/v1/lists')).status).toBe(429)
    // Over both ways in, together.
    const statuses: number[] = []
    for (let index = 0; index < 31; index++)
      statuses.push(
        (await served.ask('POST', index % 2 === 0 ? '/api/v1/alerts' : '/api/v2/alerts', {})).status,
      )
    expect(statuses).toEqual([...Array(30).fill(400), 429])
    expect((await served.ask('GET', '/api/v2/alerts')).status).toBe(429)
  })

  test('guessed keys and unknown routes count for the address, probes do not', async () => {
    await using served = await serve({ config: { rateLimits: limits } })
    const guess = (index: number) =>
      served.ask('GET', index % 2 === 0 ? '/api/v1/lists' : '/nothing', undefined, {
        authorization: `Bearer bs_${index}`,
      })
    const statuses: number[] = []
    for (let index = 0; index < 8; index++) statuses.push((await guess(index)).status)
    expect(statuses).toEqual([401, 404, 401, 404, 401, 429, 429, 429])
    expect((await fetch(`${served.url}/livez`)).status).toBe(200)
    expect((await served.ask('GET', '/api/v1/lists')).status).toBe(200)
  })
})
