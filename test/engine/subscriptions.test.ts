import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { createLinks } from '../../engine/compose/links.ts'
import type { Proof } from '../../engine/model/consent.ts'
import { noFollowPreferences } from '../../engine/model/follow.ts'
import type { ListId, PublicationId, SubscriberId } from '../../engine/model/ids.ts'
import { templateInputSchema } from '../../engine/model/template.ts'
import { followOf, told } from '../contract/store/alerts/scene.ts'
import { type House, openHouse } from './support/house.ts'
import { waitFor } from './support/wait.ts'

const dayMs = 86_400_000
const ada = 'ada@example.org'
const sender = { address: 'hello@example.org', name: 'The House' }

/** A house without people, with a list that asks and one that does not. */
async function open(config: object = {}): Promise<House & { ask: ListId; plain: ListId }> {
  const house = await openHouse({
    people: 0,
    config: { subscriptions: { sender, sweepMs: 1000, ...config }, publicUrl: 'https://news.example.org' },
  })
  const [plain] = await house.store.lists.byName(['news'])
  const now = house.clock.now()
  const asks = { name: 'weekly', title: 'The Weekly', description: '', optIn: 'double' } as const
  const { id: ask } = await house.store.lists.insert(asks, now)
  return { ...house, ask, plain: plain!.id, [Symbol.asyncDispose]: () => house[Symbol.asyncDispose]() }
}

const word = (house: House, fields: Partial<Proof> = {}): Proof => ({
  source: 'form',
  at: house.clock.now(),
  ip: '192.0.2.1',
  userAgent: 'Browser 1',
  origin: 'https://example.org/join',
  words: 'Yes, please',
  ...fields,
})

/** The mails taken, once there are so many. */
const mails = async (house: House, count: number, stepMs = 100) => {
  await waitFor(
    `${count} mails`,
    () => house.channel.taken.length >= count,
    () => house.clock.advance(stepMs),
  )
  expect(house.channel.taken).toHaveLength(count)
  return Promise.all(
    house.channel.taken.map(async ({ to, key, text }) => {
      const mail = await simpleParser(text)
      const token = /\/(?:s\/confirm|p)\/([\w-]+)/.exec(mail.text ?? '')?.[1] ?? ''
      return { to, key, token, mail }
    }),
  )
}

const rowOf = async (house: House, address = ada) => (await house.store.subscribers.byAddress(address))!
const kindsOf = async (house: House, id: SubscriberId) =>
  (await house.store.consents.page({ subscriberId: id, after: 0, limit: 100 })).rows.map(({ kind }) => kind)
const noticeOf = (house: House, id: SubscriberId) => house.store.notices.get(id, 'confirm')
/** Let the actor look, and wait until it did what it says in its row. */
const until = (house: House, id: SubscriberId, state: string, stepMs = 1000) =>
  waitFor(
    `the notice to be ${state}`,
    async () => (await noticeOf(house, id))?.state === state,
    () => house.clock.advance(stepMs),
  )

describe('double opt-in', () => {
  test('nothing is active before the person says so by the link in their mail', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    const answer = await subscriptions.signUp({ address: ada, name: 'Ada', lists: ['weekly'] }, word(house))
    expect(answer).toEqual({ status: 'pending' })
    const { id, status } = await rowOf(house)
    expect(status).toBe('unconfirmed')
    const audience = { lists: [house.ask], excludeLists: [], after: 0, limit: 9 }
    expect(await house.store.deliveries.audience(audience)).toMatchObject({ rows: [] })
    const [{ to, token, mail, key }] = (await mails(house, 1)) as [Awaited<ReturnType<typeof mails>>[0]]
    expect(to).toBe(ada)
    expect(mail.subject).toBe('Please confirm your subscription to The Weekly')
    expect(mail.from?.text).toContain('hello@example.org')
    expect(mail.messageId).toBe(key)
    expect(mail.text).toContain('Hello Ada,')
    expect(mail.headers.has('list')).toBe(false)
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated')

    expect(subscriptions.readToken(token)).toEqual({
      purpose: 'confirm',
      subscriberId: id,
      publicationId: null,
    })
    expect(await subscriptions.confirm(id, word(house, { source: 'page' }))).toBe('done')
    expect(await subscriptions.confirm(id, word(house, { source: 'page' }))).toBe('done')
    expect((await rowOf(house)).status).toBe('active')
    expect(await house.store.deliveries.audience(audience)).toMatchObject({ rows: [id] })
    expect(await kindsOf(house, id)).toEqual(['ask', 'confirm'])
    const { rows } = await house.store.consents.page({ subscriberId: id, after: 1, limit: 1 })
    expect(rows[0]).toMatchObject({ from: 'unconfirmed', to: 'active', lists: [house.ask], source: 'page' })
  })

  test('is reminded of twice, two days apart, then lapses, and retention removes what was entered', async () => {
    await using house = await open({ confirmDays: 10 })
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(house))
    const { id } = await rowOf(house)
    await until(house, id, 'sent', 100)
    house.clock.advance(2 * dayMs - 2000)
    await mails(house, 1)
    await mails(house, 2, 1000)
    await until(house, id, 'sent', 100)
    house.clock.advance(2 * dayMs)
    const all = await mails(house, 3, 1000)
    expect(all.map(({ mail }) => mail.subject?.startsWith('Reminder'))).toEqual([false, true, true])
    expect(new Set(all.map(({ key }) => key)).size).toBe(3)
    // All of them are good for the same confirmation.
    expect(new Set(all.map(({ token }) => token)).size).toBe(1)
    await until(house, id, 'sent', 100)
    house.clock.advance(7 * dayMs)
    await until(house, id, 'lapsed')
    expect(await subscriptions.confirm(id, word(house))).toBe('gone')
    expect(subscriptions.readToken(all[0]!.token)).toBeNull()
    house.clock.advance(30 * dayMs)
    await waitFor(
      'the row to be emptied',
      async () => (await house.store.subscribers.get([id]))[0]?.status === 'erased',
      () => house.clock.advance(dayMs),
    )
    expect(await house.store.subscriptions.wasErased(ada)).toBe(false)
    expect(house.channel.taken).toHaveLength(3)
  })

  test('a mail whose outcome was lost goes again, under the same Message-ID, and its row says so', async () => {
    await using house = await open()
    const outcomes = ['unknown', 'sent']
    house.channel.script = () =>
      outcomes.shift() === 'unknown'
        ? { status: 'unknown', code: 'timeout', detail: 'no answer after the dot' }
        : undefined
    await house.engine.subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(house))
    const { id } = await rowOf(house)
    await until(house, id, 'unknown', 100)
    expect(await noticeOf(house, id)).toMatchObject({ uncertain: 1, code: 'timeout' })
    const [first, second] = await mails(house, 2, 10_000)
    expect(second!.key).toBe(first!.key)
    await until(house, id, 'sent', 100)
    expect(await noticeOf(house, id)).toMatchObject({ uncertain: 1, mail: 1 })
  })

  test('refused for now is tried again; a bad address bounces and is suppressed', async () => {
    await using house = await open()
    const outcomes = [
      { status: 'transient', code: '451', detail: 'later', scope: 'recipient', retryAfterMs: null },
      { status: 'permanent', code: '550', detail: 'unknown', suppress: true },
    ] as const
    let turn = 0
    house.channel.script = () => outcomes[turn++]
    await house.engine.subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(house))
    const { id } = await rowOf(house)
    await until(house, id, 'failed', 10_000)
    expect(turn).toBe(2)
    expect((await rowOf(house)).status).toBe('bounced')
    expect(await house.store.suppressions.byAddress([ada])).toMatchObject([{ reason: 'bounce' }])
    // Suppressed addresses are asked nothing any more, and nobody can tell.
    expect(await house.engine.subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(house))).toEqual(
      {
        status: 'pending',
      },
    )
    await until(house, id, 'failed', 1000)
    expect(turn).toBe(2)
  })

  test('one address gets three mails a day at most, and the same answer each time', async () => {
    await using house = await open()
    for (let i = 0; i < 6; i++) {
      house.clock.advance(1)
      const answer = await house.engine.subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(house))
      expect(answer).toEqual({ status: 'pending' })
      const { id } = await rowOf(house)
      if (i < 3) await until(house, id, 'sent', 100)
    }
    house.clock.advance(60_000)
    await mails(house, 3)
    const { id } = await rowOf(house)
    expect(await house.engine.subscriptions.confirm(id, word(house))).toBe('done')
  })

  test('mails come from a template of the reserved name, else built in, in the person’s language', async () => {
    await using house = await open()
    await house.engine.subscriptions.signUp(
      { address: ada, language: 'de-AT', lists: ['weekly'] },
      word(house),
    )
    const [first] = await mails(house, 1)
    expect(first!.mail.subject).toBe('Bitte bestätigen: The Weekly')
    const own = templateInputSchema.parse({
      name: 'confirm',
      subject: 'Own words for {{ campaign.data.lists | join: ", " }}',
      body: '<p><a href="{{ links.confirm }}">Go</a> {{ links.confirm }}</p>',
    })
    await house.store.templates.insert(own, house.clock.now())
    await house.engine.subscriptions.signUp({ address: 'bo@example.org', lists: ['weekly'] }, word(house))
    const [, second] = await mails(house, 2)
    expect(second!.mail.subject).toBe('Own words for The Weekly')
    expect(house.engine.subscriptions.readToken(second!.token)).toMatchObject({ purpose: 'confirm' })
  })

  test('who leaves everything is not reminded, and old links confirm nothing', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(house))
    const { id } = await rowOf(house)
    await mails(house, 1)
    expect(await subscriptions.leave(id, 'all', null, word(house, { words: 'Too much' }))).toEqual({
      changed: true,
    })
    expect(await noticeOf(house, id)).toBeNull()
    expect(await subscriptions.confirm(id, word(house))).toBe('gone')
    expect((await rowOf(house)).status).toBe('unsubscribed')
  })
})

describe('signing up', () => {
  test('puts a new person on lists with single opt-in at once', async () => {
    await using house = await open()
    const answer = await house.engine.subscriptions.signUp(
      { address: 'Ada@Example.org', lists: ['news'], topics: { climate: 1 } },
      word(house),
    )
    expect(answer).toEqual({ status: 'active' })
    const row = await rowOf(house)
    expect(row).toMatchObject({ status: 'active', topics: { climate: 1 } })
    expect(await kindsOf(house, row.id)).toEqual(['signUp'])
    expect(house.channel.taken).toHaveLength(0)
  })

  test('who had left is asked whatever the list says, and comes back by confirming alone', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, lists: ['news'] }, word(house))
    const { id } = await rowOf(house)
    await subscriptions.leave(id, 'all', null, word(house))
    // The same answer as for anybody.
    expect(await subscriptions.signUp({ address: ada, lists: ['news'] }, word(house))).toEqual({
      status: 'active',
    })
    expect((await rowOf(house)).status).toBe('unsubscribed')
    await mails(house, 1)
    expect(await subscriptions.confirm(id, word(house))).toBe('done')
    expect((await rowOf(house)).status).toBe('active')
    expect(await kindsOf(house, id)).toEqual(['signUp', 'unsubscribe', 'ask', 'rejoin'])
  })

  test('a stranger who types a known address changes nothing about the person', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, name: 'Ada', lists: ['news'] }, word(house))
    const before = await rowOf(house)
    house.clock.advance(1000)
    await subscriptions.signUp(
      { address: ada, name: 'Evil', topics: { sport: 1 }, lists: ['weekly'] },
      word(house),
    )
    expect(await rowOf(house)).toEqual(before)
    await mails(house, 1)
    expect(await subscriptions.confirm(before.id, word(house))).toBe('done')
    expect(await rowOf(house)).toMatchObject({ name: 'Evil', topics: { sport: 1 } })
  })

  test('who is on the list already gets a mail too, with the link to their own page', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(house))
    const { id } = await rowOf(house)
    await mails(house, 1)
    await subscriptions.confirm(id, word(house))
    expect(await subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(house))).toEqual({
      status: 'pending',
    })
    const [, second] = await mails(house, 2)
    expect(second!.mail.subject).toBe('Your subscription')
    expect(subscriptions.readToken(second!.token)).toEqual({
      purpose: 'manage',
      subscriberId: id,
      publicationId: null,
    })
    expect(subscriptions.manageUrl(id)).toBe(`https://news.example.org/p/${second!.token}`)
  })

  test('refuses unknown lists and addresses that mail cannot carry, naming them', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await expect(subscriptions.signUp({ address: ada, lists: ['nope'] }, word(house))).rejects.toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'lists[0]' }],
    })
    await expect(
      subscriptions.signUp({ address: 'nobody', lists: ['news'] }, word(house)),
    ).rejects.toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'address' }],
    })
    expect(await house.store.subscribers.count({})).toBe(0)
  })

  test('the erased are asked, are not told apart, and are somebody new once they confirmed', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, lists: ['news'] }, word(house))
    const { id: before } = await rowOf(house)
    expect(await subscriptions.erase(before, word(house))).toBe(true)
    expect(await subscriptions.erase(before, word(house))).toBe(false)
    expect(await subscriptions.person(before)).toBeNull()
    expect(await subscriptions.signUp({ address: ada, lists: ['news'] }, word(house))).toEqual({
      status: 'active',
    })
    const { id, status } = await rowOf(house)
    expect([id === before, status]).toEqual([false, 'unconfirmed'])
    await mails(house, 1)
    expect(await subscriptions.confirm(before, word(house))).toBe('gone')
    expect(await subscriptions.confirm(id, word(house))).toBe('done')
    expect((await rowOf(house)).status).toBe('active')
    expect(await house.store.subscriptions.wasErased(ada)).toBe(false)
  })
})

describe('a person’s own page', () => {
  test('a letter’s token opens it, a link by mail is sent to known addresses alone', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    const links = createLinks({ secrets: ['a secret only for the tests'], publicUrl: 'https://x.example' })
    const token = links.token(7 as PublicationId, 9 as SubscriberId)
    expect(subscriptions.readToken(token)).toEqual({ purpose: 'manage', subscriberId: 9, publicationId: 7 })
    expect(subscriptions.readToken(`${token}x`)).toBeNull()
    await subscriptions.signUp({ address: ada, lists: ['news'] }, word(house))
    await subscriptions.mailManageLink('nobody@example.org', word(house))
    await subscriptions.mailManageLink(ada, word(house))
    const [mail] = await mails(house, 1)
    expect(mail!.to).toBe(ada)
  })

  test('changes settings, joins and leaves, and asks before a double list that one was never on', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, lists: ['news'] }, word(house))
    const { id } = await rowOf(house)
    const page = word(house, { source: 'page', words: null })
    const view = await subscriptions.change(
      id,
      {
        name: 'Ada',
        topics: { sport: 0.5 },
        maxPerWeek: 2,
        tracking: 'denied',
        join: ['weekly'],
        leave: ['news'],
      },
      page,
    )
    expect(view).toMatchObject({
      subscriber: { name: 'Ada', topics: { sport: 0.5 }, status: 'active' },
      maxPerWeek: 2,
      tracking: 'denied',
      pausedUntil: null,
    })
    expect(view.memberships.map(({ name, membership }) => [name, membership])).toEqual([
      ['news', 'unsubscribed'],
      ['weekly', 'unconfirmed'],
    ])
    await mails(house, 1)
    // One's own word on one's own page: nothing to confirm about a list with single opt-in.
    const back = await subscriptions.change(id, { join: ['news'] }, page)
    expect(back.memberships[0]?.membership).toBe('active')
    expect(await kindsOf(house, id)).toEqual(['signUp', 'ask', 'leave', 'tracking', 'frequency', 'join'])
    await expect(subscriptions.change(id, { join: ['nope'] }, page)).rejects.toMatchObject({
      code: 'E_INPUT',
    })
    await expect(subscriptions.change(999 as SubscriberId, {}, page)).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })

  test('a pause ends by itself, or by a word', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, lists: ['news'] }, word(house))
    const { id } = await rowOf(house)
    const pausedUntil = house.clock.now() + 3 * dayMs
    expect(await subscriptions.change(id, { pausedUntil }, word(house))).toMatchObject({
      subscriber: { status: 'paused' },
      pausedUntil,
    })
    house.clock.advance(3 * dayMs - 5000)
    expect((await rowOf(house)).status).toBe('paused')
    await waitFor(
      'the pause to end',
      async () => (await rowOf(house)).status === 'active',
      () => house.clock.advance(1000),
    )
    await subscriptions.pause(id, null, word(house))
    await subscriptions.resume(id, word(house))
    expect(await kindsOf(house, id)).toEqual(['signUp', 'pause', 'resume', 'pause', 'resume'])
    await subscriptions.leave(id, 'all', null, word(house))
    await expect(subscriptions.pause(id, null, word(house))).rejects.toMatchObject({
      code: 'E_STATE',
      message: `Subscriber ${id} is unsubscribed: "pause" is possible while active, paused.`,
    })
    await expect(
      subscriptions.change(id, { pausedUntil: house.clock.now() - 1 }, word(house)),
    ).rejects.toMatchObject({ code: 'E_INPUT', issues: [{ path: 'pausedUntil' }] })
  })

  test('shows all that is known, with campaigns by their titles', async () => {
    await using house = await open()
    const { subscriptions } = house.engine
    await subscriptions.signUp({ address: ada, name: 'Ada', lists: ['news'] }, word(house))
    const { id } = await rowOf(house)
    const campaign = await house.campaign()
    await house.engine.campaigns.start(campaign.id)
    await house.until(campaign, 'finished')
    const { publicationId } = (await house.store.campaigns.get(campaign.id))!
    const { store } = house
    const [now, input] = [house.clock.now(), followOf({ channel: 'slack', contact: 'U0ADA' })]
    const follow = await store.follows.insert(id, input, now)
    await store.followPreferences.set(id, { ...noFollowPreferences, digestAt: '08:30' }, now)
    await told(store, { people: Uint32Array.of(follow.id) })
    await subscriptions.leave(id, 'all', publicationId, word(house, { words: 'Enough' }))
    const data = await subscriptions.dataOf(id)
    expect(JSON.parse(JSON.stringify(data))).toMatchObject({
      subscriber: { address: ada, name: 'Ada', status: 'unsubscribed', tracking: 'unknown' },
      memberships: [{ list: 'news', membership: 'unsubscribed' }],
      consents: [
        { kind: 'signUp', words: 'Yes, please', ip: '192.0.2.1' },
        { kind: 'unsubscribe', words: 'Enough' },
      ],
      deliveries: [{ campaign: 'Weekly', state: 'sent' }],
      events: [
        { type: 'sent', campaign: 'Weekly' },
        { type: 'unsubscribed', campaign: 'Weekly' },
      ],
      mails: [],
      suppressions: [],
      follows: [{ channel: 'slack', contact: 'U0ADA' }],
      followPreferences: { digestAt: '08:30' },
      alerts: [{ title: 'Lag', channel: 'slack', to: 'U0ADA', state: 'handing' }],
    })
    expect(await subscriptions.dataOf(999 as SubscriberId)).toBeNull()
    await subscriptions.erase(id, word(house))
    const left = JSON.stringify(await subscriptions.dataOf(id))
    for (const gone of [ada, 'Ada', 'U0ADA', '08:30', 'Enough', 'Yes, please', '192.0.2.1', 'Browser 1'])
      expect(left).not.toContain(gone)
  })
})

test('mails left on the wire by a crash go out again with the next engine', async () => {
  await using first = await open()
  const handed = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  // The process is gone while the channel has the mail: no answer comes.
  first.channel.before = () => {
    handed.resolve()
    return answered.promise
  }
  await first.engine.subscriptions.signUp({ address: ada, lists: ['weekly'] }, word(first))
  await handed.promise
  const { id } = await rowOf(first)
  expect(await noticeOf(first, id)).toMatchObject({ state: 'handing', attempt: 1 })
  await using second = await openHouse({
    store: first.store,
    clock: first.clock,
    config: { subscriptions: { sender, sweepMs: 1000 } },
  })
  await mails(second, 1, 10_000)
  await until(second, id, 'sent', 100)
  const after = await noticeOf(first, id)
  expect(after).toMatchObject({ uncertain: 1, mail: 1 })
  // What the first one says now is too late to change anything.
  answered.resolve()
  await waitFor('the late answer', () => first.channel.taken.length === 1)
  expect(await noticeOf(first, id)).toEqual(after)
  expect(first.channel.taken[0]?.key).toBe(second.channel.taken[0]?.key)
})
