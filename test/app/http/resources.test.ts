import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyOf } from './access/callers.ts'
import { type Served, serve } from './serve.ts'

interface Page {
  data: { id: number; name: string }[]
  next: string | null
}

let served: Served
beforeEach(async () => {
  served = await serve()
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

const list = (name: string) =>
  served.ask<{ id: number }>('POST', '/api/v1/lists', { name, title: name.toUpperCase() })

describe('pages', () => {
  test('follow each other by their cursor until the end, with each row once', async () => {
    for (let index = 0; index < 7; index++) await list(`l${index}`)
    const names: string[] = []
    let after = ''
    for (let pages = 0; pages < 10; pages++) {
      const { data, next } = (await served.ask<Page>('GET', `/api/v1/lists?limit=3${after}`)).json
      names.push(...data.map(({ name }) => name))
      if (next === null) break
      expect(next).toMatch(/^[\w-]+$/)
      after = `&after=${next}`
    }
    expect(names).toEqual(['l0', 'l1', 'l2', 'l3', 'l4', 'l5', 'l6'])
  })
})

describe('a kept document', () => {
  test('is found by id and by name, and a name of digits by both', async () => {
    const { id } = (await list('daily')).json
    const digits = await list('2026')
    expect((await served.ask('GET', '/api/v1/lists/daily')).json).toMatchObject({ id, title: 'DAILY' })
    expect((await served.ask('GET', `/api/v1/lists/${id}`)).json).toMatchObject({ name: 'daily' })
    expect((await served.ask('GET', '/api/v1/lists/2026')).json).toMatchObject({ id: digits.json.id })
  })

  test('is replaced only by who names its present version', async () => {
    const made = await list('daily')
    expect(made.headers.get('etag')).toBe('"1"')
    const put = (query: string, headers = {}) =>
      served.ask('PUT', `/api/v1/lists/daily${query}`, { name: 'daily', title: 'New' }, headers)
    expect((await put('')).json).toMatchObject({ code: 'E_INPUT', issues: [{ path: 'header.if-match' }] })
    expect((await put('', { 'if-match': '"1"' })).json).toMatchObject({ title: 'New', version: 2 })
    expect((await put('', { 'if-match': '"1"' })).json).toMatchObject({ code: 'E_CONFLICT', status: 409 })
    expect((await put('?version=2')).json).toMatchObject({ version: 3 })
    const any = await put('', { 'if-match': '*' })
    expect(any.json).toMatchObject({ version: 4 })
    expect(any.headers.get('etag')).toBe('"4"')
  })

  test('is removed once', async () => {
    await list('daily')
    const gone = await served.ask('DELETE', '/api/v1/lists/daily')
    expect([gone.status, gone.text]).toEqual([204, ''])
    expect((await served.ask('DELETE', '/api/v1/lists/daily')).json).toMatchObject({ code: 'E_NOT_FOUND' })
  })

  test('has a name of its own', async () => {
    await list('daily')
    expect((await list('daily')).json).toMatchObject({ code: 'E_EXISTS', status: 409 })
  })
})

describe('subscribers', () => {
  const person = {
    address: 'Ada@Example.org',
    name: 'Ada',
    attributes: { plan: 'gold' },
    topics: { security: 0.8 },
  }

  test('are created once and then updated; fields left out stay', async () => {
    await list('daily')
    const made = await served.ask<{ id: number }>('POST', '/api/v1/subscribers', {
      ...person,
      lists: ['daily'],
    })
    expect(made.status).toBe(201)
    const again = await served.ask('POST', '/api/v1/subscribers', {
      address: 'ada@example.org',
      attributes: { seats: 3 },
    })
    expect(again.status).toBe(200)
    expect(again.json).toMatchObject({
      id: made.json.id,
      name: 'Ada',
      attributes: { plan: 'gold', seats: 3 },
    })
    const memberships = await served.ask('GET', `/api/v1/subscribers/${made.json.id}/memberships`)
    expect(memberships.json).toMatchObject({ data: [{ list: 'daily', membership: 'active' }] })
  })

  test('have items chosen for them, each with its reason, until they are erased', async () => {
    const { id } = (await served.ask<{ id: number }>('POST', '/api/v1/subscribers', person)).json
    const items = ['climate', 'security'].map((topic) => ({
      title: `About ${topic}`,
      url: `https://news.example/${topic}`,
      topics: [topic],
    }))
    await served.ask('POST', '/api/v1/items', items)
    const picks = () => served.ask('GET', `/api/v1/subscribers/${id}/picks`)
    expect((await picks()).json).toMatchObject({
      data: [
        {
          title: 'About security',
          url: 'https://news.example/security',
          reason: 'because you follow security',
        },
        { title: 'About climate', reason: 'new' },
      ],
    })
    await served.ask('POST', `/api/v1/subscribers/${id}/erase`)
    expect((await picks()).json).toMatchObject({ code: 'E_NOT_FOUND' })
    expect((await served.ask('GET', '/api/v1/subscribers/99/picks')).status).toBe(404)
  })

  test('are found by address, by list, by status and by a part of the name', async () => {
    await list('daily')
    await served.ask('POST', '/api/v1/subscribers', { ...person, lists: ['daily'] })
    await served.ask('POST', '/api/v1/subscribers', { address: 'bob@example.org', status: 'unconfirmed' })
    expect(
      (await served.ask('GET', '/api/v1/subscribers/by-address?address=ADA@example.org')).json,
    ).toMatchObject({ name: 'Ada' })
    const found = async (query: string) =>
      (
        await served.ask<{ data: { address: string }[] }>('GET', `/api/v1/subscribers?${query}`)
      ).json.data.map(({ address }) => address)
    expect(await found('list=daily')).toEqual(['ada@example.org'])
    expect(await found('status=unconfirmed')).toEqual(['bob@example.org'])
    expect(await found('search=BOB')).toEqual(['bob@example.org'])
    expect((await served.ask('GET', '/api/v1/subscribers?list=nope')).json).toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })

  test('leave by their own word, and only the operator brings them back', async () => {
    await list('daily')
    await list('weekly')
    const { id } = (
      await served.ask<{ id: number }>('POST', '/api/v1/subscribers', {
        ...person,
        lists: ['daily', 'weekly'],
      })
    ).json
    const leave = (body: object) => served.ask('POST', `/api/v1/subscribers/${id}/leave`, body)
    expect((await leave({ lists: ['daily'] })).json).toEqual({ changed: true })
    expect((await leave({ lists: ['daily'] })).json).toEqual({ changed: false })
    expect((await leave({ all: true })).json).toEqual({ changed: true })
    expect((await leave({ all: true, lists: ['daily'] })).json).toMatchObject({ code: 'E_INPUT' })
    const imported = await served.ask('POST', '/api/v1/subscribers', {
      address: person.address,
      status: 'active',
      name: 'Ada L.',
    })
    expect(imported.json).toMatchObject({ status: 'unsubscribed', name: 'Ada L.' })
    const patched = await served.ask('PATCH', `/api/v1/subscribers/${id}`, {
      status: 'active',
      topics: { markets: 1 },
    })
    expect(patched.json).toMatchObject({
      status: 'active',
      name: 'Ada L.',
      topics: { security: 0.8, markets: 1 },
    })
  })
})

describe('items, suppressions, templates', () => {
  test('items are put in one by one or by the thousand, and found by topic', async () => {
    const one = { title: 'One', url: 'https://example.org/1', topics: ['security'] }
    expect((await served.ask('POST', '/api/v1/items', one)).json).toMatchObject({ created: 1 })
    const many = Array.from({ length: 1000 }, (_, index) => ({
      title: 'x',
      url: `https://example.org/${index}`,
    }))
    expect((await served.ask('POST', '/api/v1/items', many)).json).toMatchObject({ created: 999, updated: 1 })
    expect((await served.ask('POST', '/api/v1/items', [...many, ...many])).json).toMatchObject({
      code: 'E_INPUT',
    })
    await served.ask('POST', '/api/v1/items', one)
    const [first] = (await served.ask<Page>('GET', '/api/v1/items?order=newest&limit=1')).json.data
    expect(first).toMatchObject({ url: 'https://example.org/999' })
    expect((await served.ask<Page>('GET', '/api/v1/items?search=org/77&limit=3')).json.data).toMatchObject(
      ['77', '770', '771'].map((end) => ({ url: `https://example.org/${end}` })),
    )
    expect((await served.ask('GET', '/api/v1/items/topics')).json).toEqual({
      data: [{ topic: 'security', items: 1 }],
    })
    const { data } = (await served.ask<Page>('GET', '/api/v1/items?topic=security')).json
    expect(data).toHaveLength(1)
    expect((await served.ask('GET', `/api/v1/items/${data[0]!.id}`)).json).toMatchObject({ title: 'One' })
    expect((await served.ask('DELETE', `/api/v1/items/${data[0]!.id}`)).status).toBe(204)
    expect((await served.ask('GET', `/api/v1/items/${data[0]!.id}`)).status).toBe(404)
  })

  test('many people join a list at once, but for who left it', async () => {
    await list('daily')
    const ids: number[] = []
    for (const name of ['a', 'b', 'c']) {
      const made = await served.ask<{ id: number }>('POST', '/api/v1/subscribers', {
        address: `${name}@example.org`,
        lists: name === 'c' ? ['daily'] : [],
      })
      ids.push(made.json.id)
    }
    await served.ask('POST', `/api/v1/subscribers/${ids[2]}/leave`, { lists: ['daily'] })
    const join = () => served.ask('POST', '/api/v1/lists/daily/members', { ids: [...ids, 999] })
    expect((await join()).json).toEqual({ joined: 2, unchanged: 2 })
    expect((await join()).json).toEqual({ joined: 0, unchanged: 4 })
    expect(await served.store.subscribers.count({})).toBe(3)
    const left = await served.ask('GET', `/api/v1/subscribers/${ids[2]}/memberships`)
    expect(left.json).toMatchObject({ data: [{ list: 'daily', membership: 'unsubscribed' }] })
    expect((await served.ask('POST', '/api/v1/lists/nothing/members', { ids })).json).toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })

  test('suppressions are found by a part of their address, whatever its case', async () => {
    const entries = ['ann@example.org', 'bob@example.com'].map((address) => ({ address }))
    await served.ask('POST', '/api/v1/suppressions', entries)
    const found = await served.ask('GET', '/api/v1/suppressions?search=EXAMPLE.C')
    expect(found.json).toMatchObject({ data: [{ address: 'bob@example.com' }], next: null })
  })

  test('suppressions are added once and lifted by address in any spelling', async () => {
    expect((await served.ask('POST', '/api/v1/suppressions', { address: 'A@Example.org' })).json).toEqual({
      added: 1,
    })
    const both = [{ address: 'a@example.org', reason: 'bounce' }, { address: 'b@example.org' }]
    expect((await served.ask('POST', '/api/v1/suppressions', both)).json).toEqual({ added: 1 })
    expect((await served.ask('GET', '/api/v1/suppressions')).json).toMatchObject({
      data: [{ address: 'a@example.org', reason: 'manual' }, { address: 'b@example.org' }],
    })
    expect((await served.ask('DELETE', '/api/v1/suppressions/a%40EXAMPLE.org')).status).toBe(204)
    expect((await served.ask('DELETE', '/api/v1/suppressions/a@example.org')).status).toBe(404)
  })

  test('a template is checked without being kept', async () => {
    const checked = await served.ask('POST', '/api/v1/templates/check', { name: 'a', body: 'x\n{% nope %}' })
    expect(checked.json).toMatchObject({
      problems: [{ line: 2, part: 'body', message: 'unknown tag "nope"' }],
    })
    expect((await served.ask('GET', '/api/v1/templates')).json).toEqual({ data: [], next: null })
  })

  test('a template is previewed without being kept', async () => {
    const template = { name: 'a', subject: 'Hello', body: '<p>x</p>' }
    expect((await served.ask('POST', '/api/v1/templates/preview', { template })).json).toMatchObject({
      to: 'reader@example.com',
      subject: 'Hello',
      html: '<p>x</p>',
    })
    const address = 'Ada@Example.org'
    expect((await served.ask('POST', '/api/v1/templates/preview', { template, address })).json).toMatchObject(
      { to: 'ada@example.org' },
    )
    const { headers } = await keyOf(served.store, 'content-only', { scopes: ['content:read'] })
    const ask = (body: object) => served.ask('POST', '/api/v1/templates/preview', body, headers)
    expect((await ask({ template })).status).toBe(200)
    expect((await ask({ template, address })).json).toMatchObject({ code: 'E_FORBIDDEN' })
    expect((await served.ask('GET', '/api/v1/templates')).json).toEqual({ data: [], next: null })
  })

  test('a template may be larger than other bodies', async () => {
    const body = 'x'.repeat(490_000)
    const variants = { de: { body, text: body } }
    expect((await served.ask('POST', '/api/v1/templates', { name: 'a', body, variants })).status).toBe(201)
  })
})

describe('campaigns', () => {
  const campaign = {
    name: 'monday',
    title: 'Monday',
    template: 'plain',
    sender: { address: 'News@Example.org', name: 'News' },
    lists: ['daily'],
  }
  const act = (verb: string, body?: unknown, headers = {}) =>
    served.ask('POST', `/api/v1/campaigns/monday/${verb}`, body, headers)

  test('are made, changed and removed as drafts', async () => {
    const made = await served.ask('POST', '/api/v1/campaigns', campaign)
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      state: 'draft',
      sender: { address: 'news@example.org', replyTo: null },
      selection: { count: 8 },
    })
    const put = await served.ask('PUT', '/api/v1/campaigns/monday?version=1', {
      ...campaign,
      data: { deep: [{ a: [1] }] },
    })
    expect(put.json).toMatchObject({ data: { deep: [{ a: [1] }] }, version: 2 })
    expect((await served.ask('GET', '/api/v1/campaigns?state=draft')).json).toMatchObject({
      data: [{ name: 'monday' }],
    })
    await served.ask('POST', '/api/v1/campaigns', { ...campaign, name: 'tuesday', title: 'The 100% edition' })
    const found = async (query: string) => (await served.ask<Page>('GET', `/api/v1/campaigns?${query}`)).json
    const newest = await found('order=newest&limit=1')
    expect(newest.data).toMatchObject([{ name: 'tuesday' }])
    expect((await found(`order=newest&limit=1&after=${newest.next}`)).data).toMatchObject([
      { name: 'monday' },
    ])
    expect((await found('search=DAY')).data).toMatchObject([{ name: 'monday' }, { name: 'tuesday' }])
    expect((await found('search=100%25%20ed')).data).toMatchObject([{ name: 'tuesday' }])
    expect(await found('search=%20')).toMatchObject({ code: 'E_INPUT' })
    expect((await served.ask('DELETE', '/api/v1/campaigns/monday')).status).toBe(204)
    expect((await served.ask('GET', '/api/v1/campaigns/monday')).status).toBe(404)
  })

  test('obey commands, and say when one is not possible', async () => {
    await served.ask('POST', '/api/v1/campaigns', campaign)
    expect((await act('schedule', { at: 1_900_000_000_000 })).json).toMatchObject({
      state: 'scheduled',
      scheduledAt: 1_900_000_000_000,
    })
    expect((await act('start')).json).toMatchObject({ state: 'running' })
    expect((await act('pause', { reason: 'typo' })).json).toMatchObject({ state: 'paused', reason: 'typo' })
    expect((await act('resume', undefined, { 'content-type': 'application/json' })).json).toMatchObject({
      state: 'running',
    })
    expect((await act('resume')).json).toMatchObject({ code: 'E_STATE', status: 409 })
    expect((await act('cancel')).json).toMatchObject({ state: 'cancelled' })
    expect((await act('start', { hurry: true })).json).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'hurry' }],
    })
    expect((await served.ask('DELETE', '/api/v1/campaigns/monday')).json).toMatchObject({ code: 'E_STATE' })
    expect((await act('retry')).json).toEqual({ retried: 1 })
    expect((await act('retry', { alsoUnknown: true })).json).toEqual({ retried: 2 })
    expect((await act('preview', { address: 'X@Example.org' })).json).toMatchObject({
      to: 'x@example.org',
      subject: 'Hello',
    })
    const draft = { campaign: { ...campaign, subject: 'Being written' } }
    expect((await act('preview', { address: 'x@example.org', draft })).json).toMatchObject({
      subject: 'Being written',
    })
    expect((await act('preview', { address: 'x@example.org', draft: { campaign: {} } })).json).toMatchObject({
      code: 'E_INPUT',
    })
    expect(
      (await served.ask('POST', '/api/v1/publications/7/preview', { address: 'x@example.org' })).json,
    ).toMatchObject({ code: 'E_NOT_FOUND' })
    expect((await act('test', { addresses: ['a@example.org'] })).json).toMatchObject({
      results: [{ status: 'sent' }],
    })
    expect((await served.ask('GET', '/api/v1/campaigns/monday/progress')).json).toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })

  test('answer a preflight as a report, or as lines with progress', async () => {
    await served.ask('POST', '/api/v1/campaigns', campaign)
    expect((await act('preflight')).json).toMatchObject({ audience: 3, ok: 3, failures: [] })
    const lines = await act('preflight', undefined, { accept: 'application/x-ndjson' })
    expect(lines.headers.get('content-type')).toMatch(/^application\/x-ndjson/)
    const parsed = lines.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(parsed.at(0)).toMatchObject({ type: 'progress', audience: 3 })
    expect(parsed.at(-1)).toMatchObject({ type: 'result', ok: 3 })
  })
})

describe('around the API', () => {
  test('metrics time requests by route, not by id', async () => {
    await list('daily')
    await served.ask('GET', '/api/v1/lists/daily')
    const { text } = await served.ask('GET', '/metrics')
    expect(text).toContain(
      'broadsheet_http_request_seconds_count{method="GET",route="/api/v1/lists/:idOrName"} 1',
    )
    expect(text).toContain(
      'broadsheet_http_requests_total{method="GET",route="/api/v1/lists/:idOrName",status="200"} 1',
    )
    expect(text).toContain('process_cpu_seconds_total')
    expect(text).not.toContain('lists/daily')
  })

  test('answers are not cached, framed, sniffed or run', async () => {
    const { headers } = await served.ask('GET', '/api/v1/lists')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'")
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    // Those that are refused, too.
    const refused = await fetch(`${served.url}/api/v1/lists`)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('publications and events are listed', async () => {
    expect((await served.ask('GET', '/api/v1/publications?campaign=1')).json).toEqual({
      data: [],
      next: null,
    })
    expect((await served.ask('GET', '/api/v1/publications/1')).status).toBe(404)
    expect((await served.ask('GET', '/api/v1/events?publication=1&subscriber=2&type=sent')).json).toEqual({
      data: [],
      next: null,
    })
    expect((await served.ask('GET', '/api/v1/channels')).json).toMatchObject({
      data: [{ name: 'smtp', state: 'closed' }],
    })
    expect((await served.ask('POST', '/api/v1/channels/smtp/probe')).json).toEqual({
      ok: true,
      detail: '220 ready',
    })
  })
})
