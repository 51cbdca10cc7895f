import { describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { serve } from './serve.ts'

const key = { 'idempotency-key': 'order-66' }

describe('a request with an Idempotency-Key', () => {
  test('is done once, and its answer given again', async () => {
    await using served = await serve()
    const first = await served.ask('POST', '/api/v1/lists', { name: 'daily', title: 'Daily' }, key)
    const again = await served.ask('POST', '/api/v1/lists', { name: 'daily', title: 'Daily' }, key)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.text).toBe(first.text)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
  })

  test.each([
    ['another body', 'POST', '/api/v1/lists', { name: 'weekly', title: 'Weekly' }],
    ['another path', 'POST', '/api/v1/topics', { name: 'daily', title: 'Daily' }],
  ])('cannot be used for %s', async (_what, method, path, body) => {
    await using served = await serve()
    await served.ask('POST', '/api/v1/lists', { name: 'daily', title: 'Daily' }, key)
    const other = await served.ask(method, path, body, key)
    expect(other.json).toMatchObject({ status: 409, code: 'E_IDEMPOTENCY' })
    expect((await served.store.lists.page({ after: 0, limit: 10 })).rows).toHaveLength(1)
  })

  test('of two at once, does one; the other is told to come back', async () => {
    const store = openMemoryStore()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let inserting = () => {}
    const begun = new Promise<void>((resolve) => {
      inserting = resolve
    })
    const slow = {
      ...store,
      lists: {
        ...store.lists,
        insert: async (...given: Parameters<typeof store.lists.insert>) => {
          inserting()
          await held
          return store.lists.insert(...given)
        },
      },
    }
    await using served = await serve({ store: slow })
    const body = { name: 'daily', title: 'Daily' }
    const first = served.ask('POST', '/api/v1/lists', body, key)
    await begun
    const second = await served.ask('POST', '/api/v1/lists', body, key)
    expect(second.json).toMatchObject({ status: 409, code: 'E_IDEMPOTENCY' })
    expect(second.headers.get('retry-after')).toBe('1')
    release()
    expect((await first).status).toBe(201)
    expect((await served.ask('POST', '/api/v1/lists', body, key)).status).toBe(201)
  })

  test('of twenty at once, changes something once', async () => {
    await using served = await serve()
    const body = { name: 'daily', title: 'Daily' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => served.ask('POST', '/api/v1/lists', body, key)),
    )
    expect(new Set(answers.map((answer) => answer.status)).isSubsetOf(new Set([201, 409]))).toBe(true)
    for (const answer of answers.filter(({ status }) => status === 409))
      expect(answer.json).toMatchObject({ code: 'E_IDEMPOTENCY' })
    expect((await served.store.lists.page({ after: 0, limit: 10 })).rows).toHaveLength(1)
  })

  test('is free again when it was refused', async () => {
    await using served = await serve()
    const body = { address: 'a@example.org', lists: ['daily'] }
    expect((await served.ask('POST', '/api/v1/subscribers', body, key)).status).toBe(404)
    await served.ask('POST', '/api/v1/lists', { name: 'daily', title: 'Daily' })
    expect((await served.ask('POST', '/api/v1/subscribers', body, key)).status).toBe(201)
  })

  test('keeps no secret: a key is not created by it twice, nor its secret stored', async () => {
    await using served = await serve()
    expect((await served.ask('POST', '/api/v1/keys', { name: 'ci' }, key)).status).toBe(201)
    const again = await served.ask('POST', '/api/v1/keys', { name: 'ci' }, key)
    expect(again.json).toMatchObject({ code: 'E_EXISTS' })
  })

  test('works without a body, and with one that is not JSON it is not looked at', async () => {
    await using served = await serve()
    const probe = () => served.ask('POST', '/api/v1/channels/smtp/probe', undefined, key)
    expect([
      (await probe()).headers.get('idempotency-replayed'),
      (await probe()).headers.get('idempotency-replayed'),
    ]).toEqual([null, 'true'])
    const load = (file: string) =>
      served.ask<{ created: number }>('POST', '/api/v1/subscribers/import', file, {
        ...key,
        'content-type': 'text/csv',
      })
    expect((await load('address\na@example.org\n')).json.created).toBe(1)
    expect((await load('address\nb@example.org\n')).json.created).toBe(1)
  })

  test('must be a plain one', async () => {
    await using served = await serve()
    const answer = await served.ask(
      'POST',
      '/api/v1/lists',
      { name: 'a', title: 'A' },
      { 'idempotency-key': 'a b' },
    )
    expect(answer.json).toMatchObject({ code: 'E_INPUT', issues: [{ path: 'header.idempotency-key' }] })
  })

  test('is forgotten after a day', async () => {
    let now = 1_000_000
    const timers: (() => void)[] = []
    const clock = {
      now: () => now,
      after: (_ms: number, run: () => void) => {
        timers.push(run)
        return () => {}
      },
    }
    await using served = await serve({ clock })
    await served.ask('POST', '/api/v1/lists', { name: 'daily', title: 'Daily' }, key)
    now += 86_400_001
    for (const run of timers.splice(0)) run()
    const later = await served.ask('POST', '/api/v1/lists', { name: 'daily', title: 'Daily' }, key)
    expect(later.json).toMatchObject({ code: 'E_EXISTS' })
  })
})
