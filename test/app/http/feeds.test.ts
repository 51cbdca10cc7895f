import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Served, serve } from './serve.ts'

interface FeedBody {
  readonly id: number
  readonly version: number
  readonly name: string
  readonly state: object | null
}

let served: Served
beforeEach(async () => {
  served = await serve()
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

const harbour = {
  name: 'harbour',
  url: 'https://harbour.example/feed',
  topics: ['news'],
  categoryMap: { 'IT-Sicherheit': 'security' },
  keywordRules: [{ topic: 'sea', words: ['port'] }],
}
const make = (body: object = harbour) => served.ask<FeedBody>('POST', '/api/v1/feeds', body)

describe('feeds', () => {
  test('are made, listed, read, replaced and removed', async () => {
    const made = await make()
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      ...harbour,
      title: '',
      keywordRules: [{ topic: 'sea', words: ['port'], in: 'any' }],
      language: null,
      enabled: true,
      minIntervalMs: null,
      version: 1,
      state: null,
    })
    const list = await served.ask<{ data: FeedBody[] }>('GET', '/api/v1/feeds')
    expect(list.json.data).toEqual([made.json])
    expect((await served.ask('GET', '/api/v1/feeds/harbour')).json).toEqual(made.json)

    const path = `/api/v1/feeds/${made.json.id}`
    const put = await served.ask('PUT', `${path}?version=1`, { ...harbour, title: 'Harbour', enabled: false })
    expect(put.json).toMatchObject({ title: 'Harbour', enabled: false, version: 2 })
    expect((await served.ask('PUT', `${path}?version=1`, harbour)).json).toMatchObject({
      code: 'E_CONFLICT',
    })
    expect((await served.ask('DELETE', path)).status).toBe(204)
    expect((await served.ask('GET', path)).json).toMatchObject({ code: 'E_NOT_FOUND', status: 404 })
  })

  test('have a name of their own', async () => {
    await make()
    expect((await make()).json).toMatchObject({ code: 'E_EXISTS', status: 409 })
  })

  test.each([
    ['url', { url: 'ftp://harbour.example/feed' }],
    ['url', { url: 'file:///etc/passwd' }],
    ['name', { name: 'Har bour' }],
    ['topics[0]', { topics: ['Not a topic'] }],
    ['keywordRules[0].words', { keywordRules: [{ topic: 'sea', words: [] }] }],
    ['maxIntervalMs', { minIntervalMs: 120_000, maxIntervalMs: 60_000 }],
    ['minIntervalMs', { minIntervalMs: 59_999 }],
  ])('say what is wrong with %s: %j', async (path, wrong) => {
    expect((await make({ ...harbour, ...wrong })).json).toMatchObject({
      code: 'E_INPUT',
      status: 400,
      issues: [{ path }],
    })
  })

  test('that cannot be read say so, and when they are tried again', async () => {
    await make()
    const read = await served.ask('POST', '/api/v1/feeds/harbour/fetch')
    expect(read.status).toBe(200)
    expect(read.json).toMatchObject({
      outcome: { kind: 'failed', code: 'connection' },
      state: { failures: 1, nextAt: expect.any(Number) },
    })
    expect((await served.ask('GET', '/api/v1/feeds/harbour')).json).toMatchObject({
      state: { failures: 1, lastError: expect.stringContaining('no way to fetch') },
    })
    expect((await served.ask('POST', '/api/v1/feeds/nope/fetch')).json).toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })

  test('with a new address begin anew', async () => {
    const { id } = (await make()).json
    await served.ask('POST', '/api/v1/feeds/harbour/fetch')
    const moved = await served.ask('PUT', `/api/v1/feeds/${id}?version=1`, {
      ...harbour,
      url: 'https://harbour.example/new',
    })
    expect(moved.json).toMatchObject({ state: null })
  })

  test('that cannot be read have no preview', async () => {
    const preview = await served.ask('POST', '/api/v1/feeds/preview', { url: harbour.url })
    expect(preview.json).toMatchObject({
      code: 'E_FETCH',
      detail: expect.stringContaining('https://harbour.example/feed was not asked'),
    })
    expect((await served.ask('POST', '/api/v1/feeds/preview', harbour)).json).toMatchObject({
      code: 'E_INPUT',
    })
    expect((await served.ask<{ data: unknown[] }>('GET', '/api/v1/feeds')).json.data).toEqual([])
  })
})
