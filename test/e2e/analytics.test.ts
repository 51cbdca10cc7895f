import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { browserPath, type Desk, go, openDesk, stat } from './support/desk.ts'
import { look } from './support/look.ts'
import { fillPast, sendLetter, waiting } from './support/past.ts'

interface Canvas {
  readonly width: number
  readonly height: number
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray }
  }
}
/** The second colour of a chart, that of its first line. */
const lineColour = { light: '#c2570c', dark: '#f0a35e' }
interface Totals {
  readonly totals: {
    readonly sent: number
    readonly bounced: number
    readonly unsubscribed: number
    readonly opened: { readonly people: number }
    readonly clicked: { readonly people: number }
  }
}

describe.skipIf(browserPath === null)('analytics in the console', () => {
  let desk: Desk
  let page: Page
  beforeAll(async () => {
    desk = await openDesk()
    await fillPast(desk, await sendLetter(desk, 60), Date.now())
    page = await desk.open('/analytics')
  })
  afterAll(() => desk?.[Symbol.asyncDispose]())

  test('shows the numbers of the API, and those of another range', async () => {
    await page.locator('canvas').waitFor()
    const equal = async (days: number) => {
      const from = await page.getByLabel('From').inputValue()
      const last = await page.getByLabel('To, and this day').inputValue()
      const to = new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10)
      expect(Date.parse(to) - Date.parse(from)).toBe(days * 86_400_000)
      const { totals } = await desk.ask<Totals>('GET', `/analytics/totals?from=${from}&to=${to}`)
      await vi.waitFor(async () => expect(await stat(page, 'sent')).toBe(totals.sent), waiting)
      expect(await stat(page, 'delivered')).toBe(totals.sent - totals.bounced)
      expect(await stat(page, 'opened')).toBe(totals.opened.people)
      expect(await stat(page, 'clicked')).toBe(totals.clicked.people)
      expect(await stat(page, 'unsubscribed')).toBe(totals.unsubscribed)
    }
    await equal(30)
    await look(page, 'analytics-overview')
    // What is painted knows nothing of style sheets.
    for (const scheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await vi.waitFor(async () => expect(await lineColoursIn(page)).toEqual([lineColour[scheme]]), waiting)
    }
    await page.getByText('7 days', { exact: true }).click()
    await vi.waitFor(() => expect(page.url()).toContain('days=7'), waiting)
    await equal(7)
    await page.reload()
    await page.locator('canvas').waitFor()
    await equal(7)
  })

  test('has each chart as a table and as a file', async () => {
    await go(page, '/analytics?days=7&zone=Asia%2FTokyo')
    await page.getByText('As a table').click()
    const table = page.getByRole('table', { name: 'Over time' })
    await table.waitFor()
    const from = await page.getByLabel('From').inputValue()
    const { data } = await desk.ask<{ data: { sent: number }[] }>(
      'GET',
      `/analytics/timeline?from=${from}&unit=day&timeZone=Asia%2FTokyo`,
    )
    const shown = await table.locator('[role="row"][data-index] [role="cell"]:nth-child(2)').allInnerTexts()
    expect(shown.slice(0, data.length).map(Number)).toEqual(data.map(({ sent }) => sent))
    const link = page.getByRole('link', { name: 'CSV' })
    const file = await page.request.get(new URL((await link.getAttribute('href'))!, desk.url).href)
    expect(await file.text()).toMatch(/^from,local,sent,failed/)
    await look(page, 'analytics-table')
  })

  test.each(['campaigns', 'audience', 'engagement', 'cohorts', 'domains', 'topics', 'alerts'] as const)(
    'shows %s',
    async (view) => {
      await go(page, `/analytics?view=${view}`)
      await page.locator('main section').first().waitFor()
      await vi.waitFor(
        async () => expect(await page.locator('.mantine-Skeleton-root').count()).toBe(0),
        waiting,
      )
      await look(page, `analytics-${view}`)
    },
  )

  test('opened a page that said nothing', () => {
    expect(desk.said).toEqual([])
  })
})

/** Which of the colours of lines is in the first chart. */
async function lineColoursIn(page: Page): Promise<string[]> {
  const colours = await page
    .locator('canvas')
    .first()
    .evaluate((element: unknown) => {
      const { width, height, getContext } = element as Canvas
      const { data } = getContext.call(element, '2d').getImageData(0, 0, width, height)
      const all = new Set<number>()
      for (let at = 0; at < data.length; at += 4)
        all.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!)
      return [...all]
    })
  return Object.values(lineColour).filter((colour) => colours.includes(Number(`0x${colour.slice(1)}`)))
}
