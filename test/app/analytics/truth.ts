import { expect } from 'vitest'
import { createSesHook } from '../../../app/hooks/ses-hook.ts'
import { createHttp } from '../../../app/http/server.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createEngine } from '../../../engine/engine.ts'
import { silentLog } from '../../../engine/log.ts'
import { campaignInputSchema } from '../../../engine/model/campaign.ts'
import { bareProof } from '../../../engine/model/consent.ts'
import { type ReadClass, readClasses } from '../../../engine/model/event.ts'
import type { SubscriberId } from '../../../engine/model/ids.ts'
import { itemInputSchema } from '../../../engine/model/item.ts'
import { subscriberInputSchema } from '../../../engine/model/subscriber.ts'
import { templateInputSchema } from '../../../engine/model/template.ts'
import { smtp } from '../../../plugins/smtp/index.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openStore } from '../../../stores/open.ts'
import { createTestClock } from '../../engine/support/clock.ts'
import { waitFor } from '../../engine/support/wait.ts'
import { makeCertificate } from '../../servers/certificate.ts'
import { startSink } from '../../servers/smtp-sink.ts'
import { createSns, topicArn } from '../../servers/sns.ts'
import { type Act, actsOf, ask, type Letter, linkCount, publicUrl, readLetter, roleOf } from './crowd.ts'

const token = 'launch_of_the_test'
const body = `<html><body><h1>Hello</h1>
{% for item in items %}<p><a href="{{ item.url }}">{{ item.title }}</a></p>
{% endfor %}<a href="https://news.example/about">About</a>
<a href="{{ links.unsubscribe }}">Unsubscribe</a></body></html>`
const domains = ['gmail.com', 'example.org', 'outlook.com', 'firm.example']
const topics = ['climate', 'security', 'culture']
const minuteMs = 60_000

/** A campaign over a real SMTP server; letters are read from what it received, and opened and clicked by scripted clients. What the API
 *  says then is exactly what they did. */
export async function proveTruth(options: {
  readonly people: number
  readonly store: string
}): Promise<void> {
  const { people } = options
  await using stack = new AsyncDisposableStack()
  const clock = createTestClock()
  const sink = await startSink({ keep: true })
  stack.defer(() => sink.close())
  const store = await openStore(options.store, {})
  stack.defer(() => store.close())
  const now = clock.now()

  const list = await store.lists.insert({ name: 'news', title: 'News', description: '' }, now)
  await store.templates.insert(templateInputSchema.parse({ name: 'daily', subject: 'News', body }), now)
  for (const name of topics) await store.topics.insert({ name, title: name, description: '' }, now)
  await store.items.upsert(
    topics.map((topic, i) =>
      itemInputSchema.parse({
        title: `Item ${i}`,
        url: `https://news.example/${i}`,
        topics: [topic],
        publishedAt: now - i * minuteMs,
      }),
    ),
    now,
  )
  const addressOf = (person: number) => `p${person}@${domains[person % domains.length]}`
  const languageOf = (person: number) => (person % 3 === 0 ? 'de' : 'en')
  const ids: SubscriberId[] = []
  for (let first = 0; first < people; first += 1000) {
    const rows = Array.from({ length: Math.min(1000, people - first) }, (_, i) =>
      subscriberInputSchema.parse({ address: addressOf(first + i), language: languageOf(first + i) }),
    )
    for (const { id } of await store.subscribers.upsert(rows, { lists: [list.id], now })) ids.push(id)
  }
  const everybody = ids.map((_, person) => person)

  const patient = { connectTimeoutMs: 600_000, replyTimeoutMs: 600_000, dataTimeoutMs: 600_000 }
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      publicUrl,
      tracking: { hiddenLink: true },
      render: { maxThreads: 1 },
    }),
    {
      store,
      queue: createMemoryQueue(),
      channels: {
        smtp: {
          definition: smtp as never,
          config: smtp.config.parse({ host: '127.0.0.1', port: sink.port, ...patient }),
        },
      },
      clock,
      random: () => 0.5,
    },
  )
  stack.defer(() => engine.stop({ deadlineMs: 0 }))
  const sns = createSns({
    now: clock.now,
    certificate: makeCertificate(['sns.amazonaws.com'], [], { kind: 'rsa', from: now - 86_400_000 }),
  })
  const hook = createSesHook({
    topicArns: { ses: [topicArn] },
    engine,
    fetcher: sns.fetcher,
    clock,
    log: silentLog,
  })
  const app = await createHttp({
    engine,
    log: silentLog,
    clock,
    version: '0.0.0',
    config: { apiTokens: [token], publicUrl, trustProxy: ['127.0.0.1'], sesHook: hook },
  })
  stack.defer(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  await engine.start()

  for (const person of everybody)
    if (roleOf(person) === 'denier')
      await engine.subscriptions.change(ids[person]!, { tracking: 'denied' }, bareProof('page', now))

  const campaign = await engine.campaigns.create(
    campaignInputSchema.parse({
      name: 'weekly',
      title: 'Weekly',
      template: 'daily',
      sender: { address: 'news@example.org' },
      lists: ['news'],
      selection: { count: topics.length },
    }),
  )
  await engine.campaigns.start(campaign.id)
  const id = await waitFor(
    'the campaign to be finished',
    async () => {
      const found = (await store.campaigns.get(campaign.id))!
      return found.state === 'finished' ? found.publicationId! : null
    },
    () => clock.advance(10),
  )

  // What the server received, by whom it is for.
  const letters = new Map<string, Letter>()
  for (const [i, { to }] of sink.received().entries())
    letters.set(to, await readLetter(sink.bodies()[i]!, to))
  expect([letters.size, sink.count()]).toEqual([people, people])
  const letterOf = (person: number) => letters.get(addressOf(person))!
  for (const person of everybody) {
    const { links, pixel, hidden } = letterOf(person)
    expect(links).toHaveLength(linkCount)
    if (roleOf(person) !== 'denier') continue
    expect([pixel, hidden, links.filter((link) => !link.startsWith('https://news.example/'))]).toEqual([
      null,
      null,
      [],
    ])
  }

  // They do what they do: what is of one moment at once, and one client's in its order.
  const acts = everybody.flatMap((person) => actsOf(person).map((act) => ({ person, ...act })))
  const begin = clock.now()
  const clients = 50
  for (const atMs of [...new Set(acts.map((act) => act.atMs))].sort((a, b) => a - b)) {
    clock.jump(begin + atMs - clock.now())
    const waiting = [
      ...Map.groupBy(
        acts.filter((act) => act.atMs === atMs),
        ({ person }) => person,
      ).values(),
    ]
    const work = async () => {
      for (let mine = waiting.pop(); mine !== undefined; mine = waiting.pop())
        for (const act of mine) await perform(act.person, act)
    }
    await Promise.all(Array.from({ length: clients }, work))
  }

  async function perform(person: number, act: Act): Promise<void> {
    if (act.type === 'bounced' || act.type === 'complained')
      return hook.receive('ses', JSON.stringify(sns.notification(sesEvent(act.type, letterOf(person)))))
    const status = await ask(url, letterOf(person), act, person)
    expect([act, status]).toEqual([act, act.type === 'clicked' ? 302 : 200])
  }

  await waitFor(
    'all to be counted',
    async () => {
      const { rolledTo, last } = await engine.analytics.status()
      return rolledTo === last
    },
    () => clock.advance(100),
  )

  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${url}/api/v1/analytics${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect([path, answer.status]).toEqual([path, 200])
    return (await answer.json()) as T
  }
  interface Row {
    readonly value: string
    readonly sent: number
  }
  const funnel = await get<{ deliveries: object }>(`/publications/${id}`)
  expect(shown(funnel)).toEqual(expected(acts))
  expect(funnel.deliveries).toMatchObject({ audience: people, sent: people, failed: 0, unknown: 0 })

  const sharing = (of: (person: number) => string, value: string) =>
    everybody.filter((person) => of(person) === value)
  for (const [dimension, of] of [
    ['domain', (person: number) => domains[person % domains.length]!],
    ['language', languageOf],
  ] as const) {
    const { data } = await get<{ data: readonly Row[] }>(`/publications/${id}/by/${dimension}`)
    expect(data.map(({ value }) => value).toSorted()).toEqual([...new Set(everybody.map(of))].toSorted())
    for (const row of data) {
      const some = new Set(sharing(of, row.value))
      expect([row.value, row.sent]).toEqual([row.value, some.size])
      expect([row.value, shown(row)]).toEqual([
        row.value,
        expected(acts.filter(({ person }) => some.has(person))),
      ])
    }
  }

  // Which of a letter's links leads where, its client sees by following it; the letter's own table says the same.
  const { data: map } = await get<{ data: readonly { url: string; clicked: object }[] }>(
    `/publications/${id}/links`,
  )
  const targets = [...topics.map((_, i) => `https://news.example/${i}`), 'https://news.example/about']
  expect(map.map((link) => link.url).toSorted()).toEqual(targets.toSorted())
  const targetOf = new Map<string, string>()
  for (const { key, url: target } of await store.links.get(id)) targetOf.set(key, target)
  const clicked = (target: string) =>
    acts.filter(
      ({ person, type, link }) =>
        type === 'clicked' &&
        typeof link === 'number' &&
        targetOf.get(letterOf(person).links[link]!.split('/').at(-1)!) === target,
    )
  for (const link of map)
    expect([link.url, shown(link).clicked]).toEqual([link.url, expected(clicked(link.url)).clicked])

  const { data: byTopic } = await get<{ data: readonly Row[] }>(`/publications/${id}/by/topic`)
  for (const [i, topic] of topics.entries())
    expect([topic, shown(byTopic.find(({ value }) => value === topic)!).clicked]).toEqual([
      topic,
      expected(clicked(`https://news.example/${i}`)).clicked,
    ])

  const { data: hours } = await get<{
    data: readonly { from: number; to: number; opened: { people: number; all: number } }[]
  }>(`/publications/${id}/timeline?unit=hour&timeZone=Asia/Kolkata`)
  for (const { from, to, opened } of hours) {
    const some = acts.filter(
      ({ type, atMs }) => type === 'opened' && begin + atMs >= from && begin + atMs < to,
    )
    expect([from, opened]).toEqual([from, { people: some.filter(isOfPeople).length, all: some.length }])
  }
}

type Done = Act & { readonly person: number }
const isOfPeople = ({ as }: Act) => as === 'human' || as === 'proxy'

/** What a script did, as the API should tell it. */
function expected(acts: readonly Done[]) {
  const of = (some: readonly Done[]) => ({
    recipients: new Set(some.map(({ person }) => person)).size,
    events: some.length,
  })
  const reads = (type: Act['type']) => {
    const some = acts.filter((act) => act.type === type)
    return {
      people: of(some.filter(isOfPeople)),
      all: of(some),
      ...(Object.fromEntries(readClasses.map((by) => [by, of(some.filter(({ as }) => as === by))])) as {
        [by in ReadClass]: ReturnType<typeof of>
      }),
    }
  }
  // Repeating these changes nothing.
  const once = (type: Act['type']) =>
    new Set(acts.filter((act) => act.type === type).map(({ person }) => person)).size
  return {
    opened: reads('opened'),
    clicked: reads('clicked'),
    unsubscribed: once('unsubscribed'),
    bounced: once('bounced'),
    complained: once('complained'),
  }
}

function shown(answer: object) {
  type Tally = { readonly recipients: number; readonly events: number }
  type Reads = {
    readonly people: Tally
    readonly all: Tally
    readonly classes: { readonly [by in ReadClass]: Tally }
  }
  const { opened, clicked, unsubscribed, bounced, complained } = answer as {
    readonly opened?: Reads
    readonly clicked: Reads
    readonly unsubscribed?: Tally
    readonly bounced?: Tally
    readonly complained?: Tally
  }
  const bare = ({ recipients, events }: Tally) => ({ recipients, events })
  const reads = ({ people, all, classes }: Reads) => ({
    people: bare(people),
    all: bare(all),
    ...(Object.fromEntries(readClasses.map((by) => [by, bare(classes[by])])) as { [by in ReadClass]: Tally }),
  })
  return {
    opened: opened && reads(opened),
    clicked: reads(clicked),
    unsubscribed: unsubscribed?.events,
    bounced: bounced?.events,
    complained: complained?.events,
  }
}

/** As SES says it, with the letter's own header. */
function sesEvent(type: 'bounced' | 'complained', { address, wayOut }: Letter): object {
  const mail = {
    timestamp: '2026-11-23T08:00:00.000Z',
    source: 'news@example.org',
    messageId: 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000',
    destination: [address],
    headersTruncated: false,
    headers: [{ name: 'List-Unsubscribe', value: wayOut.header }],
  }
  const common = { timestamp: '2026-11-23T08:00:01.669Z', feedbackId: '01000157c44f053b' }
  return type === 'bounced'
    ? {
        eventType: 'Bounce',
        bounce: {
          ...common,
          bounceType: 'Permanent',
          bounceSubType: 'General',
          bouncedRecipients: [
            {
              emailAddress: address,
              action: 'failed',
              status: '5.1.1',
              diagnosticCode: 'smtp; 550 5.1.1 user unknown',
            },
          ],
        },
        mail,
      }
    : {
        eventType: 'Complaint',
        complaint: {
          ...common,
          complainedRecipients: [{ emailAddress: address }],
          complaintFeedbackType: 'abuse',
        },
        mail,
      }
}
