import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Client } from 'pg'
import { startPostgres } from '../app/demo/servers/postgres.ts'
import { resolveAudience } from '../engine/audience/segment/audience.ts'
import type { Store } from '../engine/ports/store.ts'
import { openStore } from '../stores/open.ts'
import { median, type Report, round } from './figure.ts'
import { makeFolder } from './newsroom.ts'

const rules: readonly (readonly [name: string, rule: string])[] = [
  ['country', 'attr.country in ("DE", "AT")'],
  ['topic and time', 'topic:security >= 0.5 and joined within 90 days'],
  [
    'the example',
    'topic:security >= 0.5 and attr.country in ("DE", "AT") and joined within 90 days and not list:vip',
  ],
  ['one in ten thousand', 'attr.rare = true'],
  ['a list', 'list:vip'],
  ['a name', 'name contains "person 77"'],
  ['whom the address says', 'domain = "example.org" or language starts with "de"'],
]
const countries = ['DE', 'AT', 'CH', 'FR', 'US', 'GB', 'ES', 'IT']
const now = 1_800_000_000_000
const budgetMs = 100
const rounds = 20

/** An empty place for a store. */
interface Place {
  readonly url: string
  /** What a database does by itself within minutes of so many rows. */
  settle(): Promise<void>
  remove(): Promise<void>
}
const places = {
  async sqlite(): Promise<Place> {
    const { file, remove } = makeFolder()
    mkdirSync(dirname(file), { recursive: true })
    return { url: `sqlite:${file}`, settle: async () => {}, remove: async () => remove() }
  },
  async postgres(): Promise<Place> {
    const server = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } })
    return {
      url: server.url,
      async settle() {
        const client = new Client(server.url)
        await client.connect()
        await client.query('VACUUM ANALYZE')
        await client.end()
      },
      remove: () => server.drop(),
    }
  },
}
const kinds = Object.keys(places) as (keyof typeof places)[]

/** How long an answer to "how many are that?" takes, beside counting all of them. */
export async function benchSegments(
  report: Report,
  { subscribers = 1_000_000, stores = kinds } = {},
): Promise<void> {
  for (const kind of stores) {
    const place = await places[kind]()
    const store = await openStore(place.url)
    await fill(store, subscribers)
    await place.settle()
    await measure(store, (figure) =>
      report({
        ...figure,
        name: `segments in ${kind} at ${subscribers.toLocaleString('en-US')}: ${figure.name}`,
      }),
    )
    await store.close()
    await place.remove()
  }
}

async function fill(store: Store, subscribers: number): Promise<void> {
  const vip = await store.lists.insert({ name: 'vip', title: 'VIP', description: '' }, now)
  const news = await store.lists.insert({ name: 'news', title: 'News', description: '' }, now)
  for (let from = 0; from < subscribers; from += 1000) {
    const rows = Array.from({ length: Math.min(1000, subscribers - from) }, (_, i) => {
      const n = from + i
      return {
        address: `person${n}@example.${n % 3 === 0 ? 'org' : 'com'}`,
        name: `Person ${n}`,
        language: n % 5 === 0 ? 'de-AT' : 'en',
        attributes: { country: countries[(n * 7919) % 8]!, plan: n % 4, rare: n % 10_000 === 0 },
        topics: { security: ((n * 31) % 100) / 100, sport: ((n * 17) % 100) / 100 },
      }
    })
    // People came over two years.
    const at = now - Math.floor((1 - from / subscribers) * 730) * 86_400_000
    await store.subscribers.upsert(rows, {
      lists: from % 20_000 === 0 ? [vip.id, news.id] : [news.id],
      now: at,
    })
  }
}

async function measure(store: Store, report: Report): Promise<void> {
  const figure = (
    what: string,
    value: number,
    unit: string,
    peer: string | null = null,
    ratio: number | null = null,
  ) => report({ name: what, value, unit, peer, ratio })
  const all: number[] = []
  for (const [name, where] of rules) {
    const names = {
      lists: [],
      excludeLists: [],
      segments: [],
      excludeSegments: [],
      campaigns: [],
      excludeCampaigns: [],
    }
    const resolution = await resolveAudience(store, { ...names, where }, now)
    if (!('ok' in resolution)) throw new Error(resolution.issues[0]?.message)
    const audience = resolution.ok
    const times: number[] = []
    let last = await store.deliveries.count(audience, { budgetMs })
    for (let round = 0; round < rounds; round += 1) {
      const start = performance.now()
      last = await store.deliveries.count(audience, { budgetMs })
      times.push(performance.now() - start)
    }
    all.push(...times)
    const start = performance.now()
    const full = await store.deliveries.count(audience, { budgetMs: 3_600_000 })
    const fullMs = performance.now() - start
    const ms = median(times)
    figure(`${name}, live`, round(ms), 'ms', `counting all (${round(fullMs)} ms)`, round(fullMs / ms, 1))
    figure(
      `${name}, off by (margin ${last.margin.toLocaleString('en-US')}, of ${full.count.toLocaleString('en-US')})`,
      Math.abs(last.count - full.count),
      'people',
    )
  }
  const p95 = all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.95)]!
  figure('live count, p95', round(p95), 'ms')
}

if (import.meta.main) {
  const [, , subscribers = 1_000_000, ...chosen] = process.argv
  const stores = kinds.filter((kind) => chosen.length === 0 || chosen.includes(kind))
  await benchSegments((figure) => console.log(JSON.stringify(figure)), {
    subscribers: Number(subscribers),
    stores,
  })
}
