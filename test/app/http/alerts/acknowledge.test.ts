import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Alert } from '../../../../engine/model/alert.ts'
import { browserPath, openBrowser } from '../pages/browser.ts'
import { type AlertDaemon, openAlertDaemon } from './daemon.ts'

const shots = process.env.BROADSHEET_SHOTS
const rules = { route: { receiver: 'all', group_by: ['team'], group_wait: '0s', group_interval: '0s' } }

let house: AlertDaemon
beforeAll(async () => {
  house = await openAlertDaemon({ store: 'memory:', alerts: { rules, receivers: { all: { people: true } } } })
  await house.follower('ada@example.org')
})
afterAll(async () => {
  await house[Symbol.asyncDispose]()
})

/** Reports alerts and gives the path of the link in the mail about them, and the alerts. */
async function told(
  title: string,
  ...more: readonly object[]
): Promise<{ path: string; ids: readonly number[] }> {
  const team = title.toLowerCase().replaceAll(' ', '-')
  const reports = [{ title, severity: 'critical', text: 'Error 41.' }, ...more].map((one, n) => ({
    ...one,
    labels: { team, n: String(n) },
  }))
  const { json } = await house.ask<{ alerts: { id: number }[] }>('POST', '/api/v1/alerts', reports)
  const mail = await house.mailed('ada@example.org', more.length === 0 ? title : team)
  const path = /https:\/\/news\.example(\/k\/[\w-]+)/.exec(mail)?.[1]
  if (path === undefined) throw new Error(`No link in:\n${mail}`)
  return { path, ids: json.alerts.map(({ id }) => id) }
}

const alertOf = async (id: number | undefined) => (await house.ask<Alert>('GET', `/api/v1/alerts/${id}`)).json

async function visit(path: string, init: RequestInit = {}) {
  const response = await fetch(house.url + path, init)
  const html = await response.text()
  const words = html
    .replace(/^[\s\S]*<main[^>]*>/, '')
    .replace(/<\/main>[\s\S]*$/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
  return { status: response.status, headers: response.headers, html, words }
}
const press = (path: string, fields: Record<string, string> = {}, headers = {}) =>
  visit(path, { method: 'POST', body: new URLSearchParams(fields), headers })

describe('the link in a message', () => {
  test('shows what it is about and changes nothing; the button acknowledges', async () => {
    const { path, ids } = await told('Press 2 is down')
    for (const method of ['GET', 'HEAD']) expect((await visit(path, { method })).status).toBe(200)
    const { words, headers, html } = await visit(path)
    expect(words).toMatch(/Press 2 is down .*Critical.*For less than a minute, since .* UTC\. .*Error 41\./)
    expect(words).toContain('Will you take care of it?')
    expect(html).toContain('value="Ada"')
    expect(html).not.toContain('<script')
    expect(headers.get('cache-control')).toBe('no-store')
    expect((await alertOf(ids[0])).state).toBe('firing')

    const done = await press(path, { name: ' Ada  Lovelace ', comment: 'On my way' })
    expect(done.words).toContain('Thank you. It is in your hands now.')
    expect(done.words).toMatch(/Acknowledged by Ada Lovelace, .* UTC: “On my way”/)
    expect(await alertOf(ids[0])).toMatchObject({
      state: 'acknowledged',
      acknowledged: { by: 'Ada Lovelace', comment: 'On my way' },
    })
  })

  test('lets somebody else take over, by the name the message went to where none is said', async () => {
    const { path, ids } = await told('Wire is late')
    await press(path, { name: 'Bob' })
    expect((await visit(path)).words).toContain('Somebody takes care of it already. Do you take over?')
    await press(path)
    expect((await alertOf(ids[0])).acknowledged).toMatchObject({ by: 'Ada', comment: '' })
  })

  test('acknowledges all that is open of what the message told of, and nothing that is over', async () => {
    const { path, ids } = await told('Two presses', { title: 'Press 4', severity: 'warning' })
    expect((await visit(path)).words).toMatch(/2 alerts .*Two presses.*Press 4/)
    await house.ask('POST', `/api/v1/alerts/${ids[1]}/resolve`)
    const done = await press(path, { name: 'Ada' })
    expect(done.words).toMatch(/Two presses.*Acknowledged by Ada.*Press 4.*Over since/)
    expect([await alertOf(ids[0]), await alertOf(ids[1])]).toMatchObject([
      { state: 'acknowledged' },
      { state: 'resolved', acknowledged: null },
    ])
  })

  test('says so when it is over', async () => {
    const { path, ids } = await told('Quick one')
    await house.ask('POST', `/api/v1/alerts/${ids[0]}/resolve`)
    const { words, html } = await visit(path)
    expect(words).toMatch(/Quick one There is nothing left to do\. .*Over since/)
    expect(html).not.toContain('<form')
    expect((await press(path)).words).toContain('It was over before you pressed the button')
    expect((await alertOf(ids[0])).state).toBe('resolved')
  })

  test('is used only whole, and only from our own page', async () => {
    const { path, ids } = await told('Guarded')
    for (const wrong of [path.slice(0, -1), `${path.slice(0, -1)}!`, `${path}A`, '/k/nothing', '/k/1'])
      for (const answer of [await visit(wrong), await press(wrong)])
        expect([wrong, answer.status, answer.words]).toEqual([
          wrong,
          404,
          expect.stringContaining('not valid'),
        ])
    expect((await press(path, {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(400)
    expect((await press(path, { website: 'https://spam.example' })).status).toBe(200)
    expect((await alertOf(ids[0])).state).toBe('firing')
    // A letter's tokens open no alert, and an alert's none of the pages of people.
    for (const other of ['/u', '/p', '/v', '/s/confirm'])
      expect((await visit(path.replace('/k', other))).status).toBe(404)
  })

  test('speaks German, and shows no address and no markup of others', async () => {
    const { path, ids } = await told('<b>Fett</b>')
    await house.ask('POST', `/api/v1/alerts/${ids[0]}/acknowledge`, {
      by: 'bob@example.org',
      comment: '"><script>x</script>',
    })
    const { words, html } = await visit(path, { headers: { 'accept-language': 'de-AT,de;q=0.9' } })
    expect(html).toContain('<html lang="de">')
    expect(words).toContain('Bestätigt von b•••@example.org')
    expect(words).toContain('Es kümmert sich schon jemand. Übernehmen Sie?')
    expect(html).not.toContain('<b>Fett')
    expect(html).not.toContain('<script')
    expect((await press(`${path}?lang=de`, { name: 'Bea' })).words).toContain('Danke.')
  })
})

if (browserPath === null)
  console.warn('The page that acknowledges is not opened in a browser: no Chromium is installed here.')

describe.skipIf(browserPath === null)('in Chromium', { timeout: 900_000 }, () => {
  /** Nothing is wider than the screen, also at 320 (WCAG 2.2, 1.4.10). */
  async function fits(page: Page, name: string): Promise<void> {
    if (shots !== undefined) {
      mkdirSync(shots, { recursive: true })
      await page.screenshot({ path: `${shots}/${name}.png` })
    }
    const size = page.viewportSize()!
    for (const width of size.width < 600 ? [size.width, 320] : [size.width]) {
      await page.setViewportSize({ ...size, width })
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${name} at ${width}`).toBe(width)
    }
    await page.setViewportSize(size)
  }

  test.each([
    ['phone', { width: 375, height: 740 }, 'dark', false],
    ['desktop', { width: 1280, height: 900 }, 'light', true],
  ] as const)('one press is enough: %s %j %s', async (kind, viewport, colorScheme, javaScriptEnabled) => {
    const long = {
      title: 'x'.repeat(200),
      text: 'y '.repeat(1000),
      links: [{ url: 'https://wiki.example/press' }],
    }
    const { path, ids } = await told(`Opened on a ${kind}`, long, { title: 'Third', severity: 'info' })
    const browser = await openBrowser()
    try {
      const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled })
      const page = await context.newPage()
      const said: string[] = []
      page.on('console', (message) => said.push(message.text()))
      await page.goto(house.url + path)
      await fits(page, `acknowledge-${kind}-open`)
      // Without scrolling, however much there is to read.
      const button = page.locator('main button[type=submit]')
      const box = (await button.boundingBox())!
      expect(box.y + box.height).toBeLessThanOrEqual(viewport.height)
      expect(box.height).toBeGreaterThanOrEqual(44)
      await button.click()
      await page.waitForSelector('[role=status]')
      await fits(page, `acknowledge-${kind}-done`)
      for (const id of ids) expect((await alertOf(id)).state).toBe('acknowledged')
      await page.goto(house.url + path)
      await page.getByLabel(/name/i).fill('Bea')
      await fits(page, `acknowledge-${kind}-taken`)
      await page.keyboard.press('Enter')
      await page.waitForSelector('[role=status]')
      expect((await alertOf(ids[0])).acknowledged?.by).toBe('Bea')
      expect(said).toEqual([])
    } finally {
      await browser.close()
    }
  })
})
