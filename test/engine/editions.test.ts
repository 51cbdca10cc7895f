import { expect, onTestFinished, test } from 'vitest'
import type { Campaign } from '../../engine/model/campaign.ts'
import { itemInputSchema } from '../../engine/model/item.ts'
import type { Fact } from '../../engine/model/progress.ts'
import { subscriberInputSchema } from '../../engine/model/subscriber.ts'
import { type House, openHouse } from './support/house.ts'
import { waitFor } from './support/wait.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** The house's clock begins on Monday, 23 November 2026, at 8. */
const start = Date.UTC(2026, 10, 23, 8)
const daily = { repeat: { cron: '0 9 * * *', timeZone: 'UTC', until: null, count: null } }

async function house(
  options: Parameters<typeof openHouse>[0] = {},
): Promise<House & { readonly facts: Fact[] }> {
  const opened = await openHouse({ people: 6, ...options })
  onTestFinished(() => opened[Symbol.asyncDispose]())
  const facts: Fact[] = []
  opened.engine.listen((fact) => facts.push(fact))
  return Object.assign(opened, { facts })
}

/** Moves the clock to `at`, then on by seconds until `look` finds something. */
async function at<T>({ clock }: House, when: number, look: () => Promise<T | null | false>): Promise<T> {
  clock.advance(when - clock.now())
  return waitFor(`something after ${new Date(when).toISOString()}`, look, () => clock.advance(1000))
}
const editionsOf = async ({ engine }: House, { id }: Campaign) =>
  (await engine.campaigns.editions(id, { after: 0, limit: 50 })).rows
/** Waits for the newest edition to be the one of `dueAt`, in this state, with the campaign out of it. */
const edition = (of: House, campaign: Campaign, dueAt: number, state: string) =>
  at(of, Math.max(dueAt, of.clock.now()), async () => {
    const found = (await editionsOf(of, campaign)).find((one) => one.dueAt === dueAt)
    const row = await of.store.campaigns.get(campaign.id)
    return found?.state === state && row?.state !== 'running' ? found : null
  })
const addItems = ({ store, clock }: House, ...titles: string[]) =>
  store.items.upsert(
    titles.map((title) =>
      itemInputSchema.parse({ title, url: `https://new.example/${title}`, publishedAt: clock.now() }),
    ),
    clock.now(),
  )

test('a recurring campaign comes out at each due time, numbered, and is scheduled for the next one', async () => {
  const of = await house()
  const weekly = await of.campaign({ ...daily, selection: { count: 3, sinceLast: true } })
  expect((await of.engine.campaigns.schedule(weekly.id)).scheduledAt).toBe(start + hour)
  await edition(of, weekly, start + hour, 'finished')
  expect(await of.store.campaigns.get(weekly.id)).toMatchObject({
    state: 'scheduled',
    scheduledAt: start + hour + day,
  })
  await addItems(of, 'fresh')
  const second = await edition(of, weekly, start + hour + day, 'finished')
  expect(second).toMatchObject({ number: 2, counts: { audience: 6, sent: 6 } })
  expect(of.channel.taken).toHaveLength(12)
  for (const { text } of of.channel.taken.slice(6)) {
    expect(text).toContain('fresh')
    expect(text).not.toContain('Item ')
  }
  expect((await of.store.publications.page({ after: 0, limit: 10 })).rows).toHaveLength(2)
})

test('an edition with too little that is new is skipped as a whole, said so, and the series goes on', async () => {
  const of = await house()
  const weekly = await of.campaign({ ...daily, selection: { count: 3, sinceLast: true, minimumNew: 2 } })
  await of.engine.campaigns.schedule(weekly.id)
  await edition(of, weekly, start + hour, 'finished')
  await addItems(of, 'lonely')
  const skipped = await edition(of, weekly, start + hour + day, 'skipped')
  expect(skipped.reason).toContain('1 new item of at least 2')
  expect(of.facts).toContainEqual({
    type: 'edition.skipped',
    campaign: { id: weekly.id, name: 'weekly' },
    dueAt: skipped.dueAt,
    reason: skipped.reason,
  })
  await expect(of.engine.campaigns.start(weekly.id)).rejects.toMatchObject({ code: 'E_STATE' })
  await addItems(of, 'company')
  expect(await edition(of, weekly, start + hour + 2 * day, 'finished')).toMatchObject({ number: 2 })
  expect(of.channel.taken.length).toBe(12)
})

test('an edition that is due while the one before it runs is skipped, and the next one is not', async () => {
  const of = await house()
  const gate = Promise.withResolvers<void>()
  of.channel.before = () => gate.promise
  const weekly = await of.campaign({ ...daily, repeat: { cron: '0 * * * *', timeZone: 'UTC', count: 2 } })
  await of.engine.campaigns.schedule(weekly.id, start + 1)
  await at(of, start + hour, async () => (await of.store.campaigns.get(weekly.id))?.state === 'running')
  const skipped = await at(
    of,
    start + 2 * hour,
    async () => (await editionsOf(of, weekly)).find((one) => one.number === null) ?? null,
  )
  expect(skipped).toMatchObject({
    dueAt: start + 2 * hour,
    reason: 'the edition before it was still running',
  })
  gate.resolve()
  await edition(of, weekly, start + hour, 'finished')
  await edition(of, weekly, start + 3 * hour, 'finished')
  // The second of two begun: the series is over.
  expect(await of.store.campaigns.get(weekly.id)).toMatchObject({ state: 'finished', scheduledAt: null })
  expect(of.channel.taken.length).toBe(12)
})

test('skip lets one go by, pause holds the series, resume goes on with what is due later, cancel ends it', async () => {
  const of = await house()
  const { campaigns } = of.engine
  const weekly = await of.campaign(daily)
  await expect(campaigns.skip(weekly.id)).rejects.toMatchObject({ code: 'E_STATE' })
  await campaigns.schedule(weekly.id)
  expect(await campaigns.skip(weekly.id)).toMatchObject({
    state: 'scheduled',
    scheduledAt: start + hour + day,
  })
  await edition(of, weekly, start + hour + day, 'finished')
  const paused = await campaigns.pause(weekly.id, 'holidays')
  expect(paused).toMatchObject({ state: 'paused', reason: 'holidays' })
  // What went out stays finished.
  expect((await editionsOf(of, weekly))[0]).toMatchObject({ number: 1, state: 'finished' })
  of.clock.advance(2 * day)
  expect(await campaigns.resume(weekly.id)).toMatchObject({
    state: 'scheduled',
    scheduledAt: start + hour + 4 * day,
  })
  expect((await editionsOf(of, weekly)).map(({ reason }) => reason)).toEqual([
    'the series was paused',
    'the series was paused',
    null,
    'skipped by hand',
  ])
  expect(await campaigns.cancel(weekly.id)).toMatchObject({ state: 'cancelled' })
  expect((await editionsOf(of, weekly))[2]).toMatchObject({ state: 'finished' })
  expect(of.channel.taken).toHaveLength(6)
})

test('one that comes out once can be neither skipped nor paused before it runs', async () => {
  const of = await house()
  const once = await of.campaign()
  await expect(of.engine.campaigns.schedule(once.id)).rejects.toMatchObject({ code: 'E_INPUT' })
  await of.engine.campaigns.schedule(once.id, start + hour)
  await expect(of.engine.campaigns.skip(once.id)).rejects.toMatchObject({ code: 'E_STATE' })
  await expect(of.engine.campaigns.pause(once.id)).rejects.toMatchObject({
    code: 'E_STATE',
    message: 'Campaign "weekly" is scheduled: "pause" is possible while it is running.',
  })
})

test('an edition that is found overdue asks; the answer begins it, and what was missed since is noted', async () => {
  const of = await house()
  const weekly = await of.campaign(daily)
  await of.engine.campaigns.schedule(weekly.id)
  of.clock.jump(3 * day)
  const asks = await at(of, of.clock.now(), async () => {
    const row = await of.store.campaigns.get(weekly.id)
    return row?.reason == null ? null : row
  })
  expect(asks).toMatchObject({ state: 'scheduled', scheduledAt: start + hour })
  expect(asks.reason).toMatch(/^overdue by/)
  expect(of.channel.taken).toEqual([])
  await of.engine.campaigns.start(weekly.id)
  await edition(of, weekly, start + hour, 'finished')
  expect(of.channel.taken).toHaveLength(6)
  expect((await editionsOf(of, weekly)).map(({ number }) => number)).toEqual([null, null, 1])
  expect(await of.store.campaigns.get(weekly.id)).toMatchObject({
    state: 'scheduled',
    scheduledAt: start + hour + 3 * day,
  })
})

test('by local time each letter goes out when its reader’s clock shows the time, and the end waits for the last', async () => {
  const of = await house({ people: 1 })
  const [news] = await of.store.lists.byName(['news'])
  const zones = ['Asia/Tokyo', 'America/New_York', 'Europe/Berlin', 'Pacific/Auckland']
  await of.store.subscribers.upsert(
    zones.map((timeZone) =>
      subscriberInputSchema.parse({ address: `${timeZone.slice(-4).toLowerCase()}@example.org`, timeZone }),
    ),
    { lists: [news!.id], now: start },
  )
  const cron = { cron: '0 8 * * *', timeZone: 'Europe/Berlin' }
  const weekly = await of.campaign({ repeat: cron, deliverAt: 'local-time', timeZone: 'Europe/London' })
  // 08:00 in Berlin on the 24th; Auckland has it twelve hours earlier.
  const due = Date.UTC(2026, 10, 24, 7)
  expect((await of.engine.campaigns.schedule(weekly.id)).scheduledAt).toBe(due)
  const arrived = (count: number, when: number) => at(of, when, async () => of.channel.taken.length === count)
  of.clock.advance(due - 12 * hour - 2 * minute - of.clock.now())
  expect(of.channel.taken).toEqual([])
  await arrived(1, due - 12 * hour)
  expect(of.channel.taken.at(-1)!.to).toBe('land@example.org')
  expect(await of.engine.campaigns.progress(weekly.id)).toMatchObject({
    state: 'running',
    waitingUntil: due - 8 * hour,
    waitingFor: "the recipients' local time",
  })
  await arrived(2, due - 8 * hour)
  await arrived(3, due)
  await arrived(4, due + hour)
  expect(await of.counts(weekly)).toMatchObject({ audience: 5, sent: 4, queued: 1 })
  await arrived(5, due + 6 * hour)
  expect(of.channel.taken.map(({ to }) => to.slice(0, 4))).toEqual(['land', 'okyo', 'rlin', 'read', 'york'])
  await edition(of, weekly, due, 'finished')
})

const calendar = {
  timeZone: 'UTC',
  blackouts: [{ from: start + hour - minute, until: start + 3 * hour, reason: 'fair' }],
}

test('a start that is due in a black-out waits for its end and says so; the others due in it are skipped', async () => {
  const of = await house({ config: { calendar } })
  const weekly = await of.campaign({ repeat: { cron: '0,30 * * * *', timeZone: 'UTC' } })
  await of.engine.campaigns.schedule(weekly.id, start + hour)
  const held = await at(of, start + hour, async () => {
    const row = await of.store.campaigns.get(weekly.id)
    return row?.reason == null ? null : row
  })
  expect(held).toMatchObject({
    state: 'scheduled',
    scheduledAt: start + hour,
    reason: 'in a black-out until 2026-11-23T11:00 UTC (fair): starts then',
  })
  const { entries, blackouts } = await of.engine.agenda({ from: start, until: start + 4 * hour })
  expect(entries.map(({ dueAt, beginsAt, number }) => [dueAt - start, beginsAt - start, number])).toEqual([
    [hour, 3 * hour, 1],
    [3.5 * hour, 3.5 * hour, 2],
    [4 * hour, 4 * hour, 3],
  ])
  expect(blackouts).toEqual([{ from: start + hour - minute, until: start + 3 * hour, reason: 'fair' }])
  of.clock.advance(2 * hour - 2 * minute)
  expect(of.channel.taken).toEqual([])
  await at(of, start + 3 * hour, async () => of.channel.taken.length === 6)
  const noted = (await editionsOf(of, weekly)).map(({ dueAt, number }) => [(dueAt - start) / hour, number])
  expect(noted).toEqual([
    [3, null],
    [2.5, null],
    [2, null],
    [1.5, null],
    [1, 1],
  ])
})

test('what runs when a black-out begins waits, says until when, loses nothing and goes on', async () => {
  const of = await house({ people: 60, config: { calendar }, delivery: { lanes: 1 } })
  const weekly = await of.campaign()
  let batches = 0
  of.channel.before = () => {
    if (++batches === 2) of.clock.jump(hour)
  }
  await of.engine.campaigns.start(weekly.id)
  const waits = await at(of, start, async () => {
    const progress = await of.engine.campaigns.progress(weekly.id)
    return progress?.waitingUntil != null && progress.counts.handing === 0 && progress.counts.sent > 0
      ? progress
      : null
  })
  expect(waits).toMatchObject({
    state: 'running',
    waitingUntil: start + 3 * hour,
    waitingFor: 'black-out: fair',
  })
  expect(waits.counts.sent).toBeLessThan(60)
  of.clock.advance(10 * minute)
  expect(of.channel.taken).toHaveLength(waits.counts.sent)
  of.clock.advance(start + 3 * hour - of.clock.now())
  await of.until(weekly, 'finished', 1000)
  expect(await of.counts(weekly)).toMatchObject({ audience: 60, sent: 60 })
  expect(new Set(of.channel.taken.map(({ to }) => to)).size).toBe(60)
})

test('who had their letter today is spared the next campaign, but not service mail', async () => {
  const of = await house({ config: { caps: { maxPerDay: 1 } } })
  const one = await of.campaign()
  await of.engine.campaigns.start(one.id)
  await of.until(one, 'finished')
  const two = await of.campaign({ name: 'two' })
  await of.engine.campaigns.start(two.id)
  await of.until(two, 'finished')
  expect(await of.counts(two)).toMatchObject({ audience: 6, skipped: 6, sent: 0 })
  const service = await of.campaign({ name: 'service', ignoreCaps: true })
  await of.engine.campaigns.start(service.id)
  await of.until(service, 'finished')
  expect(await of.counts(service)).toMatchObject({ audience: 6, sent: 6 })
})
