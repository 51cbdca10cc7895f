import { describe, expect, test, vi } from 'vitest'
import { noFetcher } from '../../../engine/actors/feeds.ts'
import { createBulkGate } from '../../../engine/bulk-gate.ts'
import { dkimRecord } from '../../../engine/compose/dkim-key.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { type Log, silentLog } from '../../../engine/log.ts'
import type { CampaignId } from '../../../engine/model/ids.ts'
import { noMeter } from '../../../engine/ports/meter.ts'
import type { Zone } from '../../app/dns/name-server.ts'
import { openHouse } from '../support/house.ts'
import { makeKey } from './keys.ts'
import { playDns } from './zone.ts'

const key = makeKey('thenews.press')
const zone: Zone = {
  'thenews.press': { MX: [[10, 'mx.thenews.press']], TXT: ['v=spf1 mx -all'] },
  'mx.thenews.press': { A: ['192.0.2.7'] },
  '_dmarc.thenews.press': { TXT: ['v=DMARC1; p=none; rua=mailto:d@thenews.press'] },
  [dkimRecord(key).name]: { TXT: [dkimRecord(key).value] },
}
const body = `<html><body><h1>Hello</h1>
{% for item in items %}<p><a href="{{ item.url }}">{{ item.title }}</a></p>{% endfor %}
<p>1 Fleet Street, London</p><a href="{{ links.unsubscribe }}">Unsubscribe</a></body></html>`

function listen() {
  const events: { event: string; fields: object }[] = []
  const log: Log = {
    ...silentLog,
    warn: (fields, event) => events.push({ fields, event }),
    child: () => log,
  }
  return { log, events }
}

async function open(records: Zone, preflight: object, letter = body) {
  const dns = await playDns(records)
  const { log, events } = listen()
  const house = await openHouse({
    people: 12,
    body: letter,
    resolver: dns.resolver,
    log,
    config: {
      publicUrl: 'https://news.thenews.press',
      dkim: [key],
      preflight: { minAudience: 10, postalAddress: '1 Fleet Street, London', ...preflight },
    },
  })
  return {
    house,
    events,
    dns,
    campaign: () => house.campaign({ sender: { address: 'post@thenews.press', name: 'The News' } }),
    async [Symbol.asyncDispose]() {
      await house[Symbol.asyncDispose]()
      await dns[Symbol.asyncDispose]()
    },
  }
}

describe('before a campaign goes to many', () => {
  test('one that is in order starts', async () => {
    await using setting = await open(zone, { mode: 'block' })
    const { house } = setting
    const campaign = await setting.campaign()
    const report = await house.engine.campaigns.preflight(campaign.id)
    expect(
      report.lines.filter(({ status }) => status !== 'ok').map(({ id, found }) => `${id}: ${found}`),
    ).toEqual([
      // This house has no way to fetch.
      expect.stringContaining('links.work') as string,
    ])
    await house.engine.campaigns.start(campaign.id)
    await house.until(campaign, 'finished')
  })

  test('one that is not is refused, by start and by schedule, with every reason; force goes on and is logged', async () => {
    const { [dkimRecord(key).name]: _, ...without } = zone
    await using setting = await open(without, { mode: 'block' }, body.replace('1 Fleet Street, London', ''))
    const { house, events } = setting
    const { campaigns } = house.engine
    const campaign = await setting.campaign()
    const refusal = {
      code: 'E_PREFLIGHT',
      issues: [
        { path: 'dkim.key', message: expect.stringContaining('Publish as TXT') as string },
        { path: 'address.postal', message: expect.stringContaining('CAN-SPAM') as string },
      ],
    }
    await expect(campaigns.start(campaign.id)).rejects.toMatchObject(refusal)
    await expect(campaigns.schedule(campaign.id, house.clock.now() + 60_000)).rejects.toMatchObject(refusal)
    expect((await house.store.campaigns.get(campaign.id))?.state).toBe('draft')
    await campaigns.start(campaign.id, { force: true })
    expect(events.filter(({ event }) => event === 'preflight.forced')).toMatchObject([
      { fields: { campaignId: campaign.id, blocked: ['dkim.key', 'address.postal'] } },
    ])
    await house.until(campaign, 'finished')
  })

  test('rules that are ignored stop nothing', async () => {
    const { [dkimRecord(key).name]: _, ...without } = zone
    await using setting = await open(without, { mode: 'block', ignore: ['dkim.key', 'dmarc.aligned'] })
    const campaign = await setting.campaign()
    await setting.house.engine.campaigns.start(campaign.id)
    await setting.house.until(campaign, 'finished')
  })

  test('to fewer people it goes unseen', async () => {
    await using setting = await open({}, { mode: 'block', minAudience: 13 })
    const campaign = await setting.campaign()
    await setting.house.engine.campaigns.start(campaign.id)
    await setting.house.until(campaign, 'finished')
    expect(setting.dns.server.asked).toEqual([])
  })

  test('a resolver that is away stops nothing', async () => {
    await using setting = await open(
      Object.fromEntries(
        [...Object.keys(zone), '_dmarc.press'].map((name) => [name, { fails: 'silent' }]),
      ) as Zone,
      { mode: 'block' },
    )
    const campaign = await setting.campaign()
    await setting.house.engine.campaigns.start(campaign.id)
    await setting.house.until(campaign, 'finished')
  })

  test('by default it is only said, in the log', async () => {
    await using setting = await open({}, {})
    const campaign = await setting.campaign()
    await setting.house.engine.campaigns.start(campaign.id)
    await vi.waitFor(
      () =>
        expect(setting.events.filter(({ event }) => event === 'preflight.warned')).toMatchObject([
          {
            fields: { campaignId: campaign.id, blocked: expect.arrayContaining(['spf.record']) as string[] },
          },
        ]),
      { timeout: 30_000, interval: 5 },
    )
  })
})

test('a start that is only warned waits for none of it', async () => {
  const never = () => new Promise<never>(() => {})
  const dns = await playDns(zone)
  const gate = createBulkGate({
    config: engineConfigSchema.parse({
      publicUrl: 'https://news.thenews.press',
      secrets: ['a secret of the test'],
      preflight: { mode: 'warn' },
    }),
    rehearsal: { samples: never, reaches: never },
    courier: () => undefined,
    resolver: dns.resolver,
    fetcher: noFetcher,
    log: silentLog,
    meter: noMeter,
  })
  await gate.pass(1 as CampaignId, never, false)
  await dns[Symbol.asyncDispose]()
})
