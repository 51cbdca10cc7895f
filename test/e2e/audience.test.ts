import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  browserPath,
  type Desk,
  go,
  inBothSchemes,
  isAccessible,
  openDesk,
  shoot,
  stat,
} from './support/desk.ts'
import { isSeen } from './support/look.ts'

interface Rows<T> {
  readonly data: readonly T[]
}
interface Person {
  readonly id: number
  readonly address: string
  readonly name: string | null
  readonly status: string
}

const people = 320
const personOf = (n: number) => ({
  address: `reader${String(n).padStart(3, '0')}@${n % 2 === 0 ? 'harbour' : 'station'}.example`,
  name: n === 7 ? 'Ada Lovelace' : `Reader ${n}`,
  ...(n === 7 && { timeZone: 'Europe/London' }),
  language: n % 3 === 0 ? 'de' : 'en',
  attributes: { city: n % 2 === 0 ? 'Kiel' : 'Ulm', seats: n },
  topics: { security: (n % 10) / 10, harbour: 0.4, culture: 0.3, economy: 0.2 },
})
const file = [
  'E-Mail;Name;Land;Themen',
  'grace@navy.example;Grace Hopper;US;security:0.9',
  'max@muster.example;Max Müller;DE;harbour',
  'no address;Nobody;DE;',
  'nor this;Nobody;DE;',
  '',
].join('\n')

const within = { timeout: 60_000, interval: 20 }
/** Chromium tells of every refusal, also of those that are asked for here. */
const isUnexpected = (line: string): boolean => !/status of 4(?:00|09) .*\/follows/.test(line)

describe.skipIf(browserPath === null)('the audience in the console', () => {
  let desk: Desk
  let page: Page
  beforeAll(async () => {
    desk = await openDesk({
      channels: {
        file: { directory: 'outbox', fsync: false },
        rooms: { type: 'discord', rooms: { ops: { webhook: 'https://discord.com/api/webhooks/1/abc' } } },
        // An Ed25519 key, as people's own hooks are signed with.
        hook: {
          type: 'webhook',
          contacts: { secrets: [`whsk_${Buffer.alloc(32, 7).toString('base64')}`] },
        },
      },
    })
    await desk.ask('POST', '/lists', { name: 'weekly', title: 'The Weekly' })
    await desk.ask('POST', '/lists', { name: 'vip', title: 'Patrons', optIn: 'double' })
    await desk.ask('POST', '/topics', { name: 'security', title: 'Security' })
    const rows = Array.from({ length: people }, (_, n) => JSON.stringify(personOf(n + 1)))
    await desk.ask('POST', '/subscribers/import?lists=weekly&name=readers.ndjson', rows.join('\n'), {
      'content-type': 'application/x-ndjson',
    })
    await desk.ask('POST', '/segments', {
      name: 'kiel',
      title: 'Readers in Kiel',
      rule: 'attr.city = "Kiel"',
    })
    page = await desk.open('/subscribers')
  }, 180_000)
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]()
  })

  const row = (name: string) => page.getByRole('row', { name })
  const looked = async (name: string): Promise<void> => {
    await inBothSchemes(page, (scheme) => isAccessible(page, `${name}, ${scheme}`))
    await shoot(page, name)
  }
  const personNamed = async (search: string): Promise<Person> =>
    (await desk.ask<Rows<Person>>('GET', `/subscribers?search=${search}`)).data[0]!

  test('is found, opened and changed by keyboard alone', async () => {
    await row('reader001@station.example').waitFor()
    await page.setViewportSize({ width: 1024, height: 900 })
    await isSeen(row('reader001@station.example').getByText('+2'), 'how many topics more')
    await page.setViewportSize({ width: 390, height: 844 })
    await isSeen(row('reader001@station.example').getByText('Active'), 'the status of a person')
    await page.setViewportSize({ width: 1440, height: 900 })
    const { count } = await desk.ask<{ count: number }>('POST', '/segments/count', { rule: 'everyone' })
    await vi.waitFor(async () => expect(await stat(page, 'subscribers.active')).toBe(count), within)
    expect(count).toBe(people)
    await looked('subscribers')

    await page.keyboard.press('/')
    await page.keyboard.type('lovelace')
    await vi.waitFor(() => expect(page.url()).toContain('search=lovelace'), within)
    await vi.waitFor(async () => expect(await page.getByRole('row').count()).toBe(2), within)
    // The filter is in the address: it survives a reload.
    await page.reload()
    await row('Ada Lovelace').waitFor()
    await row('Ada Lovelace').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: personOf(7).address }).waitFor()
    await looked('subscriber')

    await page.getByRole('button', { name: 'Edit' }).press('Enter')
    const field = page.getByRole('textbox', { name: 'Value of city' })
    await field.fill('Lübeck')
    await field.press('Control+Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText('Lübeck').waitFor()
    const { id } = await personNamed('lovelace')
    expect(await desk.ask('GET', `/subscribers/${id}`)).toMatchObject({
      attributes: { city: 'Lübeck', seats: 7 },
      topics: { security: 0.7, harbour: 0.4 },
    })

    await page.getByRole('tab', { name: 'Consents' }).press('Enter')
    await page.getByRole('row', { name: /Signed up.*Import/ }).waitFor()
    await looked('subscriber-consents')
    for (const tab of ['Letters', 'Alerts', 'What they would get']) {
      await page.getByRole('tab', { name: tab }).press('Enter')
      await page.getByRole('tab', { name: tab, selected: true }).waitFor()
      await looked(`subscriber-${tab.split(' ')[0]!.toLowerCase()}`)
    }
    await page.goBack()
    await row('Ada Lovelace').waitFor()
    expect(desk.said).toEqual([])
  }, 240_000)

  test('is paused and taken off a list, which can be taken back', async () => {
    const { id } = await personNamed('lovelace')
    await go(page, `/subscribers/${id}`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
    await page.locator('h1 ~ [data-state="paused"]').waitFor()
    await page.getByRole('button', { name: 'End the pause' }).click()
    await page.locator('h1 ~ [data-state="active"]').waitFor()
    await page.getByRole('button', { name: 'Take off The Weekly' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    const { data } = await desk.ask<Rows<object>>('GET', `/subscribers/${id}/memberships`)
    expect(data).toMatchObject([{ list: 'weekly', membership: 'active' }])
  }, 120_000)

  test('follows alerts by what is chosen, told when they like', async () => {
    const { id } = await personNamed('lovelace')
    for (const [key, severity, site] of [
      ['a', 'critical', 'north'],
      ['b', 'error', 'south'],
      ['c', 'info', 'north'],
    ])
      await desk.ask('POST', '/alerts', {
        key,
        title: `Press ${key}`,
        severity,
        topic: 'harbour',
        labels: { site },
      })
    const follows = async () =>
      (await desk.ask<Rows<{ id: number; version: number }>>('GET', `/subscribers/${id}/follows`)).data

    expect((await desk.ask<Rows<object>>('GET', '/channels')).data).toMatchObject([
      { name: 'file', people: 'address' },
      { name: 'rooms', people: null },
      { name: 'hook', people: 'contact' },
    ])

    // By keyboard alone.
    await go(page, `/subscribers/${id}?tab=alerts`)
    await page.getByText('They follow no alerts.').waitFor()
    await page.keyboard.press('n')
    const form = page.getByRole('dialog')
    const channel = form.getByRole('combobox', { name: 'Channel' })
    await channel.and(page.locator(':focus')).waitFor()
    await vi.waitFor(async () => {
      const chosen = await page.locator('[data-combobox-selected]').allTextContents()
      // The first press may only open the list: what is not chosen yet is not waited for.
      if (chosen[0] !== 'hook (webhook)') await page.keyboard.press('ArrowDown')
      expect(chosen).toEqual(['hook (webhook)'])
    }, within)
    expect(await page.getByRole('option').allInnerTexts()).toEqual(['file', 'hook (webhook)'])
    await page.keyboard.press('Enter')
    const contact = form.getByRole('textbox', { name: 'Contact' })
    await contact.press('Control+Enter')
    await contact.fill('somewhere')
    await contact.press('Control+Enter')
    await contact.and(page.locator('[aria-invalid="true"]:focus')).waitFor()
    await contact.fill('https://hooks.example/ada')
    await form.getByRole('combobox', { name: 'Topics' }).press('h')
    await page.keyboard.type('arbour,')
    await vi.waitFor(async () => expect(await stat(page, 'would-tell')).toBe(2), within)
    await form.getByRole('radio', { name: 'Warning' }).press('ArrowRight')
    await form.getByRole('button', { name: 'Add a label' }).press('Enter')
    await page.keyboard.type('site')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('north')
    await vi.waitFor(async () => expect(await stat(page, 'would-tell')).toBe(1), within)
    await looked('follow-new')
    await page.keyboard.press('Control+Enter')
    await form.waitFor({ state: 'detached' })
    const [made] = await follows()
    expect(made).toMatchObject({
      channel: 'hook',
      contact: 'https://hooks.example/ada',
      topics: ['harbour'],
      minSeverity: 'error',
      filter: [{ name: 'site', operator: '=', value: 'north' }],
    })
    await page.locator(`[data-follow="${made!.id}"]`).getByText('site="north"').waitFor()

    // Somebody else is quicker: what they wrote is gone only when that is said.
    const its = 'hook https://hooks.example/ada'
    await page.getByRole('button', { name: `Edit ${its}` }).press('Enter')
    await form.getByRole('radio', { name: 'Error' }).press('ArrowRight')
    await desk.ask('PUT', `/subscribers/${id}/follows/${made!.id}?version=${made!.version}`, {
      channel: 'file',
    })
    await page.keyboard.press('Control+Enter')
    await form.getByText('It was changed meanwhile').waitFor()
    await form.getByRole('button', { name: 'Write over it' }).press('Enter')
    await form.waitFor({ state: 'detached' })
    expect(await follows()).toMatchObject([{ channel: 'hook', minSeverity: 'critical', topics: ['harbour'] }])

    await page.getByRole('button', { name: 'Edit when they are told' }).press('Enter')
    await form.getByText('Europe/London').waitFor()
    await form.getByRole('switch', { name: /^Quiet hours/ }).press('Space')
    await form.getByLabel('From').fill('23:30')
    await form.getByRole('switch', { name: /^Limit an hour/ }).press('Space')
    await form.getByRole('textbox', { name: 'Messages' }).fill('4')
    await looked('follow-when')
    await page.keyboard.press('Control+Enter')
    await form.waitFor({ state: 'detached' })
    await page.getByText('23:30 to 07:00').waitFor()
    expect(await desk.ask('GET', `/subscribers/${id}/follow-preferences`)).toEqual({
      quiet: { from: '23:30', until: '07:00' },
      digestAt: null,
      maxPerHour: 4,
      criticalAnyway: true,
    })

    await desk.ask('POST', `/subscribers/${id}/follows`, { channel: 'file', minSeverity: 'critical' })
    await page.reload()
    await page.getByRole('button', { name: 'Remove file' }).waitFor()
    await looked('subscriber-follows')
    await page.getByRole('button', { name: `Remove ${its}` }).press('Enter')
    await page.locator(`[data-follow="${made!.id}"]`).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.locator(`[data-follow="${made!.id}"]`).waitFor()
    expect(await follows()).toHaveLength(2)
    await page.getByRole('button', { name: `Remove ${its}` }).press('Enter')
    await vi.waitFor(async () => expect(await follows()).toMatchObject([{ channel: 'file' }]), within)
    expect(desk.said.filter(isUnexpected)).toEqual([])
  }, 240_000)

  test('follows alerts by a channel that is named, where the caller may not see channels', async () => {
    const { id } = await personNamed('reader%208')
    const user = 'ed@paper.example'
    await desk.ask('POST', '/users', { name: user, fullName: 'Ed Itor', role: 'editor' })
    const other = await desk.open(`/subscribers/${id}?tab=alerts`, { user })
    await other.getByRole('button', { name: 'New follow' }).click()
    await other.getByRole('textbox', { name: 'Channel' }).fill('slakc')
    await other.getByRole('textbox', { name: 'Channel' }).press('Control+Enter')
    await other.getByText('There is no channel named').waitFor()
    await other.getByRole('textbox', { name: 'Channel' }).fill('file')
    await other.getByRole('textbox', { name: 'Channel' }).press('Control+Enter')
    await other.getByRole('button', { name: 'Edit file' }).waitFor()
    expect((await desk.ask<Rows<object>>('GET', `/subscribers/${id}/follows`)).data).toMatchObject([
      { channel: 'file', contact: null, topics: [], minSeverity: 'warning' },
    ])
    await other.context().close()
    expect(desk.said.filter(isUnexpected)).toEqual([])
  }, 120_000)

  test('many at once join a list, and are suppressed', async () => {
    await go(page, '/subscribers?search=reader00')
    await row('reader002').waitFor()
    for (const name of ['reader002', 'reader004'])
      await row(name).getByRole('checkbox', { name: 'Choose this row' }).click()
    await page.getByText('2 chosen').waitFor()
    const bar = page.getByRole('toolbar', { name: 'With the chosen people' })
    await looked('subscribers-chosen')
    await bar.getByRole('combobox', { name: 'Add to a list' }).click()
    await page.getByRole('option', { name: 'Patrons' }).click()
    await page.getByText('2 people were added.').waitFor()
    await vi.waitFor(async () => {
      const { data } = await desk.ask<Rows<Person>>('GET', '/subscribers?list=vip')
      expect(data.map(({ address }) => address)).toEqual([
        'reader002@harbour.example',
        'reader004@harbour.example',
      ])
    }, within)
  }, 120_000)

  test('a file is looked at, mapped and imported, and says why rows were refused', async () => {
    await go(page, '/subscribers/import')
    await looked('import')
    await page.setInputFiles('input[type=file]', {
      name: 'sailors.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(file),
    })
    // The column's example is a row, too, that names her.
    await page.getByRole('row', { name: /^grace@navy\.example/ }).waitFor()
    await page.getByRole('textbox', { name: 'Attribute of Land' }).fill('country')
    await page.getByText('country: US').waitFor()
    await looked('import-look')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('sailors.csv is imported').waitFor()
    const job = (await desk.ask<Rows<Record<string, number>>>('GET', '/imports')).data.at(-1)!
    for (const figure of ['rows', 'created', 'updated', 'unchanged', 'rejected'])
      expect(await stat(page, `import.${figure}`), figure).toBe(job[figure])
    expect(job).toMatchObject({ rows: 4, created: 2, rejected: 2 })
    await page.getByRole('row', { name: '2 E-Mail: has no "@"' }).waitFor()
    await looked('import-result')
    expect(await personNamed('grace')).toMatchObject({ attributes: { country: 'US' } })
    await page.getByRole('link', { name: 'Earlier imports' }).click()
    await row('sailors.csv').waitFor()
    await looked('imports')
  }, 240_000)

  test('a segment is made of conditions, counted while it is made, and kept', async () => {
    await go(page, '/segments')
    await vi.waitFor(async () => expect(await stat(page, 'segment.kiel')).toBe(people / 2), within)
    await looked('segments')
    await page.keyboard.press('n')
    await page.getByRole('heading', { level: 1, name: 'New segment' }).waitFor()
    await page.getByRole('textbox', { name: 'Title' }).fill('Zürich & friends')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('A segment needs at least one condition.').waitFor()
    await looked('segment-new')
    await page.getByText('As text').click()
    await page.getByRole('textbox', { name: /rule/i }).fill('topic:security >= 0.5 and attr.city = "Kiel"')
    const { count } = await desk.ask<{ count: number }>('POST', '/segments/count', {
      rule: 'topic:security >= 0.5 and attr.city = "Kiel"',
    })
    await vi.waitFor(async () => expect(await stat(page, 'audience')).toBe(count), within)
    await page.getByRole('link', { name: 'reader006@harbour.example' }).waitFor()
    await looked('segment')
    await page.getByRole('button', { name: 'Save' }).click()
    await vi.waitFor(() => expect(page.url()).toContain('/segments/zurich-friends'), within)
    expect(await desk.ask('GET', '/segments/zurich-friends')).toMatchObject({ title: 'Zürich & friends' })
    await page.getByRole('link', { name: 'See the people' }).click()
    await row('reader006@harbour.example').waitFor()
    expect(page.url()).toContain('segment=zurich-friends')
  }, 240_000)

  test('lists and suppressions are made, found and taken back', async () => {
    await go(page, '/lists')
    await vi.waitFor(async () => expect(await stat(page, 'list.weekly')).toBe(people), within)
    await looked('lists')
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Title' }).fill('Weekend')
    await looked('list')
    await page.getByRole('textbox', { name: 'Title' }).press('Control+Enter')
    await row('Weekend').waitFor()
    expect(await desk.ask('GET', '/lists/weekend')).toMatchObject({ title: 'Weekend', optIn: 'double' })

    await go(page, '/suppressions')
    await page.getByRole('heading', { level: 1, name: 'Suppressions' }).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Addresses or domains' }).fill('spam@trap.example\nevil.example')
    await page.getByRole('textbox', { name: 'Addresses or domains' }).press('Control+Enter')
    await row('@evil.example').waitFor()
    await looked('suppressions')
    await page.getByRole('searchbox').fill('TRAP')
    await vi.waitFor(async () => expect(await row('@evil.example').count()).toBe(0), within)
    await page.getByRole('button', { name: 'Lift the suppression of spam@trap.example' }).click()
    await vi.waitFor(async () => expect(await row('spam@trap.example').count()).toBe(0), within)
    await page.getByRole('button', { name: 'Undo' }).click()
    await row('spam@trap.example').waitFor()
    const { data } = await desk.ask<Rows<{ address: string }>>('GET', '/suppressions?search=trap')
    expect(data).toHaveLength(1)
    expect(desk.said.filter(isUnexpected)).toEqual([])
  }, 240_000)

  test('whoever is erased is gone once the moment to take it back is over', async () => {
    const { id } = await personNamed('reader300')
    await go(page, `/subscribers/${id}`)
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Erase this person' }).click()
    await page.getByRole('dialog').getByText('no import brings them back').waitFor()
    await looked('subscriber-erase')
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('heading', { level: 1, name: 'reader300' }).waitFor()
    expect((await personNamed('reader300')).status).toBe('active')
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Erase this person' }).click()
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await vi.waitFor(
      async () => expect(await desk.ask('GET', `/subscribers/${id}`)).toMatchObject({ status: 'erased' }),
      within,
    )
  }, 240_000)

  test('speaks German', async () => {
    const other = await desk.open('/subscribers', { locale: 'de-DE' })
    await other.getByRole('heading', { level: 1, name: 'Abonnenten' }).waitFor()
    await other.getByRole('button', { name: 'Neuer Abonnent' }).waitFor()
    await other.context().close()
  }, 120_000)
})
