import { expect, onTestFinished, test, vi } from 'vitest'
import { noFetcher } from '../../../engine/actors/feeds.ts'
import { createBulkGate } from '../../../engine/bulk-gate.ts'
import { dkimRecord } from '../../../engine/compose/dkim-key.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { type Log, silentLog } from '../../../engine/log.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import type { CampaignId } from '../../../engine/model/ids.ts'
import type { Fact } from '../../../engine/model/progress.ts'
import { noMeter } from '../../../engine/ports/meter.ts'
import type { Resolver } from '../../../engine/ports/resolver.ts'
import type { ZoneName } from '../../app/dns/name-server.ts'
import { createTestClock } from '../support/clock.ts'
import { openHouse } from '../support/house.ts'
import { waitFor } from '../support/wait.ts'
import { makeKey } from './keys.ts'
import { playDns } from './zone.ts'

const hour = 3_600_000
const key = makeKey('thenews.press')
const keyName = dkimRecord(key).name
const inOrder = (): { [name: string]: ZoneName } => ({
  'thenews.press': { MX: [[10, 'mx.thenews.press']], TXT: ['v=spf1 mx -all'] },
  'mx.thenews.press': { A: ['192.0.2.7'] },
  '_dmarc.thenews.press': { TXT: ['v=DMARC1; p=none; rua=mailto:d@thenews.press'] },
  [keyName]: { TXT: [dkimRecord(key).value] },
})
const body = `<html><body><h1>Hello</h1>
{% for item in items %}<p><a href="{{ item.url }}">{{ item.title }}</a></p>{% endfor %}
<p>1 Fleet Street, London</p><a href="{{ links.unsubscribe }}">Unsubscribe</a></body></html>`
const daily = { repeat: { cron: '0 9 * * *', timeZone: 'UTC', until: null, count: null } }

function listen() {
  const events: { event: string; fields: object }[] = []
  const log: Log = {
    ...silentLog,
    warn: (fields, event) => events.push({ fields, event }),
    child: () => log,
  }
  return { log, events }
}

async function open(mode: 'warn' | 'block', asked: (resolver: Resolver) => Resolver = (same) => same) {
  const clock = createTestClock()
  const zone = inOrder()
  const dns = await playDns(zone, clock.now)
  const { log, events } = listen()
  const looks: string[][] = []
  const house = await openHouse({
    people: 12,
    body,
    clock,
    log,
    resolver: asked(dns.resolver),
    meter: { ...noMeter, looked: (...said) => void looks.push(said) },
    config: {
      publicUrl: 'https://news.thenews.press',
      dkim: [key],
      preflight: { mode, minAudience: 10, postalAddress: '1 Fleet Street, London' },
    },
  })
  onTestFinished(async () => {
    await house[Symbol.asyncDispose]()
    await dns[Symbol.asyncDispose]()
  })
  const facts: Fact[] = []
  house.engine.listen((fact) => facts.push(fact))
  const { campaigns } = house.engine
  const rowOf = async ({ id }: Campaign) => (await house.store.campaigns.get(id))!
  return {
    house,
    zone,
    events,
    facts,
    looks,
    campaigns,
    rowOf,
    make: (overrides = {}) =>
      house.campaign({ sender: { address: 'post@thenews.press', name: 'The News' }, ...overrides }),
    /** To its due time, and on until it has a reason to wait. */
    async held(campaign: Campaign): Promise<Campaign> {
      clock.advance(hour)
      return waitFor(
        'a reason to wait',
        async () => {
          const row = await rowOf(campaign)
          return row.reason === null ? null : row
        },
        () => clock.advance(1000),
      )
    },
  }
}

test.each([
  ['that comes out once', {}],
  ['that recurs', daily],
])(
  'a campaign %s is held when it is due and DNS broke since: said so, sent to nobody, and started by hand',
  async (_, overrides) => {
    const { house, zone, events, facts, looks, campaigns, make, held } = await open('block')
    const campaign = await make(overrides)
    await campaigns.schedule(campaign.id, house.clock.now() + hour)
    delete zone[keyName]
    const row = await held(campaign)
    expect(row).toMatchObject({ state: 'scheduled', reason: expect.stringContaining('dkim.key') as string })
    expect(house.channel.taken).toEqual([])
    expect(events.filter(({ event }) => event === 'preflight.held')).toMatchObject([
      { fields: { campaignId: campaign.id, blocked: expect.arrayContaining(['dkim.key']) as string[] } },
    ])
    expect(facts).toContainEqual({
      type: 'campaign.changed',
      campaign: expect.objectContaining({
        id: campaign.id,
        state: 'scheduled',
        reason: row.reason,
      }) as object,
    })
    expect(looks).toEqual([
      ['asked', 'passed'],
      ['due', 'held'],
    ])
    await expect(campaigns.start(campaign.id)).rejects.toMatchObject({ code: 'E_PREFLIGHT' })
    zone[keyName] = inOrder()[keyName]!
    house.clock.advance(2 * 60_000)
    await campaigns.start(campaign.id)
    await house.until(campaign, overrides === daily ? 'scheduled' : 'finished')
    await vi.waitFor(() => expect(house.channel.taken).toHaveLength(12), { timeout: 30_000, interval: 5 })
  },
)

test('by default it goes, and the log says what is wrong', async () => {
  const { house, zone, events, looks, campaigns, make } = await open('warn')
  const campaign = await make()
  await campaigns.schedule(campaign.id, house.clock.now() + hour)
  await vi.waitFor(() => expect(looks).toEqual([['asked', 'passed']]), { timeout: 30_000, interval: 5 })
  delete zone[keyName]
  house.clock.advance(hour)
  await house.until(campaign, 'finished')
  await vi.waitFor(() => expect(looks.at(-1)).toEqual(['due', 'warned']), { timeout: 30_000, interval: 5 })
  expect(events.filter(({ event }) => event === 'preflight.warned')).toMatchObject([
    { fields: { campaignId: campaign.id, blocked: expect.arrayContaining(['dkim.key']) as string[] } },
  ])
})

test('what somebody scheduled by force is not held for that, but for what broke since', async () => {
  const { house, zone, looks, campaigns, make, held, rowOf } = await open('block')
  const { [keyName]: record } = zone
  delete zone[keyName]
  const campaign = await make(daily)
  await campaigns.schedule(campaign.id, house.clock.now() + 1, { force: true })
  house.clock.advance(hour)
  await vi.waitFor(() => expect(looks.at(-1)).toEqual(['due', 'forced']), { timeout: 30_000, interval: 5 })
  await waitFor(
    'its edition',
    async () => {
      const { state, publicationId } = await rowOf(campaign)
      return state === 'scheduled' && publicationId !== null
    },
    () => house.clock.advance(1000),
  )
  zone[keyName] = record!
  zone['thenews.press'] = { MX: [[10, 'mx.thenews.press']], TXT: [] }
  house.clock.advance(23 * hour)
  expect((await held(campaign)).reason).toMatch(/spf\.record(?!.*dkim\.key)/)
})

test('while name servers are silent the house works on, and can stop', async () => {
  const silence = Promise.withResolvers<void>()
  let silent = false
  const { house, campaigns, make, rowOf } = await open('block', (resolver) => ({
    ...resolver,
    async txt(name) {
      if (silent) await silence.promise
      return resolver.txt(name)
    },
  }))
  const campaign = await make()
  await campaigns.schedule(campaign.id, house.clock.now() + hour)
  silent = true
  house.clock.advance(hour)
  const other = await house.campaign({ name: 'other' })
  await campaigns.start(other.id)
  await house.until(other, 'finished')
  expect(await rowOf(campaign)).toMatchObject({ state: 'scheduled', reason: null })
  await house.engine.stop({ deadlineMs: 10_000 })
  expect(await rowOf(campaign)).toMatchObject({ state: 'scheduled', reason: null })
  silence.resolve()
})

test('what takes longer than there is patience for goes, and is not known', async () => {
  const never = () => new Promise<never>(() => {})
  const dns = await playDns(inOrder())
  onTestFinished(() => dns[Symbol.asyncDispose]())
  const { log, events } = listen()
  const gate = createBulkGate({
    config: engineConfigSchema.parse({
      publicUrl: 'https://news.thenews.press',
      secrets: ['a secret of the test'],
      preflight: { mode: 'block' },
    }),
    rehearsal: { samples: never, reaches: never },
    courier: () => undefined,
    resolver: dns.resolver,
    fetcher: noFetcher,
    log,
    meter: noMeter,
    patienceMs: 20,
  })
  expect(await gate.whenDue({ id: 1 as CampaignId }, never, new AbortController().signal)).toBeNull()
  expect(events).toMatchObject([{ event: 'preflight.unknown', fields: { campaignId: 1 } }])
})
