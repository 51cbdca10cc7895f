import { expect, test } from 'vitest'
import { type HttpLimits, httpLimitsSchema } from '../../../../app/config/http.ts'
import { serve } from '../serve.ts'

interface Key {
  id: number
  name: string
  secret: string
}

/** One more every thousand seconds: what a test spends does not come back while it runs. */
const slowly = (burst: number) => ({ perSecond: 0.001, burst })
const limits: HttpLimits = httpLimitsSchema.parse({
  perKey: slowly(20),
  alerts: slowly(30),
  perAddress: slowly(5),
  public: slowly(6),
})

test('a caller over its limit gets 429 and when to come back; another caller does not notice', async () => {
  await using served = await serve({ config: { limits } })
  const { secret } = (await served.ask<Key>('POST', '/api/v1/keys', { name: 'other' })).json
  const statuses: number[] = []
  for (let index = 0; index < 25; index++) statuses.push((await served.ask('GET', '/api/v1/lists')).status)
  expect(statuses).toEqual([...Array(19).fill(200), ...Array(6).fill(429)])
  const refused = await served.ask('GET', '/api/v1/lists')
  expect(refused.json).toMatchObject({
    code: 'E_LIMIT',
    status: 429,
    detail: 'More than 0.001 requests a second, and more than 20 at once. Try again in 1000 seconds.',
  })
  expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(Number(refused.headers.get('retry-after'))).toBe(1000)
  expect(refused.headers.get('ratelimit')).toBe('"perKey";r=0;t=20000')
  const other = await served.ask('GET', '/api/v1/lists', undefined, { authorization: `Bearer ${secret}` })
  expect(other.status).toBe(200)
  expect(other.headers.get('ratelimit-policy')).toBe('"perKey";q=20;w=20000')
  expect(other.headers.get('ratelimit')).toBe('"perKey";r=19;t=1000')
})

test('attempts to sign in count for the address, whatever name they are for', async () => {
  const signIn = httpLimitsSchema.parse({ ...limits, public: slowly(100), signIn: slowly(3) })
  await using served = await serve({ config: { limits: signIn } })
  const attempt = (name: string) =>
    served.ask('POST', '/api/v1/access/login', { name, password: 'guessed' }, { authorization: '' })
  const statuses: number[] = []
  for (let index = 0; index < 5; index++) statuses.push((await attempt(`person${index}@example.org`)).status)
  expect(statuses).toEqual([401, 401, 401, 429, 429])
  expect(Number((await attempt('another@example.org')).headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a limit comes back evenly, and never more at once than its burst', async () => {
  let now = 1_000_000
  const clock = { now: () => now, after: () => () => {} }
  const rate = { perSecond: 10, burst: 20 }
  await using served = await serve({ clock, config: { limits: { ...limits, perKey: rate } } })
  const passed = async (tries: number) => {
    let count = 0
    for (let index = 0; index < tries; index++)
      if ((await served.ask('GET', '/api/v1/lists')).status === 200) count++
    return count
  }
  expect(await passed(30)).toBe(20)
  now += 500
  expect(await passed(30)).toBe(5)
  // A window that begins anew would let a second burst through here, right after the first.
  now += 1000
  expect(await passed(30)).toBe(10)
  now += 60_000
  expect(await passed(30)).toBe(20)
})

test('reports of alerts are counted apart, so that nothing else keeps one out', async () => {
  await using served = await serve({ config: { limits } })
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

test('guessed keys and unknown routes count for the address, public pages apart, probes not at all', async () => {
  await using served = await serve({ config: { limits } })
  const guess = (index: number) =>
    served.ask('GET', index % 2 === 0 ? '/api/v1/lists' : '/nothing', undefined, {
      authorization: `Bearer bs_${index}`,
    })
  const statuses: number[] = []
  for (let index = 0; index < 8; index++) statuses.push((await guess(index)).status)
  expect(statuses).toEqual([401, 404, 401, 404, 401, 429, 429, 429])
  const pages: number[] = []
  for (let index = 0; index < 8; index++) pages.push((await fetch(`${served.url}/u/nothing`)).status)
  expect(pages).toEqual([...Array(6).fill(404), 429, 429])
  for (let index = 0; index < 8; index++) expect((await fetch(`${served.url}/livez`)).status).toBe(200)
  expect((await served.ask('GET', '/api/v1/lists')).status).toBe(200)
})
