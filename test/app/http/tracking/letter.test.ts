import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { openTrackingDesk } from './desk.ts'

test('a letter that went out: its links lead where they led before, its pixel and its hidden link are known', async () => {
  await using desk = await openTrackingDesk({ people: 2, engine: { tracking: { hiddenLink: true } } })
  const { house } = desk.office
  const before = (await desk.events()).length
  const campaign = await house.campaign({ name: 'tracked' })
  const reader = desk.people[0]!
  await house.engine.campaigns.start(campaign.id)
  await house.until(campaign, 'finished')
  house.clock.advance(3_600_000)
  const [row] = await desk.store.subscribers.get([reader])
  const mail = house.channel.taken.find(({ to }) => to === row!.address)!
  const html = (await simpleParser(mail.text)).html as string
  const paths = [...html.matchAll(/https:\/\/news\.example(\/[ct]\/[^"<>\s]+)/g)].map(([, path]) => path!)
  expect(paths.filter((path) => path.startsWith('/t/'))).toHaveLength(1)
  const clicks = paths.filter((path) => path.startsWith('/c/'))
  const led: (string | null)[] = []
  for (const path of paths) {
    const answer = await desk.ask(path)
    await answer.arrayBuffer()
    expect([path, answer.status]).toEqual([path, path.startsWith('/t/') ? 200 : 302])
    if (path.startsWith('/c/')) led.push(answer.headers.get('location'))
    house.clock.advance(3_600_000)
  }
  const events = (await desk.events())
    .slice(before)
    .filter(({ subscriberId, type }) => subscriberId === reader && type !== 'sent')
  const hidden = led.findIndex((url) => url!.startsWith('/v/'))
  expect(hidden).toBeGreaterThanOrEqual(0)
  expect(led.filter((url) => url!.startsWith('https://')).length).toBe(clicks.length - 1)
  expect(events.filter(({ type }) => type === 'opened')).toMatchObject([{ class: 'human' }])
  expect(events.filter(({ code }) => code === 'hidden')).toHaveLength(1)
  const links = await desk.store.links.get(events[0]!.publicationId)
  expect(
    events
      .filter(({ type, link }) => type === 'clicked' && link !== null)
      .map(({ link }) => links[link!]!.url),
  ).toEqual(led.filter((_, i) => i !== hidden))
})
