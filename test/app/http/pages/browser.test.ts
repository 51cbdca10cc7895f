import { mkdirSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ListId } from '../../../../engine/model/ids.ts'
import { browserPath, openBrowser } from './browser.ts'
import { type Office, openOffice } from './office.ts'

const shots = process.env.BROADSHEET_SHOTS
const hostile = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>`
const evilLetter = `<html><body><h1>Hi {{ subscriber.name }}</h1><script>window.ran = 1; document.title = 'ran'</script>
<img src="data:," onerror="document.title = 'ran'"><a href="javascript:document.title='ran'">x</a>
<form action="/p"><button>Send</button></form></body></html>`

if (browserPath === null)
  console.warn('The public pages are not walked through in a browser: no Chromium is installed here.')

describe.skipIf(browserPath === null)('in Chromium', { timeout: 900_000 }, () => {
  let browser: Browser
  let office: Office
  beforeAll(async () => {
    browser = await openBrowser()
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
  })

  async function open(size: { width: number; height: number }, scheme: 'light' | 'dark', script = true) {
    const context = await browser.newContext({
      viewport: size,
      colorScheme: scheme,
      javaScriptEnabled: script,
      locale: scheme === 'dark' ? 'de-DE' : 'en-GB',
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    const said: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) said.push(message.text())
    })
    page.on('pageerror', (error) => said.push(String(error)))
    return { context, page, said }
  }

  /** Nothing is wider than the screen, and every field says what it is for. */
  async function fits(page: Page, name: string): Promise<void> {
    if (shots !== undefined) {
      mkdirSync(shots, { recursive: true })
      await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
    }
    const found = await page.evaluate(`(() => ({
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      nameless: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
        .filter((field) => ![...field.labels].some((label) => label.textContent.trim() !== ''))
        .map((field) => field.outerHTML),
      headings: document.querySelectorAll('h1').length,
      language: document.documentElement.lang,
    }))()`)
    expect(found, name).toMatchObject({ wide: 0, nameless: [], headings: 1 })
    const size = page.viewportSize()!
    if (size.width > 600) return
    // WCAG 2.2, 1.4.10: nor where the letters are four times as large on a wide screen.
    await page.setViewportSize({ ...size, width: 320 })
    expect(await page.evaluate('document.documentElement.scrollWidth'), `${name} at 320`).toBe(320)
    await page.setViewportSize(size)
  }

  test.each([
    ['phone', { width: 375, height: 740 }, 'light'],
    ['desktop', { width: 1280, height: 900 }, 'light'],
    ['phone', { width: 375, height: 740 }, 'dark'],
    ['desktop', { width: 1280, height: 900 }, 'dark'],
  ] as const)('a reader comes, chooses and goes: %s %j %s', async (kind, size, scheme) => {
    await using house = await openOffice({
      pages: {
        lists: ['daily', 'weekend'],
        imprint: '/imprint',
        privacy: '/privacy',
        postalAddress: 'The Harbour Courier\n3 Quay Street, Whitby',
      },
    })
    office = house
    await office.list('daily', 'The Morning Letter', {
      optIn: 'double',
      description: 'Ten stories at seven, chosen for you from everything that the harbour talks about.',
    })
    await office.list('weekend', 'The Weekend', { description: 'One long read on Saturdays.' })
    const { context, page, said } = await open(size, scheme)
    const shot = (name: string) => fits(page, `${kind}-${scheme}-${name}`)
    const press = () => page.locator('main form button[type=submit]').first().click()

    await page.goto(`${office.url}/s/daily`)
    await shot('1-sign-up')
    await page.goto(`${office.url}/s`)
    await shot('2-sign-up-many')
    office.house.clock.advance(5000)
    await page.locator('#address').fill('not an address')
    await press()
    await page.waitForSelector('#address-error')
    await shot('3-sign-up-wrong')
    await page.locator('#address').fill('ada@example.org')
    await page.locator('#name').fill('Ada Lovelace')
    await page.getByText('The Morning Letter').click()
    await press()
    await page.waitForSelector('[role=status]')
    await shot('4-sign-up-sent')

    const link = await office.mailed('ada@example.org', '/s/confirm/')
    await page.goto(office.url + link)
    await shot('5-confirm')
    await press()
    await page.waitForSelector('[role=status]')
    await shot('6-confirmed')

    const { id } = (await office.store.subscribers.byAddress('ada@example.org'))!
    const own = office.token(0, id)
    await page.goto(`${office.url}/p/${own}`)
    await shot('7-preferences')
    await page.getByLabel('Climate').selectOption({ index: 4 })
    await page.locator('#maxPerWeek').selectOption('3')
    await page.locator('#timeZone').selectOption('Europe/Berlin')
    await page.locator('input[name=tracking][value=denied]').check()
    await page.locator('#pausedUntil').fill('2026-12-24')
    await press()
    await page.waitForSelector('[role=status]')
    await shot('8-preferences-saved')
    const view = (await office.house.engine.subscriptions.person(id))!
    expect(view).toMatchObject({ maxPerWeek: 3, tracking: 'denied' })
    expect(view.subscriber).toMatchObject({ timeZone: 'Europe/Berlin', topics: { climate: 1 } })

    await page.goto(`${office.url}/p/${own}/erase`)
    await shot('9-erase')
    await page.goto(`${office.url}/u/${own}`)
    await page.locator('summary').click()
    await shot('10-unsubscribe')
    await page.locator('input[name=reason][value=too_many]').check()
    await press()
    await page.waitForSelector('[role=status]')
    await shot('11-unsubscribed')
    expect((await office.store.subscribers.get([id]))[0]!.status).toBe('unsubscribed')
    await page.goto(`${office.url}/a/`)
    await shot('12-archive')
    // A form that comes back has status 400, which Chromium tells as an error of loading.
    expect(said.filter((text) => !text.includes('status of 400'))).toEqual([])
    await context.close()
  })

  test.each([
    ['phone', { width: 375, height: 740 }, 'light'],
    ['desktop', { width: 1280, height: 900 }, 'dark'],
  ] as const)(
    'a letter, its archive, its way out, and what goes wrong: %s %j %s',
    async (kind, size, scheme) => {
      await using house = await openOffice({
        people: 3,
        pages: { lists: ['news', 'daily'], imprint: '/imprint' },
      })
      office = house
      await office.list('daily', 'The Morning Letter', { optIn: 'double' })
      const campaign = await office.house.campaign({ archive: true, subject: 'What the tide brought in' })
      await office.house.engine.campaigns.start(campaign.id)
      const { publicationId } = await office.house.until(campaign, 'finished')
      const { id } = (await office.store.subscribers.byAddress('reader0@example.org'))!
      const token = office.token(publicationId!, id)
      const { context, page } = await open(size, scheme)
      const shot = (name: string) => fits(page, `${kind}-${scheme}-${name}`)
      const at = async (path: string, name: string) => {
        await page.goto(office.url + path)
        await shot(name)
      }

      await at('/a/', '20-archive')
      await at(`/a/${campaign.name}`, '21-archive-campaign')
      await at(`/v/${token}`, '22-letter')
      await at('/v/nothing', '23-bad-link')
      await at('/a/nothing', '24-missing')
      await at('/p', '25-link')
      await at(`/p/${token}/erase`, '26-erase')
      await page.locator('main button').click()
      await page.waitForSelector('#understood-error')
      await shot('27-erase-wrong')

      await page.goto(`${office.url}/s/daily`)
      // From the keyboard the way to the content comes first, and can be seen.
      await page.keyboard.press('Tab')
      const box = (await page.locator('.skip:focus').boundingBox())!
      expect(box.x).toBeGreaterThanOrEqual(0)
      await shot('28-skip')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.id')).toBe('address')
      await shot('29-focus')

      await at(`/u/${token}`, '30-leave')
      await page.locator('button[value=list]').click()
      await page.waitForSelector('[role=status]')
      await shot('31-left')
      await at(`/u/${token}`, '32-left-before')
      await context.close()
    },
  )

  test('what is stored runs nowhere: names, titles, descriptions, letters', async () => {
    await using house = await openOffice({
      people: 1,
      body: evilLetter,
      pages: { title: `T ${hostile}`.slice(0, 80), lists: ['evil', 'news'], postalAddress: hostile },
    })
    office = house
    const evil = (await office.list('evil', `L ${hostile}`, { description: hostile })) as ListId
    const [who] = await office.store.subscribers.upsert([{ address: 'eve@example.org', name: hostile }], {
      lists: [evil],
      now: office.house.clock.now(),
    })
    await office.store.topics.insert(
      { name: 'evil', title: `P ${hostile}`, description: '' },
      office.house.clock.now(),
    )
    const campaign = await office.house.campaign({
      title: `C ${hostile}`,
      subject: `S ${hostile}`,
      lists: ['evil', 'news'],
      archive: true,
      selection: { count: 0 },
    })
    await office.house.engine.campaigns.start(campaign.id)
    const { publicationId } = await office.house.until(campaign, 'finished')
    const token = office.token(publicationId!, who!.id)
    const { context, page } = await open({ width: 800, height: 600 }, 'light')
    for (const path of ['/s', '/s/evil', `/u/${token}`, `/p/${token}`, '/a/', `/a/${campaign.name}`]) {
      await page.goto(office.url + path)
      expect(await page.evaluate('window.ran'), path).toBeUndefined()
      expect(await page.locator('main img, main script').count(), path).toBe(0)
    }
    for (const path of [`/v/${token}`, `/a/${campaign.name}/${publicationId}`]) {
      const answer = await page.goto(office.url + path)
      expect(answer!.status(), path).toBe(200)
      expect(await page.title(), path).not.toBe('ran')
      await page.locator('a', { hasText: 'x' }).first().click()
      expect(await page.title(), path).not.toBe('ran')
    }
    await context.close()
  })

  test.each([true, false])('proof of work, with script: %s', async (script) => {
    await using house = await openOffice({
      pages: { lists: ['weekly'], proofOfWork: 'hashcash', proofOfWorkBits: 12 },
    })
    office = house
    await office.list('weekly', 'Weekly')
    const { context, page, said } = await open({ width: 800, height: 600 }, 'light', script)
    await page.goto(`${office.url}/s/weekly`)
    office.house.clock.advance(5000)
    await page.locator('#address').fill('adé@example.org')
    await page.locator('main form button').click()
    await page.getByText('Please check your inbox').waitFor()
    const row = (await office.store.subscribers.byAddress('adé@example.org'))!
    const [membership] = await office.store.subscribers.memberships(row.id)
    expect(membership!.membership).toBe(script ? 'active' : 'unconfirmed')
    expect(said).toEqual([])
    await context.close()
  })
})
