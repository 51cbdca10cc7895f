import { statSync } from 'node:fs'
import { type Analytics, createAnalytics } from '../engine/analytics/analytics.ts'
import { createCounter } from '../engine/analytics/counter.ts'
import { fold, needsOf } from '../engine/analytics/fold.ts'
import { createCaches } from '../engine/cache/caches.ts'
import { systemClock } from '../engine/clock.ts'
import { silentLog } from '../engine/log.ts'
import type { NewDeliveryEvent } from '../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../engine/model/ids.ts'
import { dayMs, dayOf, quarterOf } from '../engine/model/rollup.ts'
import type { Store } from '../engine/ports/store.ts'
import { openStore } from '../stores/open.ts'
import { type Report, round } from './figure.ts'
import { makeFolder } from './newsroom.ts'
import { begin, facts, fillPeople, story } from './readership.ts'

const stepEvents = 1000

/** Events come in, are counted and asked for. `url`: of a store that is empty, or has some of them from an earlier run; default a
 *  new SQLite file. */
export async function benchAnalytics(
  report: Report,
  {
    subscribers = 1_000_000,
    events = 2_000_000,
    url,
  }: { subscribers?: number; events?: number; url?: string } = {},
): Promise<void> {
  const folder = url === undefined ? makeFolder() : null
  const place = url ?? `sqlite:${folder!.file}`
  const kind = place.split(':', 1)[0]!
  const tell = (name: string, value: number, unit: string, digits = 0) =>
    report({ name: `${kind}: ${name}`, value: round(value, digits), unit, peer: null, ratio: null })

  let store = await openStore(place)
  const people = await fillPeople(store, subscribers)
  const told = story(store, people)
  const { last } = await store.analytics.cursor()
  if (last < events) await fill(store, told, events - last, tell)
  await count(store, tell)
  await intake(store, told, tell)
  await lag(store, told, tell)
  const { last: all } = await store.analytics.cursor()
  if (place.startsWith('sqlite:')) {
    const bytes = statSync(place.slice('sqlite:'.length)).size / all
    tell('file, an event', bytes, 'bytes')
    tell('file, if it goes on like that, at 50,000,000 events', (bytes * 50_000_000) / 2 ** 30, 'GiB', 1)
  }
  const asked = await questions(store, people)
  for (const [name, ask] of Object.entries(asked)) {
    const [cold, warm]: [number[], number[]] = [[], []]
    for (let i = 0; i < 20; i += 1) {
      // Nothing is in the store's own memory; the system has its pages.
      await store.close()
      store = await openStore(place)
      cold.push(await timed(() => ask(store, i)))
    }
    for (let i = 0; i < 40; i += 1) warm.push(await timed(() => ask(store, i)))
    tell(`${name}, cold, p95`, p95(cold), 'ms', 1)
    tell(`${name}, warm, p95`, p95(warm), 'ms', 1)
  }
  await store.close()
  folder?.remove()
}

type Tell = (name: string, value: number, unit: string, digits?: number) => void
type Stream = AsyncGenerator<NewDeliveryEvent>

const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await run()
  return performance.now() - start
}
const p95 = (ms: readonly number[]) => ms.toSorted((a, b) => a - b)[Math.ceil(ms.length * 0.95) - 1]!

async function take(stream: Stream, count: number): Promise<NewDeliveryEvent[]> {
  const some: NewDeliveryEvent[] = []
  while (some.length < count) some.push((await stream.next()).value as NewDeliveryEvent)
  return some
}

async function fill(store: Store, stream: Stream, events: number, tell: Tell): Promise<void> {
  let ms = 0
  for (let done = 0; done < events; ) {
    const batches = [await take(stream, 1000), await take(stream, 1000), await take(stream, 1000)]
    ms += await timed(() => Promise.all(batches.map((batch) => store.events.append(batch))))
    done += 3000
  }
  tell(`${events} events, 1,000 a call`, (events * 1000) / ms, 'events/s')
}

/** Everything that waits, in steps of 1,000. */
async function count(store: Store, tell: Tell): Promise<void> {
  const parts = { next: 0, known: 0, fold: 0, apply: 0 }
  const applies: number[] = []
  const steps: number[] = []
  let events = 0
  for (;;) {
    const [a, { cursor, events: some }] = [performance.now(), await store.rollups.next(stepEvents)]
    if (some.length === 0) break
    const b = performance.now()
    const known = await store.rollups.known(needsOf(some))
    const c = performance.now()
    const step = fold(cursor, some, known, facts)
    const d = performance.now()
    if (!(await store.rollups.apply(step))) throw new Error('refused')
    const e = performance.now()
    parts.next += b - a
    parts.known += c - b
    parts.fold += d - c
    parts.apply += e - d
    applies.push(e - d)
    steps.push(e - a)
    events += some.length
  }
  if (events === 0) return
  const total = steps.reduce((sum, ms) => sum + ms, 0)
  const last = steps.slice(-Math.ceil(steps.length / 10))
  tell('counted in steps of 1,000', (events * 1000) / total, 'events/s')
  tell(
    'the last tenth of them',
    (last.length * stepEvents * 1000) / last.reduce((sum, ms) => sum + ms, 0),
    'events/s',
  )
  for (const [part, ms] of Object.entries(parts)) tell(`a step's ${part}, mean`, ms / steps.length, 'ms', 1)
  tell("a step's apply, p95", p95(applies), 'ms', 1)
  tell("a step's apply, longest", Math.max(...applies), 'ms', 1)
}

/** 64 callers at once, 10 events a call, each waiting until it is on the disk. */
async function intake(store: Store, stream: Stream, tell: Tell): Promise<void> {
  const calls: NewDeliveryEvent[][] = []
  const waiting = await take(stream, 100_000)
  for (let at = 0; at < waiting.length; at += 10) calls.push(waiting.slice(at, at + 10))
  const latencies: number[] = []
  const caller = async () => {
    for (let call = calls.pop(); call !== undefined; call = calls.pop()) {
      const batch = call
      latencies.push(await timed(() => store.events.append(batch)))
    }
  }
  const ms = await timed(() => Promise.all(Array.from({ length: 64 }, caller)))
  tell('intake, 64 callers, 10 events a call, on the disk', (waiting.length * 1000) / ms, 'events/s')
  tell('intake, a call, p95', p95(latencies), 'ms', 1)
}

/** How long after it was told an event is counted, at 5,000 events/s. */
async function lag(store: Store, stream: Stream, tell: Tell): Promise<void> {
  for (;;) {
    const { cursor, events } = await store.rollups.next(stepEvents)
    if (events.length === 0) break
    await store.rollups.apply(fold(cursor, events, await store.rollups.known(needsOf(events)), facts))
  }
  const seconds = 6
  const batches: NewDeliveryEvent[][] = []
  for (let i = 0; i < seconds * 100; i += 1) batches.push(await take(stream, 50))
  const toldAt = new Map<number, number>()
  const lags: number[] = []
  const start = performance.now()
  let told = 0
  const teller = async () => {
    for (const [i, batch] of batches.entries()) {
      const wait = start + i * 10 - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      const at = performance.now()
      void store.events.append(batch).then((ids) => {
        for (const id of ids) if (id !== null) toldAt.set(id, at)
        told += ids.length
      })
    }
  }
  const counter = async () => {
    for (let counted = 0; counted < batches.length * 50; ) {
      const { cursor, events } = await store.rollups.next(stepEvents)
      if (events.length === 0) {
        if (told === batches.length * 50) return
        await new Promise((resolve) => setTimeout(resolve, 5))
        continue
      }
      await store.rollups.apply(fold(cursor, events, await store.rollups.known(needsOf(events)), facts))
      counted += events.length
      const now = performance.now()
      for (const { id } of events) lags.push(now - (toldAt.get(id) ?? now))
    }
  }
  await Promise.all([teller(), counter()])
  tell('from told to counted at 5,000 events/s, p95', p95(lags), 'ms')
}

type Ask = (store: Store, turn: number) => Promise<unknown>

async function questions(store: Store, people: readonly SubscriberId[]): Promise<Record<string, Ask>> {
  const { rows } = await store.publications.page({ after: 0, limit: 1000 })
  const publicationIds = rows.map(({ id }) => id)
  const one = (turn: number): readonly PublicationId[] => [publicationIds[turn % publicationIds.length]!]
  const month = { from: dayOf(begin), to: dayOf(begin) + 29 }
  const account = { publicationIds: null, byPublication: false }
  return {
    '30 days of all publications, by day': (s) =>
      s.analytics.counts({ ...account, ...month, dimension: 'all', byDay: true }),
    '30 days of all publications, by topic and day': (s) =>
      s.analytics.counts({ ...account, ...month, dimension: 'topic', byDay: true }),
    '30 days of all publications, by provider and day': (s) =>
      s.analytics.counts({ ...account, ...month, dimension: 'provider', byDay: true }),
    '30 days of all publications, the 100 largest domains': (s) =>
      s.analytics.counts({ ...account, ...month, dimension: 'domain', byDay: false, top: 100 }),
    '30 days of all publications, the 20 largest domains by day': (s) =>
      s.analytics.counts({ ...account, ...month, dimension: 'domain', byDay: true, top: 20 }),
    'a publication, the 100 largest of 50,000 domains': (s, turn) =>
      s.analytics.counts({
        publicationIds: one(turn),
        dimension: 'domain',
        byDay: false,
        byPublication: true,
        top: 100,
      }),
    'a publication, people at the 100 largest domains': (s, turn) =>
      s.analytics.people({ publicationIds: one(turn), dimension: 'domain', top: 100 }),
    'a publication, people by link': (s, turn) =>
      s.analytics.people({ publicationIds: one(turn), dimension: 'link' }),
    'quarters of 30 days, of all publications': (s) =>
      s.analytics.quarters({
        ...account,
        from: quarterOf(begin),
        to: quarterOf(begin) + 30 * 96,
      }),
    scores: (s) => s.analytics.scores(),
    'the score of a person': (s, turn) => s.analytics.score(people[(turn * 7919) % people.length]!),
    'cohorts of two years': (s) => s.analytics.cohorts({ from: 202_501, to: 202_712 }),
    // As the API asks, with what is remembered of the answers.
    'the API: 30 days by hour of Kolkata': (s) =>
      analyticsOf(s).timeline({
        publicationId: null,
        from: begin,
        to: begin + 30 * dayMs,
        unit: 'hour',
        timeZone: 'Asia/Kolkata',
      }),
    'the API: a year by week of Berlin': (s) =>
      analyticsOf(s).timeline({
        publicationId: null,
        from: begin,
        to: begin + 365 * dayMs,
        unit: 'week',
        timeZone: 'Europe/Berlin',
      }),
    'the API: 250 domains of a year': (s) => analyticsOf(s).domains({ from: begin, to: begin + 365 * dayMs }),
    'the API: topics of 30 days': (s) => analyticsOf(s).topics({ from: begin, to: begin + 30 * dayMs }),
    'the API: a funnel': (s, turn) => analyticsOf(s).funnels(one(turn)),
    'the API: a breakdown by provider': (s, turn) => analyticsOf(s).breakdown(one(turn)[0]!, 'provider'),
  }
}

const analyticses = new WeakMap<Store, Analytics>()
function analyticsOf(store: Store): Analytics {
  const clock = systemClock
  const known = analyticses.get(store)
  if (known !== undefined) return known
  const caches = createCaches({
    tier: null,
    bus: null,
    alone: true,
    owner: 'bench',
    clock,
    random: Math.random,
    log: silentLog,
  })
  const analytics = createAnalytics({ store, caches, counter: createCounter(store), clock })
  analyticses.set(store, analytics)
  return analytics
}

if (import.meta.main) {
  const [, , events = '2000000', url, subscribers = '1000000'] = process.argv
  await benchAnalytics((figure) => console.log(JSON.stringify(figure)), {
    subscribers: Number(subscribers),
    events: Number(events),
    ...(url === undefined ? {} : { url }),
  })
}
