import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { provesWork } from '../../../../app/http/public/subscription/hashcash.ts'
import { type Office, openOffice } from './office.ts'

const pages = { lists: ['daily', 'weekly'] }
let office: Office
const open = async (options: Parameters<typeof openOffice>[0] = { pages }) => {
  office = await openOffice(options)
  await office.list('daily', 'The <Daily>', { optIn: 'double', description: 'Every day, & early.' })
  await office.list('weekly', 'Weekly')
  await office.list('secret', 'For the board')
}
beforeEach(() => open())
afterEach(async () => {
  await office[Symbol.asyncDispose]()
})
const person = (address: string) => office.store.subscribers.byAddress(address)
const memberships = async (address: string) => {
  const row = await person(address)
  return row === null ? [] : office.store.subscribers.memberships(row.id)
}

describe('signing up', () => {
  test('by form, mail and one button: only then are they on the list, with the words they agreed to', async () => {
    const sent = await office.fill('/s/daily', { address: 'Ada@Example.org', name: 'Ada' })
    expect([sent.status, sent.words]).toEqual([200, expect.stringContaining('Please check your inbox')])
    expect(sent.words).toContain('a•••@example.org')
    expect(await memberships('ada@example.org')).toMatchObject([{ membership: 'unconfirmed' }])

    const link = await office.mailed('ada@example.org', '/s/confirm/')
    for (let times = 0; times < 3; times++) {
      const page = await office.visit(link)
      expect(page.words).toContain('asked us to send “The &lt;Daily&gt;” to a•••@example.org')
    }
    expect(await memberships('ada@example.org')).toMatchObject([{ membership: 'unconfirmed' }])

    expect((await office.fill(link, {})).words).toContain('You are subscribed')
    expect(await person('ada@example.org')).toMatchObject({ status: 'active', name: 'Ada', language: 'en' })
    expect(await memberships('ada@example.org')).toMatchObject([{ membership: 'active' }])
    expect((await office.visit(link)).words).toContain('Nothing left to confirm')

    const data = JSON.stringify(
      await office.house.engine.subscriptions.dataOf((await person('ada@example.org'))!.id),
    )
    expect(data).toContain('By subscribing you ask The Harbour Courier to send “The <Daily>”')
  })

  test('says the same to who is subscribed, who is not, and who had left', async () => {
    await office.fill('/s/weekly', { address: 'known@example.org' })
    await office.fill('/s/weekly', { address: 'left@example.org' })
    await office.store.subscribers.leave({
      id: (await person('left@example.org'))!.id,
      lists: 'all',
      publicationId: null,
      now: office.house.clock.now(),
    })
    const answers = []
    for (const who of ['known', 'left', 'kay'])
      answers.push(await office.fill('/s/weekly', { address: `${who}@example.org` }))
    const [one, other, third] = answers.map(({ status, text }) => [status, text.replace(/[kl]•••/g, 'x…')])
    expect(one).toEqual(other)
    expect(one).toEqual(third)
    // The one who left is asked, and comes back by nobody else's word.
    expect(await person('left@example.org')).toMatchObject({ status: 'unsubscribed' })
  })

  test('shows only lists that are open, and offers several to choose from', async () => {
    for (const path of ['/s/secret', '/s/daily,secret', '/s/nothing', '/s/%3Cb%3E'])
      expect([path, (await office.visit(path)).status]).toEqual([path, 404])
    expect((await office.visit('/s/secret')).text).not.toContain('board')
    const several = await office.visit('/s')
    expect(several.text.match(/type="checkbox"/g)).toHaveLength(2)
    expect(several.words).toContain('Every day, &amp; early.')
    expect((await office.fill('/s', { address: 'ada@example.org' })).words).toContain(
      'Choose at least one newsletter',
    )
    await office.fill('/s', { address: 'ada@example.org', list: ['weekly', 'secret'] })
    expect(await memberships('ada@example.org')).toHaveLength(1)
  })

  test('a mistake comes back with the form, tied to its field', async () => {
    const { status, text } = await office.fill('/s/daily', {
      address: '"><script>alert(1)</script>',
      name: 'A',
    })
    expect(status).toBe(400)
    expect(text).toContain('aria-describedby="address-hint address-error" aria-invalid="true"')
    expect(text).toContain('id="address-error"')
    expect(text).toContain('role="alert"')
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;')
    expect(text).not.toContain('<script')
  })

  test('speaks German where asked to', async () => {
    const asked = await office.visit('/s/daily?lang=de')
    expect(asked.text).toContain('<html lang="de">')
    expect(
      (await office.visit('/s/daily', { 'accept-language': 'fr, de-CH;q=0.7, en;q=0.3' })).words,
    ).toContain('abonnieren')
    expect((await office.visit('/s/daily?lang=xx&utm_source=a')).text).toContain('<html lang="en">')
  })
})

describe('programs', () => {
  test('that fill in what nobody sees are told that all went well', async () => {
    const told = await office.fill('/s/weekly', {
      address: 'bot@example.org',
      website: 'https://spam.example',
    })
    expect(told.words).toContain('Please check your inbox')
    expect(await person('bot@example.org')).toBeNull()
  })

  test('that answer at once are asked again, and people only once more', async () => {
    const { form } = await office.visit('/s/weekly')
    const again = await office.post('/s/weekly', { form, address: 'ada@example.org' })
    expect([again.status, again.form]).toEqual([400, form])
    expect(again.text).toContain('value="ada@example.org"')
    expect(await person('ada@example.org')).toBeNull()
    office.house.clock.advance(3000)
    await office.post('/s/weekly', { form, address: 'ada@example.org' })
    expect(await person('ada@example.org')).toMatchObject({ status: 'active' })
  })

  test.each([
    ['made up', 'abc.0123456789abcdef0123456789abcdef'],
    ['of another form', null],
  ])('with a token that is %s get the form', async (_what, token) => {
    const form = token ?? (await office.visit('/p')).form
    office.house.clock.advance(5000)
    const shown = await office.post('/s/weekly', { form, address: 'ada@example.org' })
    expect(shown.form).not.toBe('')
    expect(await person('ada@example.org')).toBeNull()
  })

  test('and forms that lay open for a day get it anew', async () => {
    const { form } = await office.visit('/s/weekly')
    office.house.clock.advance(86_400_000)
    const shown = await office.post('/s/weekly', { form, address: 'ada@example.org' })
    expect(shown.words).toContain('open for too long')
    expect(await person('ada@example.org')).toBeNull()
  })

  test('are limited by address, with the seconds to wait', async () => {
    await office[Symbol.asyncDispose]()
    await open({ pages: { ...pages, limits: { address: { perHour: 3600, burst: 2 } } } })
    const statuses = []
    let last: Awaited<ReturnType<typeof office.post>> | undefined
    for (let times = 0; times < 3; times++) {
      last = await office.post('/s/weekly', { address: 'x' })
      statuses.push(last.status)
    }
    expect(statuses).toEqual([400, 400, 429])
    expect(last!.headers.get('retry-after')).toBe('1')
    office.house.clock.advance(1000)
    expect((await office.post('/s/weekly', { address: 'x' })).status).toBe(400)
  })

  test('fill nobody’s mailbox: beyond the limit nothing is mailed, and the words are the same', async () => {
    await office[Symbol.asyncDispose]()
    await open({ pages: { ...pages, limits: { mailbox: { perHour: 1, burst: 1 } } } })
    const first = await office.fill('/s/weekly', { address: 'ada@example.org' })
    const second = await office.fill('/s/daily', { address: 'ada@example.org' })
    expect([second.status, second.words]).toEqual([first.status, first.words])
    expect(await memberships('ada@example.org')).toHaveLength(1)
  })
})

describe('a form on another site', () => {
  const elsewhere = { 'sec-fetch-site': 'cross-site', referer: 'https://shop.example/about' }
  const send = () => office.post('/s/weekly', { address: 'ada@example.org' }, elsewhere)

  test('is shown once more here, filled in, before it counts', async () => {
    const shown = await send()
    expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('value="ada@example.org"')])
    expect(await person('ada@example.org')).toBeNull()
    office.house.clock.advance(3000)
    await office.post('/s/weekly', { address: 'ada@example.org', form: shown.form })
    expect(await person('ada@example.org')).toMatchObject({ status: 'active' })
  })

  test('counts at once, or not at all, where the settings say so', async () => {
    await office[Symbol.asyncDispose]()
    await open({ pages: { ...pages, embed: 'direct' } })
    expect((await send()).words).toContain('Please check your inbox')
    const ada = (await person('ada@example.org'))!
    expect(JSON.stringify(await office.house.engine.subscriptions.dataOf(ada.id))).toContain(
      'https://shop.example/about',
    )
    await office[Symbol.asyncDispose]()
    await open({ pages: { ...pages, embed: 'off' } })
    expect((await send()).status).toBe(400)
    expect(await person('ada@example.org')).toBeNull()
  })
})

describe('proof of work', () => {
  beforeEach(async () => {
    await office[Symbol.asyncDispose]()
    await open({ pages: { ...pages, proofOfWork: 'hashcash', proofOfWorkBits: 8 } })
  })

  test('with it, a list of single opt-in is joined at once; without, by mail', async () => {
    const { form, text, headers } = await office.visit('/s/weekly')
    expect(headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'/)
    expect(text).toContain('data-bits="8"')
    office.house.clock.advance(5000)
    const work = { token: form, address: 'ada@example.org', bits: 8 }
    let answer = 0
    while (!provesWork({ ...work, answer: String(answer) })) answer++
    await office.post('/s/weekly', { form, address: 'ada@example.org', work: String(answer) })
    expect(await memberships('ada@example.org')).toMatchObject([{ membership: 'active' }])
    // The same answer serves nobody else.
    expect(provesWork({ ...work, address: 'bob@example.org', answer: String(answer) })).toBe(false)

    await office.fill('/s/weekly', { address: 'cy@example.org' })
    expect(await memberships('cy@example.org')).toMatchObject([{ membership: 'unconfirmed' }])
    await office.fill(await office.mailed('cy@example.org', '/s/confirm/'), {})
    expect(await memberships('cy@example.org')).toMatchObject([{ membership: 'active' }])
  })
})
