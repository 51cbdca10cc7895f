import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { browserPath, type Desk, go, openDesk, stat } from './support/desk.ts'
import { look } from './support/look.ts'
import { fillPast, letter, sendLetter, waiting } from './support/past.ts'

describe.skipIf(browserPath === null)('the start of the console', () => {
  let desk: Desk
  let page: Page
  beforeAll(async () => {
    desk = await openDesk({ alerts: { sender: { address: 'alerts@paper.example' } } })
    page = await desk.open('/')
  })
  afterAll(() => desk?.[Symbol.asyncDispose]())

  test('teaches who has nothing yet', async () => {
    await page.getByRole('heading', { name: 'From nothing to the first letter' }).waitFor()
    expect(await page.locator('[data-done="true"]').count()).toBe(0)
    await page.locator('[data-store="well"]').waitFor()
    await look(page, 'home-empty')
    await page.getByRole('link', { name: 'Bring in the readers' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Subscribers' }).waitFor()
  })

  test('shows the day against what is usual, what waits, and what wants somebody', async () => {
    const now = Date.now()
    await fillPast(desk, await sendLetter(desk, 60), now)
    await desk.ask('POST', '/campaigns', { ...letter, name: 'draft', title: 'A thought' })
    const { id } = await desk.ask<{ id: number }>('POST', '/campaigns', {
      ...letter,
      name: 'weekly',
      title: 'The week',
    })
    await desk.ask('POST', `/campaigns/${id}/schedule`, { at: now + 86_400_000 })
    for (const [key, severity, title] of [
      ['press', 'critical', 'Press 2 stands still'],
      ['disk', 'warning', 'Disk of web-1 is 91 % full'],
    ])
      await desk.ask('POST', '/alerts', { key, severity, title })
    await go(page, '/')
    // What is usual was asked for on an empty system, and is kept for an hour.
    await page.reload()
    await page.getByRole('link', { name: 'Press 2 stands still' }).waitFor()
    expect(await stat(page, 'alerts-waiting')).toBe(2)
    await page.locator('[data-need="drafts"]').getByText('A thought').waitFor()
    await page.getByRole('link', { name: 'The week' }).waitFor()
    await page.locator('[data-channel="file"] [data-state="closed"]').waitFor()
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin' }).format(now)
    const hours = await desk.ask<{ data: { sent: number; opened: { people: number } }[] }>(
      'GET',
      `/analytics/timeline?from=${today}&unit=hour&timeZone=Europe%2FBerlin`,
    )
    const sum = (of: (hour: (typeof hours.data)[number]) => number) =>
      hours.data.reduce((all, hour) => all + of(hour), 0)
    await vi.waitFor(
      async () => expect(await stat(page, 'today-sent')).toBe(sum(({ sent }) => sent)),
      waiting,
    )
    expect(await stat(page, 'today-opened')).toBe(sum(({ opened }) => opened.people))
    expect(await stat(page, 'queue-depth')).toBe(0)
    await page
      .getByText(/^usually \d+ by now$/)
      .first()
      .waitFor()
    expect(await page.getByRole('heading', { name: 'From nothing to the first letter' }).count()).toBe(0)
    await look(page, 'home')
  })

  test('hears of alerts while one looks on', async () => {
    await desk.ask('POST', '/alerts', { key: 'lift', severity: 'error', title: 'The lift is stuck' })
    await page.getByRole('link', { name: 'The lift is stuck' }).waitFor()
    await vi.waitFor(async () => expect(await stat(page, 'alerts-waiting')).toBe(3), waiting)
    expect(desk.said).toEqual([])
  })
})
