import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { csvLine } from '../../../app/http/reply/csv.ts'
import { accepts } from '../../../app/http/request/accept.ts'
import type { DeliveryView } from '../../../engine/engine.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { type Served, serve } from './serve.ts'

const row = (id: number, over: Partial<DeliveryView> = {}): DeliveryView => ({
  publicationId: 1 as PublicationId,
  subscriberId: id as SubscriberId,
  address: `p${id}@example.org`,
  channel: 'smtp',
  chunk: 0,
  state: 'sent',
  attempt: 1,
  uncertain: 0,
  dueAt: null,
  code: '250',
  detail: null,
  picks: [{ itemId: 7, title: 'One', url: 'https://example.org/1', reason: 'because you follow Security' }],
  updatedAt: 1_800_000_000_000,
  ...over,
})

let served: Served
beforeEach(async () => {
  served = await serve()
  await served.ask('POST', '/api/v1/campaigns', {
    name: 'monday',
    title: 'Monday',
    template: 'plain',
    sender: { address: 'news@example.org' },
    lists: ['daily'],
  })
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

const deliveries = (accept: string, query = '') =>
  served.ask<{ data: object[]; next: string | null }>(
    'GET',
    `/api/v1/campaigns/monday/deliveries${query}`,
    undefined,
    { accept },
  )

test('reasons are counted over all letters of a state, and none but those that have one', async () => {
  served.engine.rows = [
    row(1),
    row(2, { state: 'failed', code: '550', detail: 'No such user' }),
    row(3, { state: 'failed', code: '550', detail: 'Unknown' }),
  ]
  const ask = (query = '') => served.ask('GET', `/api/v1/campaigns/monday/reasons${query}`)
  expect((await ask()).json).toEqual({ data: [{ code: '550', count: 2, example: 'No such user' }] })
  expect((await ask('?state=skipped')).json).toEqual({ data: [] })
  expect((await ask('?state=sent')).status).toBe(400)
  expect((await served.ask('GET', '/api/v1/campaigns/nope/reasons')).status).toBe(404)
})

describe('deliveries', () => {
  test('come in pages as JSON, with what was in each letter and why', async () => {
    served.engine.rows = [row(1), row(2), row(3, { state: 'failed', code: '550 5.1.1' })]
    const first = await deliveries('application/json', '?limit=2')
    expect(first.json.data[0]).toMatchObject({
      address: 'p1@example.org',
      picks: [{ reason: 'because you follow Security' }],
    })
    const rest = await deliveries('*/*', `?limit=2&after=${first.json.next}`)
    expect(rest.json).toMatchObject({ data: [{ subscriberId: 3 }], next: null })
    expect((await deliveries('*/*', '?state=failed')).json.data).toHaveLength(1)
  })

  test('stream out whole, page by page, as NDJSON', async () => {
    served.engine.rows = Array.from({ length: 2500 }, (_, index) => row(index + 1))
    const { text, headers } = await deliveries('application/x-ndjson')
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as DeliveryView).subscriberId)
    expect(ids).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1))
    expect(headers.get('content-disposition')).toBe('attachment; filename="monday-deliveries.ndjson"')
  })

  test('stream out as CSV in which no cell starts a formula', async () => {
    served.engine.rows = [
      row(1, { detail: '=HYPERLINK("http://evil.example","x")', address: '+1@example.org', code: null }),
      row(2, { detail: 'a "quoted", line\nbreak', state: 'failed' }),
    ]
    const { text, headers } = await deliveries('text/csv')
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const [header, first, second] = parse(text) as string[][]
    const cell = (cells: string[] | undefined, name: string) => cells![header!.indexOf(name)]
    expect(cell(first, 'detail')).toBe('\'=HYPERLINK("http://evil.example","x")')
    expect(cell(first, 'address')).toBe("'+1@example.org")
    expect(cell(first, 'code')).toBe('')
    expect(cell(second, 'detail')).toBe('a "quoted", line\nbreak')
    expect(cell(second, 'updatedAt')).toBe('2027-01-15T08:00:00.000Z')
  })

  test('of a campaign that is not there are refused before anything is sent', async () => {
    const answer = await served.ask('GET', '/api/v1/campaigns/nope/deliveries', undefined, {
      accept: 'text/csv',
    })
    expect(answer.json).toMatchObject({ code: 'E_NOT_FOUND' })
  })

  test('are cut off, not ended, when reading fails in the middle', async () => {
    served.engine.rows = Array.from({ length: 2500 }, (_, index) => row(index + 1))
    const { campaigns } = served.engine
    const read = campaigns.deliveries.bind(campaigns)
    campaigns.deliveries = async (id, query) => {
      if (query.after >= 2000) throw new Error('lost')
      return read(id, query)
    }
    await expect(deliveries('application/x-ndjson')).rejects.toThrow()
    expect((await served.ask('GET', '/readyz')).status).toBe(200)
  })
})

test('a cell of CSV reads back as it was, but for the mark before a formula', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 4 }),
      (cells) => {
        const [found] = parse(csvLine(['x', ...cells]), { bom: false }) as string[][]
        for (const [index, cell] of cells.entries()) {
          const back = found![index + 1]!
          expect([cell, `'${cell}`]).toContain(back)
          expect(back).not.toMatch(/^\s*[=+\-@|\t\r\n]/)
        }
      },
    ),
  )
})

test.each([
  [undefined, null],
  ['*/*', null],
  ['application/json, text/csv;q=0.5', null],
  ['text/csv', 'text/csv'],
  ['application/x-ndjson;q=0.2, text/csv;q=0.9', 'text/csv'],
  ['text/csv;q=0', null],
])('Accept: %s asks for %s', (header, type) => {
  expect(accepts(header, ['application/x-ndjson', 'text/csv'])).toBe(type)
})
