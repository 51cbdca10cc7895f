import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import { png } from '../../../engine/assets/pictures.ts'
import { type Cdn, openCdn } from '../../../servers/cdn.ts'
import { type Office, openOffice, publicUrl } from './office.ts'

const body = `<html><body><img class="named" src="{{ 'logo.png' | asset_url }}">
<img class="data" src="{{ campaign.data.hero }}"><a href="{{ campaign.data.more }}">More</a></body></html>`

let cdn: Cdn
let office: Office
beforeEach(async () => {
  cdn = await openCdn()
  office = await openOffice({ people: 2, body, engine: { cdnBaseUrl: `${cdn.url}/` } })
  cdn.origin = office.url
})
afterEach(async () => {
  await office[Symbol.asyncDispose]()
  await cdn[Symbol.asyncDispose]()
})

const source = async function* (bytes: Buffer) {
  yield bytes
}
const bring = async (name: string, bytes: Buffer) =>
  (await office.house.engine.assets.add(source(bytes), name)).asset

async function send(name: string, data: object = {}): Promise<Campaign> {
  const campaign = await office.house.campaign({ name, archive: true, selection: { count: 0 }, data })
  await office.house.engine.campaigns.start(campaign.id)
  return office.house.until(campaign, 'finished')
}
const mailed = () =>
  office.house.channel.taken
    .at(-1)!
    .text.replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
const onTheWeb = async ({ name, publicationId }: Campaign) =>
  (await office.visit(`/a/${name}/${publicationId}`)).text

test('letters that went out keep the bytes that a name had', async () => {
  const old = await bring('logo.png', png(10, 10, 'old'))
  const first = await send('first')
  const next = await bring('logo.png', png(20, 20, 'next'))
  const second = await send('second')
  for (const [campaign, asset] of [
    [first, old],
    [second, next],
  ] as const)
    expect(await onTheWeb(campaign)).toContain(`class="named" src="${cdn.url}/i/${asset.hash}/logo.png"`)
  expect(mailed()).toContain(`${cdn.url}/i/${next.hash}/logo.png`)
  await expect(office.house.engine.assets.remove(old.hash, { force: false })).rejects.toMatchObject({
    code: 'E_IN_USE',
    issues: [{ path: `publication ${first.publicationId}` }],
  })
})

test('addresses of assets lead to the CDN, wherever they were said, and no others do', async () => {
  const { hash } = await bring('logo.png', png(10, 10))
  const data = { hero: `${publicUrl}/i/${hash}/hero.png`, more: `${publicUrl}/i/think` }
  const campaign = await send('news', data)
  for (const text of [mailed(), await onTheWeb(campaign)]) {
    expect(text).toContain(`class="named" src="${cdn.url}/i/${hash}/logo.png"`)
    expect(text).toContain(`class="data" src="${cdn.url}/i/${hash}/hero.png"`)
    expect(text).toContain(`href="${publicUrl}/i/think"`)
  }
  // What is kept says where it is, not by way of whom.
  expect((await office.store.publications.get(campaign.publicationId!))!.spec.data).toEqual(data)
})

test('a hundred readers behind a CDN are one request', async () => {
  const bytes = png(10, 10, Buffer.alloc(300_000, 7))
  const asset = await bring('logo.png', bytes)
  const url = office.house.engine.assets.urlOf(asset)
  expect(url).toBe(`${cdn.url}/i/${asset.hash}/logo.png`)
  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const answer = await fetch(url)
      return Buffer.from(await answer.arrayBuffer()).equals(bytes) && answer.status
    }),
  )
  expect(new Set(answers)).toEqual(new Set([200]))
  expect(cdn.asked).toEqual([new URL(url).pathname])
})

test('a campaign whose letter shows what is not there does not start', async () => {
  const campaign = await office.house.campaign({ name: 'early' })
  await expect(office.house.engine.campaigns.start(campaign.id)).rejects.toMatchObject({
    code: 'E_TEMPLATE',
    issues: [{ message: expect.stringContaining('No asset is named "logo.png"') }],
  })
  await bring('logo.png', png(10, 10))
  await office.house.engine.campaigns.start(campaign.id)
  await office.house.until(campaign, 'finished')
})

test('without a CDN they are where everything is', async () => {
  await using plain = await openOffice({ people: 1, body: `<img src="{{ 'logo.png' | asset_url }}">` })
  const { asset } = await plain.house.engine.assets.add(source(png(10, 10)), 'logo.png')
  const campaign = await plain.house.campaign({ selection: { count: 0 } })
  await plain.house.engine.campaigns.start(campaign.id)
  await plain.house.until(campaign, 'finished')
  const { text } = plain.house.channel.taken[0]!
  expect(text.replace(/=\r\n/g, '')).toContain(`${publicUrl}/i/${asset.hash}/logo.png`)
})
