import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Served, serve } from './serve.ts'

interface Person {
  id: number
  status: string
}
interface Consents {
  data: { kind: string; source: string; words: string | null; origin: string | null; ip: string | null }[]
  next: string | null
}

const address = 'ada@example.org'
let served: Served
beforeEach(async () => {
  served = await serve()
  await served.ask('POST', '/api/v1/lists', { name: 'plain', title: 'Plain' })
  await served.ask('POST', '/api/v1/lists', { name: 'asks', title: 'Asks', optIn: 'double' })
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

const post = <T = unknown>(path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  served.ask<T>('POST', `/api/v1${path}`, body, headers)
const get = <T = unknown>(path: string) => served.ask<T>('GET', `/api/v1${path}`)
const find = async () => (await get<Person>(`/subscribers/by-address?address=${address}`)).json

test('a list says how people opt in, single unless told otherwise', async () => {
  expect((await get('/lists/plain')).json).toMatchObject({ optIn: 'single' })
  expect((await get('/lists/asks')).json).toMatchObject({ optIn: 'double' })
  expect((await post('/lists', { name: 'x', title: 'X', optIn: 'triple' })).json).toMatchObject({
    code: 'E_INPUT',
    issues: [{ path: 'optIn' }],
  })
  expect((await get('/topics')).text).not.toContain('optIn')
})

describe('signing up', () => {
  test('answers by the lists alone, and keeps the proof that it was given', async () => {
    const proof = { source: 'form', ip: '192.0.2.1', origin: 'https://example.org/join', words: 'Yes' }
    const first = await post('/subscriptions', { address, lists: ['plain'], proof })
    expect([first.status, first.json]).toEqual([200, { status: 'active' }])
    const second = await post('/subscriptions', { address, lists: ['plain', 'asks'] })
    expect([second.status, second.json]).toEqual([202, { status: 'pending' }])
    const { id, status } = await find()
    expect(status).toBe('active')
    const { data } = (await get<Consents>(`/subscribers/${id}/consents`)).json
    expect(data).toMatchObject([
      { kind: 'signUp', ...proof },
      { kind: 'ask', source: 'api', ip: null, words: null },
    ])
    const page = (await get<Consents>(`/subscribers/${id}/consents?limit=1`)).json
    expect(page.data).toHaveLength(1)
    expect((await get<Consents>(`/subscribers/${id}/consents?after=${page.next}`)).json.data).toEqual([
      data[1],
    ])
  })

  test('refuses what does not fit, naming it', async () => {
    expect((await post('/subscriptions', { address, lists: ['nope'] })).json).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'lists[0]' }],
    })
    expect((await post('/subscriptions', { address, lists: [] })).status).toBe(400)
    expect(
      (await post('/subscriptions', { address, lists: ['plain'], proof: { ip: 'x' } })).json,
    ).toMatchObject({
      issues: [{ path: 'proof.ip' }],
    })
  })
})

describe('one person', () => {
  beforeEach(async () => {
    await post('/subscriptions', { address, name: 'Ada', lists: ['plain'] })
  })

  test('is paused and resumed, and what is not possible says when it is', async () => {
    const { id } = await find()
    expect((await post<Person>(`/subscribers/${id}/pause`, { words: 'On holiday' })).json.status).toBe(
      'paused',
    )
    expect((await post<Person>(`/subscribers/${id}/resume`)).json.status).toBe('active')
    const cli = { 'user-agent': 'broadsheet-cli' }
    await post(`/subscribers/${id}/leave`, { all: true }, cli)
    expect((await post(`/subscribers/${id}/pause`)).json).toMatchObject({
      code: 'E_STATE',
      detail: expect.stringContaining('possible while active, paused'),
    })
    const { data } = (await get<Consents>(`/subscribers/${id}/consents`)).json
    expect(data.map(({ kind, source, words }) => [kind, source, words])).toEqual([
      ['signUp', 'api', null],
      ['pause', 'api', 'On holiday'],
      ['resume', 'api', null],
      ['unsubscribe', 'cli', null],
    ])
  })

  test('is exported whole, erased once, and not made again by an upsert', async () => {
    const { id } = await find()
    expect((await get(`/subscribers/${id}/data`)).json).toMatchObject({
      subscriber: { address, name: 'Ada' },
      memberships: [{ list: 'plain' }],
      consents: [{ kind: 'signUp' }],
    })
    expect((await post(`/subscribers/${id}/erase`)).json).toEqual({ erased: true })
    expect((await post(`/subscribers/${id}/erase`)).json).toEqual({ erased: false })
    expect((await get(`/subscribers/${id}`)).json).toMatchObject({ status: 'erased', name: null })
    expect((await get(`/subscribers/${id}/data`)).text).not.toContain('ada')
    expect((await post('/subscribers', { address })).json).toMatchObject({ code: 'E_STATE', status: 409 })
    const patch = await served.ask('PATCH', `/api/v1/subscribers/${id}`, { status: 'active' })
    expect(patch.json).toMatchObject({ code: 'E_STATE' })
    expect((await get(`/subscribers/by-address?address=${address}`)).status).toBe(404)
  })

  test.each(['erase', 'pause', 'resume', 'data', 'consents'])('%s of nobody is E_NOT_FOUND', async (what) => {
    const ask = what === 'data' || what === 'consents' ? get : post
    expect((await ask(`/subscribers/4711/${what}`)).json).toMatchObject({ code: 'E_NOT_FOUND' })
  })
})
