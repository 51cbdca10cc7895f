import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { campaignInputSchema } from '../../../../engine/model/campaign.ts'
import type { NewDeliveryEvent } from '../../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { PublicationSpec } from '../../../../engine/model/publication.ts'
import { type Served, serve } from '../serve.ts'

const begun = Date.UTC(2026, 2, 28, 12)
const hourMs = 3_600_000
let now = begun
let served: Served
let id: PublicationId

const addresses = [
  'ada@example.org',
  'bob@example.org',
  'cy@firm.example',
  'di@gmail.com',
  'ed@gmail.com',
  'fay@gmail.com',
]

beforeEach(async () => {
  now = begun
  served = await serve({ clock: { now: () => now, after: () => () => {} } })
  for (const address of addresses)
    await served.ask('POST', '/api/v1/subscribers', { address, language: 'de' })
  id = await publish('weekly')
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

/** A publication whose letters are gone, with two links. */
async function publish(name: string): Promise<PublicationId> {
  const { store } = served
  const campaign = await store.campaigns.insert(
    campaignInputSchema.parse({
      name,
      title: 'Weekly',
      template: 'daily',
      sender: { address: 'n@example.org' },
      lists: ['news'],
    }),
    now,
  )
  const item = {
    id: 7,
    key: 'k7',
    title: '=HYPERLINK("x")',
    url: 'https://news.example/7',
    topics: ['climate'],
  }
  const { publication } = await store.campaigns.start(
    campaign.id,
    campaign.version,
    {
      spec: {
        candidates: [item],
        selection: {},
        campaign: { id: campaign.id, name, title: 'Weekly' },
        bundle: { template: { name: 'daily' } },
      } as unknown as PublicationSpec,
      month: 202603,
    },
    now,
  )
  await store.links.put(publication.id, [
    { key: 'aaaaaaaa', url: 'https://news.example/7', itemId: 7 as never },
    { key: 'bbbbbbbb', url: 'https://news.example/about', itemId: null },
  ])
  return publication.id
}

async function happen(...events: (Partial<NewDeliveryEvent> & { readonly who: number })[]): Promise<void> {
  await served.store.events.append(
    events.map(({ who, ...event }) => ({
      publicationId: id,
      subscriberId: who as SubscriberId,
      channel: 'smtp',
      type: 'sent' as const,
      at: now,
      code: null,
      detail: null,
      ...event,
    })),
  )
  await served.engine.analytics.rebuild()
}
const get = <T = Record<string, unknown>>(path: string) => served.ask<T>('GET', `/api/v1/analytics${path}`)
interface Rows {
  readonly data: readonly Record<string, unknown>[]
  readonly next: string | null
}

describe('a publication', () => {
  test('has a click map with addresses and items, the most clicked by people first', async () => {
    await happen(
      { who: 1, type: 'clicked', class: 'scanner', link: 1 },
      { who: 2, type: 'clicked', class: 'scanner', link: 1 },
      { who: 3, type: 'clicked', class: 'human', link: 0 },
    )
    const { json } = await get<Rows>(`/publications/${id}/links`)
    expect(json.data).toMatchObject([
      {
        index: 0,
        url: 'https://news.example/7',
        item: { id: 7, topics: ['climate'] },
        clicked: { people: { recipients: 1 } },
      },
      { index: 1, item: null, clicked: { people: { recipients: 0 }, all: { recipients: 2, events: 2 } } },
    ])
    const first = await get<Rows>(`/publications/${id}/links?limit=1`)
    expect(first.json.data).toHaveLength(1)
    const rest = await get<Rows>(`/publications/${id}/links?limit=1&after=${first.json.next}`)
    expect(rest.json).toMatchObject({ data: [{ index: 1 }], next: null })
  })

  test('is broken down by domain, provider, language, topic and variant', async () => {
    await happen(
      ...addresses.map((_, i) => ({ who: i + 1 })),
      { who: 4, type: 'opened', class: 'proxy' },
      { who: 5, type: 'clicked', class: 'human', link: 0 },
    )
    const by = async (dimension: string) => (await get<Rows>(`/publications/${id}/by/${dimension}`)).json
    expect((await by('domain')).data).toMatchObject([
      { value: 'gmail.com', sent: 3, opened: { people: { recipients: 1, share: { value: 1 / 3 } } } },
      { value: 'example.org', sent: 2, clicked: { all: { recipients: 0 } } },
      { value: 'firm.example', sent: 1 },
    ])
    expect((await by('provider')).data).toMatchObject([
      { value: 'google', sent: 3 },
      { value: 'other', sent: 3 },
    ])
    expect((await by('language')).data).toMatchObject([{ value: 'de', sent: 6 }])
    expect((await by('topic')).data).toMatchObject([
      { value: 'climate', clicked: { people: { recipients: 1 } } },
    ])
    expect(await by('variant')).toMatchObject({ data: [{ value: '', sent: 6 }], experiment: null })
  })

  test('as CSV has no cell that starts a formula', async () => {
    await happen({ who: 4 }, { who: 4, type: 'clicked', class: 'human', link: 0 })
    const links = await served.ask('GET', `/api/v1/analytics/publications/${id}/links`, undefined, {
      accept: 'text/csv',
    })
    expect(links.headers.get('content-type')).toContain('text/csv')
    expect(links.text).toContain(`"'=HYPERLINK(""x"")"`)
    const domains = await get(`/publications/${id}/by/domain?format=csv`)
    expect(domains.text.split('\r\n')[1]).toMatch(/^gmail\.com,1,0,0,0,/)
    for (const line of (links.text + domains.text).split('\r\n'))
      expect(line.split(',').filter((cell) => /^"?[=+\-@]/.test(cell))).toEqual([])
  })

  test('is refused by name where there is none', async () => {
    for (const path of ['', '/links', '/by/domain', '/timeline'])
      expect((await get(`/publications/99${path}`)).json).toMatchObject({
        code: 'E_NOT_FOUND',
        detail: 'There is no publication 99.',
      })
    expect((await get(`/publications/${id}/by/link`)).status).toBe(400)
    expect((await get('/campaigns/nope')).status).toBe(404)
  })

  test('is one of the runs of its campaign', async () => {
    await happen({ who: 1, type: 'opened', class: 'human' })
    const { json } = await get<Rows>('/campaigns/weekly')
    expect(json).toMatchObject({
      data: [{ publicationId: id, opened: { people: { recipients: 1 } } }],
      next: null,
    })
  })
})

describe('the time line', () => {
  test("is by the hours of a zone's clocks, also in the night when they are turned", async () => {
    await happen(
      // 00:30, 01:30 and 03:30 in Berlin, where 02:30 is left out.
      { who: 1, at: Date.UTC(2026, 2, 28, 23, 30) },
      { who: 2, at: Date.UTC(2026, 2, 29, 0, 30) },
      { who: 3, at: Date.UTC(2026, 2, 29, 1, 30) },
    )
    const { json } = await get<Rows>(
      `/publications/${id}/timeline?from=2026-03-29&to=2026-03-29T04:00&unit=hour&timeZone=Europe/Berlin`,
    )
    expect(json.data.map(({ local, sent }) => [local, sent])).toEqual([
      ['2026-03-29T00:00', 1],
      ['2026-03-29T01:00', 1],
      ['2026-03-29T03:00', 1],
    ])
    const days = await get<Rows>('/timeline?from=2026-03-28&to=2026-03-31&unit=day&timeZone=Europe/Berlin')
    expect(days.json.data.map(({ local, sent }) => [local, sent])).toEqual([
      ['2026-03-28T00:00', 0],
      ['2026-03-29T00:00', 3],
      ['2026-03-30T00:00', 0],
    ])
    const utc = await get<Rows>('/timeline?from=2026-03-28&to=2026-03-30&unit=day')
    expect(utc.json.data.map(({ local, sent }) => [local, sent])).toEqual([
      ['2026-03-28T00:00', 1],
      ['2026-03-29T00:00', 2],
    ])
  })

  test.each([
    ['from=2026-03-30&to=2026-03-29', 'query.from'],
    ['from=2026-02-30', 'query.from'],
    ['from=yesterday', 'query.from'],
    ['timeZone=Mars/Olympus', 'query.timeZone'],
    ['from=2025-01-01&to=2026-03-29&unit=hour', 'unit'],
    ['from=2010-01-01&to=2026-03-29&unit=month', 'query.from'],
  ])('of %s is refused', async (query, path) => {
    expect((await get(`/timeline?${query}`)).json).toMatchObject({ code: 'E_INPUT', issues: [{ path }] })
  })
})

describe('the account', () => {
  test('shows topics against the days before', async () => {
    const week = 7 * 24 * hourMs
    await happen(
      { who: 1, type: 'clicked', class: 'human', link: 0, at: now - week },
      { who: 1, type: 'clicked', class: 'human', link: 0 },
      { who: 2, type: 'clicked', class: 'proxy', link: 0 },
      { who: 3, type: 'clicked', class: 'scanner', link: 0 },
    )
    const { json } = await get<Rows>('/topics?from=2026-03-24&to=2026-03-31')
    expect(json.data).toMatchObject([
      { topic: 'climate', clicks: { people: 2, all: 3 }, before: 1, change: 1, significant: false },
    ])
  })

  test('shows receiving domains, in pages, with what went to all of them', async () => {
    await happen(
      ...addresses.map((_, i) => ({ who: i + 1 })),
      { who: 4, type: 'bounced', detail: 'block: listed' },
      { who: 5, type: 'complained' },
      { who: 5, type: 'opened', class: 'proxy' },
    )
    const { json } = await get<Rows & { total: object }>('/domains?from=2026-03-01&to=2026-04-01&limit=1')
    expect(json).toMatchObject({
      data: [
        {
          domain: 'gmail.com',
          sent: 3,
          bounced: { events: 1, classes: { block: 1, hard: 0 }, share: { value: 1 / 3 } },
          complained: { events: 1 },
          opensPerLetter: { people: 1 / 3, all: 1 / 3 },
        },
      ],
      total: { sent: 6, bounced: 1 },
    })
    expect(json.next).not.toBeNull()
    expect((await get('/totals?from=2026-03-01&to=2026-04-01')).json).toMatchObject({ totals: { sent: 6 } })
  })

  test('shows who is engaged, and who still reads', async () => {
    await happen(
      { who: 1, type: 'clicked', class: 'human', link: 0 },
      { who: 2, type: 'opened', class: 'human' },
      { who: 3, type: 'opened', class: 'prefetch' },
    )
    const bands = (await get<Rows>('/engagement')).json.data
    expect(bands.filter(({ people }) => people !== 0)).toEqual([
      { from: 0, to: 0.25, people: 4 },
      { from: 1, to: 2, people: 1 },
      { from: 4, to: 8, people: 1 },
    ])
    expect((await get<Rows>('/cohorts')).json.data).toEqual([
      { joined: '2026-03', people: null, months: [{ month: '2026-03', age: 0, people: 2, share: null }] },
    ])
    expect((await get('/cohorts?from=2020-01&to=2026-03')).status).toBe(400)
  })
})

/** What one of the nodes does once an hour. */
const census = async () => {
  const { audienceFlow, reports } = served.store
  await audienceFlow.keep(await reports.audienceFlow.look({ from: 0, to: Math.floor(now / hourMs) }))
}

describe('the audience', () => {
  test('grows and shrinks by the days of a zone', async () => {
    now += hourMs
    await census()
    now = Date.UTC(2026, 2, 28, 23, 10)
    await served.store.subscribers.setStatus([1, 2] as SubscriberId[], 'unsubscribed', now)
    now += hourMs
    await census()
    const { json } = await get<Rows>(
      '/audience?from=2026-03-28&to=2026-03-30&unit=day&timeZone=Europe/Berlin',
    )
    expect(json.data).toMatchObject([
      { local: '2026-03-28T00:00', joined: 6, left: 0, active: 6 },
      // 00:10 of Berlin's next day.
      { local: '2026-03-29T00:00', joined: 0, left: 2, leftAs: { unsubscribed: 2 }, active: 4 },
    ])
    const csv = await get('/audience?from=2026-03-28&to=2026-03-29&unit=day&format=csv')
    expect(csv.text.split('\r\n')[1]).toBe('2026-03-28T00:00:00.000Z,2026-03-28T00:00,6,2,0,2,0,0,0,6')
    expect((await get('/audience?list=nope')).json).toMatchObject({ code: 'E_NOT_FOUND' })
    await happen({ who: 1, type: 'opened', class: 'human' })
    expect((await get<Rows>('/cohorts')).json.data).toMatchObject([
      { joined: '2026-03', people: 6, months: [{ people: 1, share: { value: 1 / 6 } }] },
    ])
  })

  test('hears of alerts: how long they took is told by severity', async () => {
    const report = (key: string) => ({ key, title: key, severity: 'critical', topic: null })
    for (const key of ['a', 'b']) await served.ask('POST', '/api/v1/alerts', report(key))
    now += 2 * hourMs
    const [alert] = (await served.store.alerts.page({ after: 0, limit: 1 })).rows
    await served.store.alerts.change(
      alert!.id,
      alert!.version,
      { state: 'acknowledged', acknowledged: { at: begun + 60_000, by: 'ada', comment: '' } },
      now,
    )
    await census()
    const { json } = await get<Rows>('/alerts?from=2026-03-01&to=2026-04-01')
    expect(json.data).toMatchObject([
      { severity: null, timing: 'acknowledged', alerts: 1 },
      { severity: 'critical', timing: 'acknowledged', alerts: 1 },
    ])
    const { p50Ms } = json.data[0] as { p50Ms: number }
    expect(p50Ms / 60_000).toBeGreaterThanOrEqual(1)
    expect(p50Ms / 60_000).toBeLessThanOrEqual(1.2)
  })
})

test('counting again answers how far it is, line by line', async () => {
  await happen({ who: 1 }, { who: 2 })
  const answer = await served.ask('POST', '/api/v1/analytics/rebuild', undefined, {
    accept: 'application/x-ndjson',
  })
  const lines = answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ type }) => type)).toEqual(['progress', 'result'])
  expect(lines.at(-1)).toMatchObject({ behindMs: 0 })
  const status = (await get<{ rolledTo: number; last: number }>('/status')).json
  expect(status.rolledTo).toBe(status.last)
  const metrics = await served.ask('GET', '/metrics')
  expect(metrics.text).toContain('broadsheet_rollup_lag_events 0')
})
