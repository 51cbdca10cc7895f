import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { createCaches, policies, type Space, type SpaceFigures } from '../engine/cache/caches.ts'
import { systemClock } from '../engine/clock.ts'
import { silentLog } from '../engine/log.ts'
import { openRedis } from '../stores/redis/open.ts'
import { startRedis } from '../test/servers/redis.ts'
import { median, type Report, round } from './figure.ts'

interface Settings {
  /** It was written so many times. */
  readonly version: number
  readonly name: string
  readonly lists: readonly string[]
  readonly topics: { readonly [topic: string]: number }
}

const writeShare = 0.02
/** Requests under way on a node. */
const lanes = 4
const crowd = 1000
const rounds = 5

/** What two nodes remember over one Redis under a mixed load; how many loads a crowd of misses causes; what a hit costs. */
export async function benchCache(
  report: Report,
  { keys = 20_000, requests = 300_000, warmUp = 100_000, hits = 500_000 } = {},
): Promise<void> {
  const server = await startRedis()
  try {
    const prefix = `bench-${randomBytes(4).toString('hex')}`
    const rows = new Map<number, number>()
    const nodes = await Promise.all(['a', 'b'].map((name) => openNode(server.url, prefix, name, rows)))

    await nodes[0]!.space.warm(Array.from({ length: keys }, (_, key) => key))
    await mixedLoad(nodes, rows, keys, warmUp, 1)
    const before = sum(nodes)
    const begun = performance.now()
    const old = await mixedLoad(nodes, rows, keys, requests, 2)
    const ms = performance.now() - begun
    const after = sum(nodes)
    const of = (key: keyof SpaceFigures) => after[key] - before[key]
    const reads = of('hits') + of('tierHits') + of('stale') + of('misses')
    const name = `cache: two nodes over Redis, ${keys.toLocaleString('en-US')} keys by Zipf, ${100 * writeShare} % writes`
    const figure = (what: string, value: number, unit: string) =>
      report({ name: `${name}: ${what}`, value, unit, peer: null, ratio: null })
    figure('hit ratio', round((100 * (reads - of('misses'))) / reads, 2), '%')
    figure('of these in the process', round((100 * (of('hits') + of('stale'))) / reads, 2), '%')
    figure('reads and writes', round((requests * 1000) / ms), '/s')
    figure("reads older than the node's own last write", old, 'reads')

    const [node] = nodes
    await node!.space.clear()
    const loads = node!.caches.figures().get('preferences.bench')!.loads
    await Promise.all(Array.from({ length: crowd }, () => node!.space.get(-1)))
    report({
      name: `cache: loads of a key that ${crowd.toLocaleString('en-US')} miss at once`,
      value: node!.caches.figures().get('preferences.bench')!.loads - loads,
      unit: 'loads',
      peer: null,
      ratio: null,
    })
    await benchHit(report, node!.space, hits)
    for (const { close } of nodes) await close()
  } finally {
    await server.drop()
  }
}

async function openNode(url: string, prefix: string, name: string, rows: ReadonlyMap<number, number>) {
  const redis = await openRedis(url, { prefix })
  const caches = createCaches({
    tier: redis.cache,
    bus: redis.bus,
    alone: false,
    owner: name,
    clock: systemClock,
    random: Math.random,
    log: silentLog,
  })
  const space = caches.space<number, Settings>({
    name: 'preferences.bench',
    policy: policies.preferences,
    async load(ids) {
      const found = new Map(ids.map((id) => [id, settingsOf(id, rows.get(id) ?? 0)]))
      // As long as a store takes at least: another turn.
      await new Promise(setImmediate)
      return found
    },
  })
  // Until it hears, nothing is kept for long.
  while (!redis.bus.hears()) await new Promise(setImmediate)
  const close = async () => {
    caches.stop()
    await redis.close()
  }
  return { caches, space, close }
}

/** Resolves with how many reads on a node were older than what that node had written itself. */
async function mixedLoad(
  nodes: readonly { readonly space: Space<number, Settings> }[],
  rows: Map<number, number>,
  keys: number,
  requests: number,
  seed: number,
): Promise<number> {
  const random = randomOf(seed)
  const draw = zipf(keys, random)
  let left = requests
  let old = 0
  const work = async (space: Space<number, Settings>, written: Map<number, number>) => {
    while (left-- > 0) {
      const key = draw()
      if (random() < writeShare) {
        const version = (rows.get(key) ?? 0) + 1
        rows.set(key, version)
        await space.drop([key])
        written.set(key, Math.max(version, written.get(key) ?? 0))
      } else {
        const least = written.get(key) ?? 0
        if ((await space.get(key))!.version < least) old++
      }
    }
  }
  await Promise.all(
    nodes.flatMap(({ space }) => {
      const written = new Map<number, number>()
      return Array.from({ length: lanes }, () => work(space, written))
    }),
  )
  return old
}

async function benchHit(report: Report, space: Space<number, Settings>, hits: number): Promise<void> {
  const ids = Array.from({ length: 1000 }, (_, id) => id)
  const peer = new LRUCache<number, Settings>({
    max: 10_000,
    maxSize: 8 * 2 ** 20,
    sizeCalculation: () => 300,
    ttl: policies.preferences.ttlMs,
    fetchMethod: async (id) => settingsOf(id, 0),
  })
  const measure = async (get: (id: number) => Promise<unknown>) => {
    await Promise.all(ids.map(get))
    const begun = performance.now()
    for (let i = 0; i < hits; i++) await get(i % ids.length)
    return ((performance.now() - begun) * 1000) / hits
  }
  const ours: number[] = []
  const theirs: number[] = []
  for (let turn = 0; turn < rounds; turn++) {
    ours.push(await measure((id) => space.get(id)))
    theirs.push(await measure((id) => peer.fetch(id)))
  }
  report({
    name: 'cache: a hit in the process',
    value: round(median(ours), 2),
    unit: 'us',
    peer: `lru-cache alone, fetch() with ttl: ${round(median(theirs), 2)} us`,
    ratio: round(median(theirs) / median(ours), 1),
  })
}

const settingsOf = (id: number, version: number): Settings => ({
  version,
  name: `Reader ${id}`,
  lists: ['daily', 'weekly'],
  topics: { security: 0.8, climate: 0.2 },
})

function sum(nodes: readonly { readonly caches: { figures(): ReadonlyMap<string, SpaceFigures> } }[]) {
  const all = nodes.map(({ caches }) => caches.figures().get('preferences.bench')!)
  const names = Object.keys(all[0]!) as (keyof SpaceFigures)[]
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((total, figures) => total + figures[name], 0)]),
  ) as unknown as SpaceFigures
}

/** Mulberry32 (Tommy Ettinger, public domain). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Ranks from 0, with the probability of 1 / (rank + 1). */
function zipf(count: number, random: () => number): () => number {
  const until = new Float64Array(count)
  let total = 0
  for (let rank = 0; rank < count; rank++) {
    total += 1 / (rank + 1)
    until[rank] = total
  }
  return () => {
    const at = random() * total
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (until[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

if (import.meta.main) await benchCache((figure) => console.log(JSON.stringify(figure)))
