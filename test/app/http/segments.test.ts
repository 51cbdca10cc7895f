import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Served, serve } from './serve.ts'

let served: Served
beforeEach(async () => {
  served = await serve()
  await served.ask('POST', '/api/v1/lists', { name: 'vip', title: 'VIP' })
  for (let n = 0; n < 6; n += 1)
    await served.ask('POST', '/api/v1/subscribers', {
      address: `p${n}@example.org`,
      attributes: { country: n < 4 ? 'DE' : 'US', n },
      lists: n % 2 === 0 ? ['vip'] : [],
    })
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

const make = (rule: unknown, name = 'german') =>
  served.ask<{ rule: string; tree: object; version: number }>('POST', '/api/v1/segments', {
    name,
    title: 'German',
    rule,
  })
const count = (body: object) => served.ask('POST', '/api/v1/segments/count', body)

describe('segments', () => {
  test('need not be kept to look for people by a rule, together with one that is', async () => {
    await make('list:vip', 'vips')
    const asked = async (query: string) =>
      served.ask<{ data: { address: string }[]; code?: string; issues?: unknown }>(
        'GET',
        `/api/v1/subscribers?${query}`,
      )
    const rule = encodeURIComponent('attr.country = "US"')
    const found = await asked(`rule=${rule}`)
    expect(found.json.data.map(({ address }) => address)).toEqual(['p4@example.org', 'p5@example.org'])
    const both = await asked(`segment=vips&rule=${rule}`)
    expect(both.json.data.map(({ address }) => address)).toEqual(['p4@example.org'])
    expect((await asked('rule=atr.x')).json).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'rule', message: expect.stringMatching(/Did you mean "attr"/) }],
    })
  })

  test('are kept as text and as data, whichever of the two came', async () => {
    const made = await make("attr.country == 'DE'  and not list:vip")
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      rule: 'attr.country = "DE" and not list:vip',
      tree: { is: 'and' },
      version: 1,
    })
    const again = await make(made.json.tree, 'copy')
    expect(again.json).toMatchObject({ rule: made.json.rule, tree: made.json.tree })
    const shown = await served.ask('GET', '/api/v1/segments/german')
    expect(shown.json).toMatchObject({ name: 'german', rule: made.json.rule })
    const put = await served.ask('PUT', '/api/v1/segments/german?version=1', {
      name: 'german',
      title: 'G',
      rule: 'everyone',
    })
    expect(put.json).toMatchObject({ rule: 'everyone', version: 2 })
    expect((await served.ask('DELETE', '/api/v1/segments/german')).status).toBe(204)
  })

  test('with a wrong rule are refused, with the place', async () => {
    expect((await make('atr.country = "DE"')).json).toMatchObject({
      code: 'E_INPUT',
      issues: [
        {
          path: 'rule',
          message: expect.stringMatching(/line 1, column 1: .*Did you mean "attr"\?\n {2}atr/),
        },
      ],
    })
    expect((await make('list:vipp')).json).toMatchObject({
      code: 'E_INPUT',
      issues: [
        {
          path: 'rule',
          message: expect.stringContaining(
            'line 1, column 6: There is no list named "vipp". Did you mean "vip"?',
          ),
        },
      ],
    })
    expect((await make({ is: 'not', rule: { is: 'x' } })).json).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'rule.rule.is' }],
    })
    expect((await make({ is: 'everyone', constructor: 1 })).status).toBe(400)
    let deep: object = { is: 'everyone' }
    for (let i = 0; i < 15; i += 1) deep = { is: 'not', rule: deep }
    expect((await make(deep)).status).toBe(400)
  })

  test('are counted by name and by rule, and so is an audience', async () => {
    await make('attr.country = "DE"')
    const exactly = (n: number) => ({ count: n, exact: true, margin: 0 })
    expect((await served.ask('GET', '/api/v1/segments/german/count')).json).toEqual(exactly(4))
    expect((await count({ rule: 'attr.n >= 3' })).json).toEqual(exactly(3))
    expect((await count({ rule: { is: 'everyone' } })).json).toEqual(exactly(6))
    expect((await count({ lists: ['vip'], rule: 'attr.n >= 3' })).json).toEqual(exactly(1))
    expect((await count({ lists: ['vip'], segments: ['german'] })).json).toEqual(exactly(5))
    expect((await count({ segments: ['german'], excludeLists: ['vip'] })).json).toEqual(exactly(2))
    expect((await count({})).json).toMatchObject({ code: 'E_INPUT', issues: [{ path: 'rule' }] })
    expect((await count({ segments: ['germann'], rule: 'x' })).json).toMatchObject({
      code: 'E_INPUT',
      issues: [
        { path: 'segments[0]', message: 'There is no segment named "germann". Did you mean "german"?' },
        { path: 'rule' },
      ],
    })
    expect((await served.ask('GET', '/api/v1/segments/nope/count')).status).toBe(404)
    expect((await served.ask('GET', '/api/v1/segments/german/count?budgetMs=6000')).status).toBe(400)
  })

  test('are checked without being kept', async () => {
    const check = (rule: unknown) => served.ask('POST', '/api/v1/segments/check', { rule })
    expect((await check('sent')).json).toMatchObject({
      ok: true,
      rule: 'received',
      tree: { is: 'event' },
      problems: [],
    })
    expect((await check('list:vip\nand list:b')).json).toMatchObject({
      ok: false,
      rule: null,
      problems: [{ line: 2, column: 10, length: 1, shown: expect.stringContaining('^') }],
    })
    expect((await served.ask<{ data: unknown[] }>('GET', '/api/v1/segments')).json.data).toEqual([])
  })

  test('narrow the page of subscribers', async () => {
    await make('attr.n in (1, 4)')
    const page = await served.ask<{ data: { address: string }[] }>(
      'GET',
      '/api/v1/subscribers?segment=german',
    )
    expect(page.json.data.map(({ address }) => address)).toEqual(['p1@example.org', 'p4@example.org'])
    const both = await served.ask<{ data: object[] }>('GET', '/api/v1/subscribers?segment=german&list=vip')
    expect(both.json.data).toHaveLength(1)
    expect((await served.ask('GET', '/api/v1/subscribers?segment=nope')).json).toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })
})
