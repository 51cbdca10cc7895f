import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bareProof } from '../../../../engine/model/consent.ts'
import type { DeliveryEvent, ReadClass } from '../../../../engine/model/event.ts'
import { hiddenKey } from '../../../../engine/model/link.ts'
import { browsers, homes, phones } from '../../../engine/analytics/read/corpus/people.ts'
import { keyOf, openTrackingDesk, type TrackingDesk, targets } from './desk.ts'

/** One request, and what it must count as in the end; null: as nothing. */
interface Act {
  readonly atMs: number
  readonly type: 'opened' | 'clicked'
  readonly as: ReadClass | null
  /** Place in `targets`, or the link that nobody sees. */
  readonly link?: number | 'hidden'
  readonly agent: string
  readonly ip: string
  readonly method?: 'HEAD'
  readonly plain?: boolean
}

const minuteMs = 60_000
const gmail = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'
const chrome = browsers['Chrome, Windows']
const iphone = browsers['Safari, iPhone']

/** What clients do, by who they are. */
const scripts: { readonly [who: string]: (link: number) => readonly Act[] } = {
  reader: (link) => [
    { atMs: 20 * minuteMs, type: 'opened', as: 'human', agent: chrome, ip: homes[0]! },
    { atMs: 21 * minuteMs, type: 'clicked', as: 'human', link, agent: chrome, ip: homes[0]! },
  ],
  'reader in Gmail': (link) => [
    { atMs: 30 * minuteMs, type: 'opened', as: 'proxy', agent: gmail, ip: '66.249.93.9', plain: true },
    { atMs: 31 * minuteMs, type: 'clicked', as: 'human', link, agent: chrome, ip: homes[1]! },
  ],
  'protected iPhone': (link) => [
    { atMs: 0, type: 'opened', as: 'prefetch', agent: 'Mozilla/5.0', ip: '172.226.66.12', plain: true },
    { atMs: 90 * minuteMs, type: 'clicked', as: 'human', link, agent: iphone, ip: phones[0]! },
  ],
  'gateway and reader': (link) => [
    ...targets.map(
      (_, i): Act => ({
        atMs: 400 + i * 900,
        type: 'clicked',
        as: 'scanner',
        link: i,
        agent: chrome,
        ip: '198.51.100.9',
      }),
    ),
    { atMs: 60 * minuteMs, type: 'opened', as: 'human', agent: chrome, ip: homes[2]! },
    { atMs: 61 * minuteMs, type: 'clicked', as: 'human', link, agent: chrome, ip: homes[2]! },
  ],
  'gateway on a slow day': () =>
    targets.map(
      (_, i): Act => ({
        atMs: 5 * minuteMs + i * 700,
        type: 'clicked',
        as: 'scanner',
        link: i,
        agent: iphone,
        ip: '198.51.100.10',
      }),
    ),
  'gateway that follows everything': (link) => [
    { atMs: 6 * minuteMs, type: 'opened', as: 'scanner', agent: chrome, ip: '198.51.100.11' },
    { atMs: 6 * minuteMs + 3000, type: 'clicked', as: 'scanner', link, agent: chrome, ip: '198.51.100.11' },
    {
      atMs: 6 * minuteMs + 6000,
      type: 'clicked',
      as: 'scanner',
      link: 'hidden',
      agent: chrome,
      ip: '198.51.100.11',
    },
  ],
  'gateway that asks first': (link) => [
    {
      atMs: 1000,
      type: 'clicked',
      as: 'scanner',
      link,
      method: 'HEAD',
      agent: 'Barracuda Sentinel (EE)',
      ip: '203.0.113.1',
      plain: true,
    },
    {
      atMs: 1500,
      type: 'opened',
      as: 'scanner',
      method: 'HEAD',
      agent: 'Barracuda Sentinel (EE)',
      ip: '203.0.113.1',
      plain: true,
    },
  ],
  script: (link) => [
    {
      atMs: 7 * minuteMs,
      type: 'clicked',
      as: 'scanner',
      link,
      agent: 'python-requests/2.32.3',
      ip: homes[3]!,
      plain: true,
    },
  ],
  'who denied it': (link) => [
    { atMs: 20 * minuteMs, type: 'opened', as: null, agent: chrome, ip: homes[4]! },
    { atMs: 21 * minuteMs, type: 'clicked', as: null, link, agent: chrome, ip: homes[4]! },
  ],
  nobody: () => [],
}

async function act(desk: TrackingDesk, person: number, one: Act): Promise<void> {
  const { type, link, agent, ip, method = 'GET', plain = false } = one
  const headers: Record<string, string> = {
    'user-agent': agent,
    'x-forwarded-for': ip,
    ...(plain && { 'accept-language': '', accept: '*/*' }),
  }
  const answer =
    type === 'opened'
      ? await desk.open({ person, method, headers })
      : link === 'hidden'
        ? await desk.ask(`/c/${desk.token(person)}/${hiddenKey}`, { method, headers })
        : await desk.ask(`/c/${desk.token(person)}/${keyOf(targets[link!]!)}`, { method, headers })
  expect(answer.status).toBe(type === 'opened' ? 200 : 302)
  await answer.arrayBuffer()
}

/** As rollups count: one more of the class, one less of what it was taken for before. */
function tally(events: readonly DeliveryEvent[]) {
  const counts = new Map<string, number>()
  const add = (event: DeliveryEvent, by: ReadClass, n: number) => {
    const what = `${event.subscriberId} ${event.type} ${event.link} ${by}`
    counts.set(what, (counts.get(what) ?? 0) + n)
  }
  for (const event of events) {
    add(event, event.class!, 1)
    if (event.was !== null) add(event, event.was, -1)
  }
  return Object.fromEntries([...counts].filter(([, n]) => n !== 0))
}

test('what is kept of opens and clicks is what clients did, by class, whoever they are and however they mix', async () => {
  const roles = fc.array(
    fc.record({
      who: fc.constantFrom(...Object.keys(scripts)),
      link: fc.nat(targets.length - 1),
      unsubscribes: fc.boolean(),
    }),
    { minLength: 1, maxLength: 24 },
  )
  await fc.assert(
    fc.asyncProperty(roles, async (people) => {
      await using desk = await openTrackingDesk({
        people: people.length,
        freshMs: 0,
        http: { trustProxy: ['127.0.0.1'] },
      })
      const { engine, clock } = desk.office.house
      const begin = clock.now()
      for (const [person, { who }] of people.entries())
        if (who === 'who denied it')
          await engine.subscriptions.change(
            desk.people[person]!,
            { tracking: 'denied' },
            bareProof('page', begin),
          )

      const acts = people.flatMap(({ who, link }, person) =>
        scripts[who]!(link).map((one) => ({ person, ...one })),
      )
      // Those of one moment at once, and one person's in their order.
      for (const atMs of [...new Set(acts.map((one) => one.atMs))].sort((a, b) => a - b)) {
        clock.jump(begin + atMs - clock.now())
        await Promise.all(acts.filter((one) => one.atMs === atMs).map((one) => act(desk, one.person, one)))
      }
      for (const [person, { unsubscribes }] of people.entries())
        if (unsubscribes)
          for (let time = 0; time < 2; time++)
            await desk.ask(`/u/${desk.token(person)}`, {
              method: 'POST',
              body: 'List-Unsubscribe=One-Click',
              headers: { 'content-type': 'application/x-www-form-urlencoded' },
            })

      const events = await desk.events()
      const reads = events.filter(({ type }) => type === 'opened' || type === 'clicked')
      const expected: Record<string, number> = {}
      for (const { person, type, as, link } of acts) {
        if (as === null) continue
        const what = `${desk.people[person]} ${type} ${link === undefined || link === 'hidden' ? null : link} ${as}`
        expected[what] = (expected[what] ?? 0) + 1
      }
      expect(tally(reads)).toEqual(expected)
      expect(reads.filter(({ was }) => was === null)).toHaveLength(
        acts.filter(({ as }) => as !== null).length,
      )
      const left = people.flatMap(({ unsubscribes }, person) => (unsubscribes ? [desk.people[person]] : []))
      expect(
        events
          .filter(({ type }) => type === 'unsubscribed')
          .map(({ subscriberId, publicationId }) => [subscriberId, publicationId]),
      ).toEqual(left.map((id) => [id, desk.publicationId]))
    }),
    { numRuns: 25 },
  )
})

test('a letter that is just out: what comes with its delivery is a machine’s, and what comes later a person’s', async () => {
  await using desk = await openTrackingDesk({ people: 2, http: { trustProxy: ['127.0.0.1'] } })
  const { house } = desk.office
  const campaign = await house.campaign({ name: 'fresh' })
  await house.engine.campaigns.start(campaign.id)
  const { publicationId } = await house.until(campaign, 'finished', 1)
  const key = keyOf(targets[0]!)
  await desk.store.links.put(publicationId!, [{ key, url: targets[0]!, itemId: null }])
  const click = (person: number) =>
    desk.ask(`/c/${desk.office.token(publicationId!, desk.people[person]!)}/${key}`, {
      headers: { 'x-forwarded-for': homes[person]! },
    })
  await click(0)
  house.clock.advance(3000)
  await click(1)
  const clicks = (await desk.events()).filter(({ type }) => type === 'clicked')
  expect(clicks.map(({ class: by, code }) => [by, code])).toEqual([
    ['scanner', 'instant'],
    ['human', 'browser'],
  ])
})
