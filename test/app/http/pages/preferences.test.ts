import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SubscriberId } from '../../../../engine/model/ids.ts'
import { type Office, openOffice } from './office.ts'

let office: Office
let path: string
let ada: SubscriberId
beforeEach(async () => {
  office = await openOffice({ pages: { lists: ['weekly', 'daily'] } })
  const weekly = await office.list('weekly', 'Weekly')
  await office.list('daily', 'Daily', { optIn: 'double' })
  const closed = await office.list('board', 'For the board')
  const now = office.house.clock.now()
  const [made] = await office.store.subscribers.upsert(
    [{ address: 'ada@example.org', name: 'Ada', topics: { climate: 0.57, 'gone-topic': 0.4 } }],
    { lists: [weekly, closed] as never, now },
  )
  ada = made!.id
  path = `/p/${office.token(0, ada)}`
})
afterEach(async () => {
  await office[Symbol.asyncDispose]()
})
const view = async () => (await office.house.engine.subscriptions.person(ada))!
const listsOn = async () =>
  (await view()).memberships.filter(({ membership }) => membership === 'active').map(({ name }) => name)
const same = {
  list: ['weekly', 'board'],
  'topic-climate': 'some',
  name: 'Ada',
  language: '',
  timeZone: '',
  maxPerWeek: '',
  pausedUntil: '',
}

describe('the preferences page', () => {
  test('shows how things stand and changes nothing by itself', async () => {
    const { text, words, headers } = await office.visit(path)
    expect(words).toContain('a•••@example.org')
    expect(text).not.toContain('ada@example.org')
    expect(text).toMatch(/value="weekly" checked/)
    expect(text).toMatch(/value="board" checked/)
    expect(text).toMatch(/value="daily">/)
    expect(text).toMatch(/<option value="some" selected>Regularly/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-robots-tag')).toContain('noindex')
    await office.fill(path, same)
    // A weight that was learned is not rounded to the choice that stands for it.
    expect((await view()).subscriber.topics).toEqual({ climate: 0.57, 'gone-topic': 0.4 })
  })

  test('shows the alerts that somebody follows, and stops those that are left out', async () => {
    const { engine } = office.house
    const input = {
      channel: 'smtp',
      contact: null,
      filter: [],
      topics: ['climate'],
      minSeverity: 'error',
    } as const
    const now = office.house.clock.now()
    const kept = await engine.store.follows.insert(
      ada,
      { ...input, topics: [...input.topics], filter: [] },
      now,
    )
    const left = await engine.store.follows.insert(ada, { ...input, topics: [], filter: [] }, now)
    const { words } = await office.visit(path)
    expect(words).toContain('Alerts')
    expect(words).toContain('Error and worse · E-mail')
    const later = await engine.store.follows.insert(ada, { ...input, topics: ['sport'], filter: [] }, now)
    await office.fill(path, {
      ...same,
      shownFollow: [String(kept.id), String(left.id)],
      follow: [String(kept.id)],
    })
    const { rows } = await engine.store.follows.page({ after: 0, limit: 10, subscriberId: ada })
    expect(rows.map(({ id }) => id)).toEqual([kept.id, later.id])
  })

  test('changes what was changed, says so in the new language, and keeps the consent’s words', async () => {
    const saved = await office.fill(path, {
      ...same,
      list: ['weekly', 'daily'],
      'topic-climate': 'much',
      'topic-sport': 'none',
      language: 'de',
      timeZone: 'Europe/Berlin',
      maxPerWeek: '2',
      tracking: 'denied',
      pausedUntil: '2026-12-24',
    })
    expect([saved.status, saved.words]).toEqual([
      200,
      expect.stringContaining('Ihre Einstellungen sind gespeichert'),
    ])
    const { subscriber, maxPerWeek, tracking, pausedUntil } = await view()
    expect(subscriber).toMatchObject({
      language: 'de',
      timeZone: 'Europe/Berlin',
      topics: { climate: 1, sport: 0, 'gone-topic': 0.4 },
    })
    expect({ maxPerWeek, tracking }).toEqual({ maxPerWeek: 2, tracking: 'denied' })
    // The day begins where its person is.
    expect(new Date(pausedUntil!).toISOString()).toBe('2026-12-23T23:00:00.000Z')
    // The list with double opt-in waits for its mail; the closed one can be left.
    expect(await listsOn()).toEqual(['weekly'])
    expect(await office.mailed('ada@example.org', '/s/confirm/')).toBeTruthy()
    expect(JSON.stringify(await office.house.engine.subscriptions.dataOf(ada))).toContain('No, please do not')
  })

  test.each([
    ['pausedUntil', '2020-01-01'],
    ['pausedUntil', '2026-02-31'],
    ['pausedUntil', '2099-01-01'],
    ['maxPerWeek', '0'],
    ['maxPerWeek', 'many'],
    ['language', 'xx-nothing'],
    ['timeZone', 'Mars/Olympus'],
    ['tracking', 'perhaps'],
    ['name', 'x'.repeat(201)],
  ])('refuses %s "%s" beside its field, and changes nothing', async (field, value) => {
    const before = await view()
    const { status, text } = await office.fill(path, { ...same, list: [], [field]: value })
    expect(status).toBe(400)
    expect(text).toContain(`id="${field}-error"`)
    expect(text).toContain(`href="#${field}"`)
    expect(await view()).toEqual(before)
  })

  test('takes no list that is not offered, no topic that is not there', async () => {
    await office.list('secret', 'Secret')
    await office.fill(path, { ...same, list: ['weekly', 'board', 'secret'], 'topic-__proto__': 'much' })
    expect(await listsOn()).toEqual(['weekly', 'board'])
    expect(Object.keys((await view()).subscriber.topics)).toEqual(['climate', 'gone-topic'])
  })

  test('takes no form from another site, nor one without its token', async () => {
    const { form } = await office.visit(path)
    const fields = { ...same, list: [] }
    const foreign = await office.post(path, { form, ...fields }, { 'sec-fetch-site': 'cross-site' })
    expect(foreign.status).toBe(400)
    expect((await office.post(path, fields)).status).toBe(400)
    // The token of one person's form serves no other's.
    const [bob] = await office.store.subscribers.upsert([{ address: 'bob@example.org' }], {
      lists: [],
      now: office.house.clock.now(),
    })
    expect((await office.post(`/p/${office.token(0, bob!.id)}`, { form, ...fields })).status).toBe(400)
    expect(await listsOn()).toEqual(['weekly', 'board'])
  })

  test.each(['abc', '%00', 'x'.repeat(600)])(
    'a link that we did not make is not valid: %s',
    async (token) => {
      for (const at of [
        `/p/${token}`,
        `/p/${token}/data.json`,
        `/p/${token}/erase`,
        `/v/${token}`,
        `/s/confirm/${token}`,
      ])
        expect((await office.visit(at)).status).toBe(404)
    },
  )

  test('a link that confirms opens nothing else', async () => {
    await office.fill('/s/daily', { address: 'cy@example.org' })
    const token = (await office.mailed('cy@example.org', '/s/confirm/')).replace('/s/confirm/', '')
    for (const at of ['/p/', '/u/', '/v/']) expect((await office.visit(at + token)).status).toBe(404)
    expect((await office.visit(path.replace('/p/', '/s/confirm/'))).status).toBe(404)
  })
})

describe('a person’s data', () => {
  test('is theirs as a file', async () => {
    const { text, headers } = await office.visit(`${path}/data.json`)
    expect(headers.get('content-disposition')).toContain('attachment')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(JSON.stringify(JSON.parse(text))).toContain('ada@example.org')
  })

  test('is erased by a second deliberate step, and the link is dead then', async () => {
    const page = await office.visit(`${path}/erase`)
    expect(page.words).toContain('cannot be undone')
    expect((await office.fill(`${path}/erase`, {})).status).toBe(400)
    expect((await office.post(`${path}/erase`, { understood: 'yes' })).status).toBe(400)
    expect((await view()).subscriber.address).toBe('ada@example.org')
    const done = await office.fill(`${path}/erase`, { understood: 'yes' })
    expect(done.words).toContain('We know nothing about you any more')
    expect(await office.store.subscribers.byAddress('ada@example.org')).toBeNull()
    for (const at of [path, `${path}/data.json`, path.replace('/p/', '/u/')])
      expect((await office.visit(at)).status).toBe(404)
  })
})

describe('the link by mail', () => {
  test('reaches who is known and says the same to everyone', async () => {
    const known = await office.fill('/p', { address: 'ADA@example.org' })
    const unknown = await office.fill('/p', { address: 'axe@example.org' })
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text])
    const link = await office.mailed('ada@example.org', '/p/')
    expect((await office.visit(link)).words).toContain('Your settings')
    expect(office.house.channel.taken.map(({ to }) => to)).toEqual(['ada@example.org'])
  })

  test('refuses what is no address', async () => {
    const { status, text } = await office.fill('/p', { address: 'ada' })
    expect([status, text]).toEqual([400, expect.stringContaining('id="address-error"')])
  })
})
