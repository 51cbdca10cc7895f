import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exportItems } from '../../engine/audience/export.ts'
import { exportImpressions } from '../../engine/learning/export.ts'
import { createReplayLog } from '../../engine/learning/replay/log.ts'
import type { Campaign } from '../../engine/model/campaign.ts'
import { bareProof } from '../../engine/model/consent.ts'
import type { NewDeliveryEvent } from '../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../engine/model/ids.ts'
import { armOf } from '../../engine/personalise/arm.ts'
import { decodePicks } from '../../engine/personalise/picks.ts'
import type { Store } from '../../engine/ports/store.ts'
import { openStore } from '../../stores/open.ts'
import { type House, openHouse } from './support/house.ts'
import { waitFor } from './support/wait.ts'

const sweepMs = 1000
const snapshotMs = 60_000

async function house(options: Parameters<typeof openHouse>[0] = {}, ranking: object = {}): Promise<House> {
  const opened = await openHouse({
    ...options,
    config: { ranking: { sweepMs, snapshotMs, holdoutShare: 0, exploration: 0, ...ranking } },
  })
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return opened
}

async function memoryStore(): Promise<Store> {
  const store = await openStore('memory:', {})
  onTestFinished(() => store.close())
  return store
}

async function sqliteStore(): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-learner-'))
  const store = await openStore(`sqlite:${join(folder, 'store.db')}`, {})
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return store
}

/** Send an edition, and say which link of its letters leads to which item. */
async function edition({ engine, store, campaign, until }: House, name: string, fields: object = {}) {
  const made: Campaign = await campaign({ name, selection: { count: 6, onlyNew: false }, ...fields })
  await engine.campaigns.start(made.id)
  await until(made, 'finished')
  const publicationId = (await store.campaigns.get(made.id))!.publicationId!
  const { spec } = (await store.publications.get(publicationId))!
  await store.links.put(
    publicationId,
    spec.candidates.map(({ id, url }) => ({ key: `item-${id}`, url, itemId: id })),
  )
  const links = await store.links.get(publicationId)
  const picksOf = async (subscriberId: SubscriberId): Promise<readonly number[]> => {
    const row = await store.deliveries.get(publicationId, subscriberId)
    return decodePicks(row!.picks!).map(({ itemId }) => itemId)
  }
  const topicOf = (itemId: number) => spec.candidates.find(({ id }) => id === itemId)!.topics[0]!
  const event = (subscriberId: SubscriberId, fields: Partial<NewDeliveryEvent>): NewDeliveryEvent => ({
    publicationId,
    subscriberId,
    channel: 'smtp',
    type: 'opened',
    at: spec.startedAt,
    code: null,
    detail: null,
    class: 'human',
    ...fields,
  })
  const click = (subscriberId: SubscriberId, itemId: number, fields: Partial<NewDeliveryEvent> = {}) =>
    event(subscriberId, {
      type: 'clicked',
      link: links.find((link) => link.itemId === itemId)!.index,
      ...fields,
    })
  return { publicationId, spec, picksOf, topicOf, event, click }
}

const learnedOf = async (store: Store, id: SubscriberId): Promise<Record<string, number> | null> =>
  (JSON.parse(await store.deliveries.recipients([id])) as [unknown[]])[0][8] as Record<string, number> | null

/** Moves the clock until the learner has seen all events, and made a version of what it learned. */
async function learned({ store, clock }: House, version: number): Promise<void> {
  await waitFor(
    `version ${version}`,
    async () => (await store.models.list())[0]?.version === version,
    () => clock.advance(sweepMs),
  )
}
async function caughtUp({ store, clock }: House, event: number | null | undefined): Promise<void> {
  await waitFor(
    `the learner at event ${event}`,
    async () => (await store.models.draft()).cursor >= event!,
    () => clock.advance(sweepMs),
  )
}

const ids = (from: number, to: number): SubscriberId[] =>
  Array.from({ length: to - from + 1 }, (_, i) => (from + i) as SubscriberId)

describe('the learner', () => {
  test.each(['memory', 'sqlite'] as const)(
    'turns what people click into letters that hold more of it (%s)',
    async (kind) => {
      const one = await house(kind === 'sqlite' ? { store: await sqliteStore() } : {})
      const first = await edition(one, 'first')
      expect(first.spec.ranking).toBeUndefined()
      // Everyone opens; the first twenty click whatever is about sport, though few of them say that they like it.
      const events: NewDeliveryEvent[] = []
      for (const id of ids(1, 50)) {
        events.push(first.event(id, {}))
        if (id > 20) continue
        for (const item of await first.picksOf(id))
          if (first.topicOf(item) === 'sport') events.push(first.click(id, item))
      }
      await one.store.events.append(events)
      await learned(one, 1)

      const fan = await learnedOf(one.store, 1 as SubscriberId)
      expect(fan!.sport).toBeGreaterThan(0.1)
      expect((await learnedOf(one.store, 45 as SubscriberId))!.sport ?? 0).toBeLessThan(fan!.sport!)
      const second = await edition(one, 'second')
      expect(second.spec.ranking).toEqual({ kind: 'learned', version: 1, exploration: 0, holdoutShare: 0 })
      const sportIn = async (letters: typeof first) => {
        let count = 0
        for (const id of ids(1, 20))
          for (const item of await letters.picksOf(id)) if (letters.topicOf(item) === 'sport') count++
        return count
      }
      expect(await sportIn(second)).toBeGreaterThan((await sportIn(first)) * 1.2)
    },
  )

  test('learns from people alone, and takes back what turns out to be a machine', async () => {
    const one = await house()
    const first = await edition(one, 'first')
    const [reader, machine, mistaken, quiet] = ids(1, 4)
    const item = (await first.picksOf(reader!))[1]!
    const told = await one.store.events.append([
      first.event(reader!, {}),
      first.click(reader!, item),
      first.click(reader!, item),
      first.event(machine!, { class: 'prefetch' }),
      first.click(machine!, item, { class: 'scanner' }),
      first.event(quiet!, { class: 'proxy' }),
      first.click(mistaken!, (await first.picksOf(mistaken!))[0]!),
    ])
    await caughtUp(one, told.at(-1))
    const observations = async () =>
      JSON.parse((await one.store.models.draft()).state!) as { seen: number; clicked: number }
    expect(await observations()).toMatchObject({ seen: 12, clicked: 2 })
    expect(await learnedOf(one.store, machine!)).toBeNull()
    expect(await learnedOf(one.store, quiet!)).toBeNull()
    const corrected = await one.store.events.append([
      first.click(mistaken!, (await first.picksOf(mistaken!))[0]!, { class: 'scanner', was: 'human' }),
    ])
    await caughtUp(one, corrected.at(-1))
    expect(await observations()).toMatchObject({ seen: 6, clicked: 1 })
  })

  test('learns of a click once: told again, later, or after the learner died before it wrote', async () => {
    const store = await memoryStore()
    const one = await house({ store })
    const first = await edition(one, 'first')
    const picks = await first.picksOf(1 as SubscriberId)
    const opened = await store.events.append([first.event(1 as SubscriberId, {})])
    await caughtUp(one, opened[0])
    // The write does not come through: what was learned is lost, and learned again.
    const { commit } = store.models
    let failures = 2
    const models = store.models as { commit: typeof commit }
    models.commit = async (change) => {
      if (failures-- > 0) throw new Error('the store is away')
      return commit(change)
    }
    const told = await store.events.append([
      first.click(1 as SubscriberId, picks[0]!),
      first.click(1 as SubscriberId, picks[0]!),
      first.event(1 as SubscriberId, {}),
    ])
    await caughtUp(one, told.at(-1))
    expect(failures).toBeLessThan(0)
    const { seen, clicked } = JSON.parse((await store.models.draft()).state!)
    expect({ seen, clicked }).toEqual({ seen: 6, clicked: 1 })
  })

  test('goes on from the version that somebody went back to', async () => {
    const one = await house()
    const first = await edition(one, 'first')
    const opens = (from: number, to: number) => ids(from, to).map((id) => first.event(id, {}))
    await one.store.events.append(opens(1, 10))
    await learned(one, 1)
    await one.store.events.append(opens(11, 40))
    one.clock.advance(snapshotMs)
    await learned(one, 2)
    await one.store.models.activate(1, one.clock.now())
    const told = await one.store.events.append(opens(41, 45))
    one.clock.advance(snapshotMs)
    await learned(one, 3)
    await caughtUp(one, told.at(-1))
    expect(JSON.parse((await one.store.models.get('active'))!.state)).toMatchObject({ seen: 15 * 6 })
  })

  test('keeps the versions that letters under way are ranked by', async () => {
    const one = await house({}, { keep: 1 })
    const first = await edition(one, 'first')
    await one.store.events.append([first.event(1 as SubscriberId, {})])
    await learned(one, 1)
    const paused = await one.campaign({ name: 'paused' })
    one.channel.before = () => one.engine.campaigns.pause(paused.id).then(() => {})
    await one.engine.campaigns.start(paused.id)
    await one.until(paused, 'paused')
    one.channel.before = () => {}
    for (const version of [2, 3, 4]) {
      await one.store.events.append([first.event(version as SubscriberId, {})])
      one.clock.advance(snapshotMs)
      await learned(one, version)
    }
    await waitFor('old versions to go', async () => (await one.store.models.list()).length === 2)
    expect((await one.store.models.list()).map(({ version }) => version)).toEqual([4, 1])
  })
})

describe('what people saw and clicked', () => {
  test('is exported as a replay reads it: of people, once a letter, with what they declared', async () => {
    const one = await house()
    const first = await edition(one, 'first')
    const [reader, machine, mistaken, opener, gone] = ids(1, 5)
    const picks = await first.picksOf(reader!)
    const later = first.spec.startedAt + 60_000
    await one.store.events.append([
      first.event(reader!, { class: 'prefetch' }),
      first.click(reader!, picks[2]!, { at: later }),
      first.click(reader!, picks[2]!, { at: later + 1 }),
      first.event(reader!, { at: later + 2 }),
      first.click(machine!, picks[0]!, { class: 'scanner' }),
      first.click(mistaken!, picks[0]!),
      first.click(mistaken!, picks[0]!, { class: 'scanner', was: 'human' }),
      first.event(opener!, {}),
      first.event(gone!, {}),
    ])
    const proof = bareProof('form', first.spec.startedAt)
    await one.store.subscriptions.erase({ id: gone!, remember: false, proof, now: later })
    const log = createReplayLog()
    for await (const item of exportItems(one.store, 'ndjson'))
      for (const line of item.trim().split('\n')) log.item(line)
    const lines: string[] = []
    for await (const text of exportImpressions(one.store)) lines.push(...text.trim().split('\n'))
    for (const line of lines) log.event(line)
    expect(lines).toHaveLength(3)
    expect(lines.join()).not.toContain('@')
    const { items, impressions, orphans, readers } = log.finish()
    expect({ orphans, readers }).toEqual({ orphans: 0, readers: 2 })
    const mine = impressions.find(({ clicks }) => clicks.size > 0)!
    expect([...mine.clicks]).toEqual([[2, later]])
    const keys = first.spec.candidates
    const keyOf = (id: number) => keys.find((candidate) => candidate.id === id)!.key
    expect(mine.items.map((index) => items[index]!.key)).toEqual(picks.map(keyOf))
    expect(mine.interests).toEqual({ security: 0.9 })
    expect(mine.language).toBe('en')
    expect(items[mine.items[0]!]!.topics).toEqual([first.topicOf(picks[0]!)])
  })
})

describe('letters by what was learned', () => {
  /** An engine that learned of sport. */
  async function taught(ranking: object = {}, options: Parameters<typeof openHouse>[0] = {}) {
    const one = await house(options, ranking)
    const first = await edition(one, 'first')
    const events: NewDeliveryEvent[] = []
    for (const id of ids(1, 50)) {
      events.push(first.event(id, {}))
      for (const item of await first.picksOf(id))
        if (first.topicOf(item) === 'sport') events.push(first.click(id, item))
    }
    await one.store.events.append(events)
    await learned(one, 1)
    return { one, first }
  }
  type Edition = Awaited<ReturnType<typeof edition>>
  const same = async (a: Edition, b: Edition, id: SubscriberId) =>
    String(await a.picksOf(id)) === String(await b.picksOf(id))

  test('are, for the readers held out, those of the ranker that does not learn', async () => {
    const { one, first } = await taught({ holdoutShare: 0.5 })
    const second = await edition(one, 'second')
    const arms = { learned: 0, holdout: 0 }
    const changed = { learned: 0, holdout: 0 }
    for (const id of ids(1, 50)) {
      const arm = armOf(second.publicationId, id, 0.5)
      arms[arm]++
      if (!(await same(first, second, id))) changed[arm]++
    }
    expect(arms.holdout).toBeGreaterThan(10)
    expect(changed.holdout).toBe(0)
    expect(changed.learned).toBe(arms.learned)
  })

  test('stay what they were when more is learned before a refused one is tried again', async () => {
    const { one } = await taught()
    const refused = new Set<string>()
    one.channel.script = ({ to }) => {
      if (refused.has(to)) return undefined
      refused.add(to)
      return { status: 'transient', code: '450', detail: null }
    }
    const made = await one.campaign({ name: 'second', selection: { count: 6, onlyNew: false } })
    await one.engine.campaigns.start(made.id)
    await waitFor(
      'the refusals',
      async () => (await one.counts(made)).retry === 50,
      () => one.clock.advance(100),
    )
    const publicationId = (await one.store.campaigns.get(made.id))!.publicationId as PublicationId
    const picks = async () => {
      const { rows } = await one.store.deliveries.page({ publicationId, after: 0, limit: 100 })
      return rows.map((row) => String(row.picks))
    }
    const before = await picks()
    // What they are all said to like now is another thing.
    const { revision, cursor } = await one.store.models.draft()
    const affinities = ids(1, 50).map((subscriberId) => ({
      subscriberId,
      weights: '{"security":3,"sport":-3}',
      tallies: `[[0,0,0],{}]`,
    }))
    const change = { revision, cursor, state: null, affinities, snapshot: null, now: one.clock.now() }
    expect(await one.store.models.commit(change)).toBe(true)
    await one.until(made, 'finished', 60_000)
    expect(await picks()).toEqual(before)
  })

  test('go out by interest where the version is gone', async () => {
    const store = await memoryStore()
    const { get } = store.models
    let gone = false
    const models = store.models as { get: typeof get }
    models.get = async (version) => (gone ? null : get(version))
    const { one, first } = await taught({}, { store })
    gone = true
    const second = await edition(one, 'second')
    expect(second.spec.ranking).toMatchObject({ version: 1 })
    for (const id of ids(1, 50)) expect(await same(first, second, id)).toBe(true)
  })

  test('learn nothing where the settings say so', async () => {
    const one = await house({}, { kind: 'interest' })
    const first = await edition(one, 'first')
    await one.store.events.append(ids(1, 9).map((id) => first.event(id, {})))
    one.clock.advance(10 * snapshotMs)
    const second = await edition(one, 'second')
    expect(second.spec.ranking).toBeUndefined()
    expect(await one.store.models.draft()).toEqual({ revision: 0, cursor: 0, state: null })
  })
})
