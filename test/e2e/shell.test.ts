import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, type Desk, go, inBothSchemes, isAccessible, openDesk, shoot } from './support/desk.ts'

describe.skipIf(browserPath === null)('the console', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk?.[Symbol.asyncDispose]())

  test('asks who one is, and takes them where they wanted to be', async () => {
    const context = await desk.browser.newContext()
    const page = await context.newPage()
    await page.goto(`${desk.url}/#/topics`)
    await page.getByLabel('E-mail address').fill('owner@paper.example')
    await page.getByRole('textbox', { name: 'Password' }).fill('not the passphrase')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('is not right').waitFor()
    await page.getByText(/^Request [\w-]+/).waitFor()
    await isAccessible(page, 'sign-in')
    await shoot(page, 'sign-in')
    await page.getByRole('textbox', { name: 'Password' }).fill('a long enough passphrase')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Topics' }).waitFor()
    await page.locator('[data-live="on"]').waitFor()

    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    const { length } = await context.cookies()
    expect(length).toBe(0)
    await context.close()
  })

  test('is walked through by keyboard', async () => {
    const page = await desk.open('/')
    await page.keyboard.press('Tab')
    await page.getByRole('link', { name: 'Skip to the content' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.getByRole('heading', { level: 1, name: 'Subscribers' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Go to, find or do').fill('templ')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Templates' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await isAccessible(page, 'shortcuts')
    await page.keyboard.press('Escape')
    await page.context().close()
  })

  test('speaks German, in light and dark, on a phone', async () => {
    const page = await desk.open('/', { locale: 'de-DE', width: 390, height: 844 })
    await page.getByRole('heading', { level: 1, name: 'Übersicht' }).waitFor()
    await page.getByRole('button', { name: 'Navigation öffnen' }).click()
    await page.getByRole('link', { name: 'Kampagnen', exact: true }).waitFor()
    await inBothSchemes(page, (scheme) => isAccessible(page, `navigation, ${scheme}`))
    await page.getByRole('link', { name: 'Kampagnen', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Kampagnen' }).waitFor()
    await page.context().close()
  })

  test('says so when there is no such page', async () => {
    const page = await desk.open('/')
    await page.evaluate(`location.hash = '#/nowhere'`)
    await page.getByText('There is no such page.').waitFor()
    await page.context().close()
  })

  test('is let in once by a link', async () => {
    const link = await desk.ask<{ token: string }>('POST', '/users/owner%40paper.example/enter')
    const first = await (await desk.browser.newContext()).newPage()
    await first.goto(`${desk.url}/#/enter?token=${link.token}`)
    await first.locator('[data-live="on"]').waitFor()
    expect(first.url()).not.toContain(link.token)
    const second = await (await desk.browser.newContext()).newPage()
    await second.goto(`${desk.url}/#/enter?token=${link.token}`)
    await second.getByText('does not sign you in any more').waitFor()
    await first.context().close()
    await second.context().close()
  })

  test('opens by few files, and no page said anything', async () => {
    const page = await desk.open('/')
    await page.reload()
    await page.locator('[data-live="on"]').waitFor()
    const files = await page.evaluate<number>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.includes('/console/')).length`,
    )
    expect(files).toBeLessThan(25)
    await go(page, '/lists')
    await page.context().close()
    // What was refused on purpose: wrong passwords, a link used twice, and asking who one is before one is anybody.
    expect(desk.said.filter((line) => !/status of 40[013]/.test(line))).toEqual([])
  })
})
