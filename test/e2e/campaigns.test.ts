import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readTemplates } from '../../app/templates/files.ts'
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

const people = 60
const patience = { timeout: 300_000, interval: 5 }
const templates = join(import.meta.dirname, '../../app/templates/letter')

interface Counts {
  readonly audience: number
  readonly sent: number
  readonly failed: number
  readonly queued: number
}
interface Kept {
  readonly id: number
  readonly name: string
  readonly state: string
  readonly version: number
  readonly where: string | null
  readonly data: object
  readonly publicationId: number | null
}

describe.skipIf(browserPath === null)('campaigns', () => {
  let desk: Desk & { readonly folder: string }
  beforeAll(async () => {
    desk = await openDesk({
      limits: { channel: { slow: { perSecond: 1, burst: 1 } } },
      channels: {
        file: { directory: 'outbox', fsync: false },
        slow: { type: 'file', directory: 'slow', fsync: false },
      },
      calendar: {
        blackouts: [{ weekdays: ['tue'], from: '06:00', until: '09:00', reason: 'maintenance' }],
      },
    })
    await furnish(desk)
  })
  afterAll(() => desk?.[Symbol.asyncDispose]())

  const campaign = (name: string) => desk.ask<Kept>('GET', `/campaigns/${name}`)
  const look = async (page: Page, name: string): Promise<void> => {
    await inBothSchemes(page, (scheme) => isAccessible(page, `${name}, ${scheme}`))
    await shoot(page, name)
  }

  /** The only option there is, by keyboard: an answer that comes late renews the list, and what was chosen in it. */
  const choose = (page: Page, option: string): Promise<void> =>
    vi.waitFor(async () => {
      await page.keyboard.press('ArrowDown')
      expect(await page.locator('[data-combobox-selected]', { hasText: option }).count()).toBe(1)
    }, patience)

  test('are written, checked, sent and reported by keyboard alone', async () => {
    const page = await desk.open('/campaigns')
    const keys = page.keyboard
    await page.getByRole('cell', { name: 'The slow one' }).waitFor()
    await look(page, 'campaigns')

    await keys.press('n')
    await page.getByLabel('Title').waitFor()
    await vi.waitFor(() => focused(page, 'Title'), patience)
    await keys.type('Harbour news')
    await look(page, 'campaigns-new')
    await keys.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Harbour news' }).waitFor()
    expect(await campaign('harbour-news')).toMatchObject({ state: 'draft', version: 1 })

    // What is typed is in the letter before it is saved.
    const letter = page.frameLocator('iframe')
    await letter.getByText('The Herald').first().waitFor()
    await page.getByLabel('intro', { exact: true }).focus()
    await keys.type('The fog lifted.')
    await letter.getByText('The fog lifted.').waitFor()
    expect(await campaign('harbour-news')).toMatchObject({ version: 1 })
    await page.getByLabel('Subject').focus()
    await keys.type('Ahoy {{ subscriber.na')
    await page.locator('.cm-tooltip-autocomplete [aria-selected]').waitFor()
    // The editor takes no Enter for a choice in the moment in which its list opens.
    await vi.waitFor(async () => {
      await keys.press('Enter')
      expect(await page.locator('.cm-content').textContent()).toContain('subscriber.name')
    }, patience)
    await keys.type(' }}')
    await page.getByRole('combobox', { name: 'Whose letter is shown' }).focus()
    await keys.type('reader7@')
    await page.getByRole('option', { name: /Reader 7/ }).waitFor()
    await vi.waitFor(async () => expect(await page.getByRole('option').count()).toBe(1), patience)
    await choose(page, 'Reader 7')
    await keys.press('Enter')
    await vi.waitFor(
      async () => expect(await page.locator('[data-subject]').textContent()).toBe('Ahoy Reader 7'),
      patience,
    )
    await page.getByText('because you follow').first().waitFor()
    await look(page, 'campaign-letter')
    await keys.press('Control+Enter')
    await page.getByText('Changes are not saved').waitFor({ state: 'detached' })
    expect(await campaign('harbour-news')).toMatchObject({
      version: 2,
      subject: 'Ahoy {{ subscriber.name }}',
      data: { intro: 'The fog lifted.' },
    })

    await follow(page, 'Audience')
    await vi.waitFor(async () => expect(await stat(page, 'audience')).toBe(people), patience)
    await page.getByRole('button', { name: 'Add a condition' }).focus()
    await keys.press('Enter')
    // A new condition has the focus on what it is about.
    await vi.waitFor(() => focused(page, 'What'), patience)
    await page.getByRole('combobox', { name: 'Topic', exact: true }).focus()
    await keys.type('Clim')
    await page.getByRole('option', { name: 'Climate' }).waitFor()
    await vi.waitFor(async () => expect(await page.getByRole('option').count()).toBe(1), patience)
    await choose(page, 'Climate')
    await keys.press('Enter')
    const { count } = await desk.ask<{ count: number }>('POST', '/segments/count', {
      lists: ['news'],
      rule: 'topic:climate',
    })
    expect(count).toBeGreaterThan(0)
    await vi.waitFor(async () => expect(await stat(page, 'audience')).toBe(count), patience)
    await look(page, 'campaign-audience')
    await keys.press('Control+Enter')
    await page.getByText('Changes are not saved').waitFor({ state: 'detached' })
    expect((await campaign('harbour-news')).where).toBe('topic:climate')

    await follow(page, 'Check and send')
    await page.getByRole('button', { name: 'Run the preflight' }).focus()
    await keys.press('Enter')
    await page.locator('[data-stat="preflight.ok"]').waitFor()
    expect(await stat(page, 'preflight.ok')).toBe(count)
    expect(await page.locator('[data-rule]').count()).toBeGreaterThan(0)
    await look(page, 'campaign-send')
    await page.getByRole('button', { name: `Send to ${count} people` }).focus()
    await keys.press('Enter')
    await page.getByRole('navigation').getByRole('link', { name: 'Run' }).waitFor()
    await vi.waitFor(async () => expect((await campaign('harbour-news')).state).toBe('finished'), patience)
    await vi.waitFor(async () => expect(await stat(page, 'run.sent')).toBe(count), patience)
    const { counts } = await desk.ask<{ counts: Counts }>('GET', '/campaigns/harbour-news/progress')
    expect(counts).toMatchObject({ audience: count, sent: count })
    await look(page, 'campaign-run')

    await openLetters(desk)
    await follow(page, 'Report')
    const id = (await campaign('harbour-news')).publicationId
    // Read again each time: they are still being counted.
    await vi.waitFor(async () => {
      const { opened, clicked, deliveries } = await desk.ask<{
        opened: { people: { recipients: number }; all: { recipients: number } }
        clicked: { all: { recipients: number } }
        deliveries: Counts
      }>('GET', `/analytics/publications/${id}`)
      expect(opened.all.recipients + clicked.all.recipients).toBeGreaterThan(1)
      expect(await stat(page, 'funnel.sent')).toBe(deliveries.sent)
      expect(await stat(page, 'funnel.opened')).toBe(opened.people.recipients)
    }, patience)
    const map = page.frameLocator('iframe')
    await map
      .getByText(/^\d+ · \d+$/)
      .first()
      .waitFor()
    await look(page, 'campaign-report')
    await page.context().close()
  })

  test('are paused, resumed and cancelled while they go out, in two windows at once', async () => {
    const page = await desk.open('/campaigns/slow')
    const other = await desk.open('/campaigns')
    await follow(page, 'Check and send')
    await page.getByRole('button', { name: `Send to ${people} people` }).click()
    await vi.waitFor(async () => expect(await stat(page, 'queued')).toBeGreaterThan(0), patience)
    await other.locator('[data-state="running"]').waitFor()
    await vi.waitFor(async () => expect(await stat(page, 'run.sent')).toBeGreaterThan(1), patience)
    await page.locator('.uplot').waitFor()
    await look(page, 'campaign-live')
    await page.getByRole('button', { name: 'Pause', exact: true }).last().click()
    await other.locator('[data-state="paused"]').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await other.locator('[data-state="running"]').waitFor()
    await page.getByRole('button', { name: 'Cancel the rest' }).click()
    // Nothing goes out while it can still be taken back.
    await other.locator('[data-state="paused"]').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await other.locator('[data-state="running"]').waitFor()
    await desk.ask('POST', '/campaigns/slow/cancel')
    await other.locator('[data-state="cancelled"]').waitFor()
    await other.context().close()
    await page.context().close()
  })

  test('say why letters failed, and what somebody else saved meanwhile', async () => {
    const page = await desk.open('/campaigns/demanding')
    await desk.ask('POST', '/campaigns/demanding/start')
    await vi.waitFor(async () => expect((await campaign('demanding')).state).toBe('finished'), patience)
    await page.locator('[data-reason]').first().waitFor()
    const { counts } = await desk.ask<{ counts: Counts }>('GET', '/campaigns/demanding/progress')
    expect(counts.failed).toBeGreaterThan(0)
    await vi.waitFor(async () => expect(await stat(page, 'failed')).toBe(counts.failed), patience)
    const ofReasons = await page.locator('[data-reason] [data-numbers]').allInnerTexts()
    expect(ofReasons.reduce((sum, text) => sum + Number(text.replace(/\D/g, '')), 0)).toBe(counts.failed)
    // Nobody is on the way any more where all is over.
    await page.locator('[data-state="handing"]').first().waitFor({ state: 'detached' })
    await look(page, 'campaign-failed')

    await go(page, '/campaigns/draft?tab=settings')
    await page.getByLabel('Once for each reader').fill('weekly')
    const kept = await campaign('draft')
    await desk.ask('PUT', `/campaigns/draft?version=${kept.version}`, { ...inputOf(kept), title: 'Theirs' })
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alert').getByRole('button').first().waitFor()
    await look(page, 'campaign-conflict')
    await page.getByRole('button', { name: 'Write over it' }).click()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    // What nobody touched here stays as they saved it.
    await vi.waitFor(
      async () => expect(await campaign('draft')).toMatchObject({ title: 'Theirs', onceKey: 'weekly' }),
      patience,
    )
    await page.context().close()
  })

  test('come out again and again, and stand in the calendar', async () => {
    const page = await desk.open('/campaigns/series?tab=send')
    await page.getByRole('button', { name: 'Tue' }).click()
    await page.locator('[data-next-dates]').getByText('maintenance').first().waitFor()
    expect(await page.getByLabel('Pattern').inputValue()).toBe('0 7 * * MON,TUE')
    await look(page, 'campaign-series')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Changes are not saved').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Start the series' }).click()
    await page.getByText('Starts by itself').waitFor()
    const { entries } = await desk.ask<{ entries: readonly { dueAt: number }[] }>('GET', '/calendar')
    expect(entries.length).toBeGreaterThan(2)
    await follow(page, 'Editions')
    await page.getByRole('button', { name: 'Skip the next one' }).click()
    await page.getByRole('cell', { name: /skipped by hand/ }).waitFor()
    await look(page, 'campaign-editions')
    await go(page, '/calendar')
    await page
      .getByRole('link', { name: /The weekly/ })
      .first()
      .waitFor()
    await look(page, 'calendar')
    await page.getByText('List', { exact: true }).click()
    await page.getByRole('link', { name: 'The weekly' }).first().waitFor()
    await look(page, 'calendar-list')
    await page.context().close()
  })

  test('are found among hundreds: what is held first, then the newest, the rest as one goes down', async () => {
    const slow = inputOf(await campaign('slow'))
    await desk.ask('POST', '/campaigns', { ...slow, name: 'held', title: 'The held one' })
    await desk.ask('POST', '/campaigns/held/start', { force: true })
    await desk.ask('POST', '/campaigns/held/pause')
    for (let number = 0; number < 230; number++)
      await desk.ask('POST', '/campaigns', { ...slow, name: `fog-${number}`, title: `Fog ${number}` })
    const page = await desk.open('/campaigns')
    const row = (index: number) => page.locator(`[role="row"][data-index="${index}"]`)
    await row(0).getByText('The held one').waitFor()
    await row(1).getByText('Fog 229').waitFor()
    await page.getByText('101 rows').waitFor()
    await shoot(page, 'campaigns-many')
    await row(0).focus()
    await vi.waitFor(async () => {
      await page.keyboard.press('End')
      expect(await page.getByRole('cell', { name: 'Fog 0', exact: false }).count()).toBeGreaterThan(0)
    }, patience)

    await page.keyboard.press('/')
    await page.keyboard.type('FOG 11')
    await page.getByText('11 rows').waitFor()
    await row(0).getByText('Fog 119').waitFor()
    expect(page.url()).toContain('search=')
    await page.reload()
    await page.getByText('11 rows').waitFor()

    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Go to, find or do').fill('fog-229')
    await page.getByRole('button', { name: /Fog 229/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Fog 229' }).waitFor()
    await page.context().close()
  })

  test('show their template with what is wrong in it, their items and settings, also in German', async () => {
    const page = await desk.open('/campaigns/draft?tab=template')
    await page.locator('.cm-content[aria-label="HTML"]').focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.type('{{ 1 | nonsense }}')
    await page.locator('.cm-lint-marker-error').waitFor()
    await page
      .getByText(/nonsense/)
      .last()
      .waitFor()
    await look(page, 'campaign-template')
    // It outlives the page.
    await page.reload()
    await page.getByText('Changes are not saved').waitFor()
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByText('Changes are not saved').waitFor({ state: 'detached' })
    await go(page, '/campaigns/draft?tab=items')
    await page.getByRole('button', { name: 'Put at the top' }).first().click()
    await page.getByRole('button', { name: 'Take from the top' }).waitFor()
    await look(page, 'campaign-items')
    await go(page, '/campaigns/draft?tab=settings')
    await page.getByRole('heading', { name: 'Sending' }).waitFor()
    await look(page, 'campaign-settings')
    await page.context().close()
    const german = await desk.open('/campaigns/draft?tab=send', { locale: 'de-DE' })
    await german.getByRole('button', { name: 'Vorab prüfen' }).waitFor()
    await look(german, 'campaign-german')
    await german.context().close()
    expect(desk.said.filter((line) => !/status of (?:40[0-9]|422)/.test(line))).toEqual([])
  })
})

/** Of what has the focus, its label. */
async function focused(page: Page, label: string): Promise<void> {
  expect(
    await page.evaluate<string>(
      `document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.getAttribute('aria-label') ?? ''`,
    ),
  ).toContain(label)
}

/** A tab, by keyboard. */
async function follow(page: Page, tab: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Parts of the campaign' })
    .getByRole('link', { name: tab })
    .focus()
  await page.keyboard.press('Enter')
  await page.locator(`a[aria-current="page"]:text-is("${tab}")`).waitFor()
}

function inputOf(kept: Kept): object {
  const closed = [
    'id',
    'version',
    'createdAt',
    'updatedAt',
    'state',
    'reason',
    'scheduledAt',
    'publicationId',
  ]
  return Object.fromEntries(Object.entries(kept).filter(([key]) => !closed.includes(key)))
}

async function furnish(desk: Desk): Promise<void> {
  await desk.ask('POST', '/lists', { name: 'news', title: 'The Herald' })
  for (const name of ['climate', 'culture', 'sport'])
    await desk.ask('POST', '/topics', { name, title: name[0]!.toUpperCase() + name.slice(1) })
  await desk.ask(
    'POST',
    '/items',
    Array.from({ length: 24 }, (_, index) => ({
      title: `Story ${index}`,
      url: `https://herald.example/${index}`,
      summary: 'Something happened by the water.',
      topics: [['climate', 'culture', 'sport'][index % 3]],
    })),
  )
  for (const template of readTemplates(templates)) await desk.ask('POST', '/templates', template)
  await desk.ask('POST', '/templates', {
    name: 'demanding',
    subject: 'Your plan',
    body: '<p>{{ subscriber.attributes.plan | required }}</p><a href="{{ links.unsubscribe }}">Unsubscribe</a>',
  })
  const rows = Array.from({ length: people }, (_, index) =>
    JSON.stringify({
      address: `reader${index}@example.org`,
      name: `Reader ${index}`,
      topics: { [['climate', 'culture', 'sport'][index % 3]!]: 0.9 },
      ...(index % 4 > 0 && { attributes: { plan: 'basic' } }),
    }),
  )
  await desk.ask('POST', '/subscribers/import?lists=news&format=ndjson', rows.join('\n'), {
    'content-type': 'application/x-ndjson',
  })
  const base = {
    template: 'letter',
    sender: { address: 'letters@herald.example', name: 'The Herald' },
    lists: ['news'],
    channel: 'file',
  }
  const made = (name: string, title: string, more: object = {}) =>
    desk.ask('POST', '/campaigns', { ...base, name, title, ...more })
  await made('slow', 'The slow one', { channel: 'slow' })
  await made('demanding', 'Your plan', { template: 'demanding', selection: { count: 0, minimum: 0 } })
  await made('series', 'The weekly', { repeat: { cron: '0 7 * * MON', timeZone: 'Europe/Berlin' } })
  await made('draft', 'A draft')
}

/** As their readers' programs would: the picture of each letter, and the first link of some. */
async function openLetters({
  folder,
  url,
}: {
  readonly folder: string
  readonly url: string
}): Promise<void> {
  const box = join(folder, 'outbox/new')
  const headers = {
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0',
  }
  for (const [index, name] of readdirSync(box).slice(0, 6).entries()) {
    const text = readFileSync(join(box, name), 'utf8').replaceAll('=\r\n', '').replaceAll('=3D', '=')
    const paths = [...text.matchAll(/(?:href|src)="http:\/\/localhost[^/"]*(\/[tc]\/[^"]+)"/g)].map(
      ([, path]) => path!,
    )
    for (const path of paths.filter(
      (one, place) => one.startsWith('/t/') || (place === 0 && index % 2 === 0),
    ))
      await fetch(url + path, { headers, redirect: 'manual' })
  }
}
