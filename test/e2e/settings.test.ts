import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  browserPath,
  type Desk,
  go,
  inBothSchemes,
  isAccessible,
  openDesk,
  owner,
  shoot,
} from './support/desk.ts'
import { isAsHighAsItsRows, isSeen } from './support/look.ts'

const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? ''
const passphrase = 'a long enough passphrase'

describe.skipIf(browserPath === null)('settings in the console', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk?.[Symbol.asyncDispose]())

  const looked = async (page: Page, name: string): Promise<void> => {
    await inBothSchemes(page, (scheme) => isAccessible(page, `${name}, ${scheme}`))
    await shoot(page, name)
  }

  test('the console looks as one wants it, and remembers', async () => {
    const page = await desk.open('/settings')
    await looked(page, 'settings')
    await page.getByPlaceholder('As this browser').fill('Tokyo')
    await page.getByRole('option', { name: 'Asia/Tokyo' }).click()
    await page.getByText('Deutsch').click()
    await page.getByRole('heading', { level: 1, name: 'Anzeige' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Anzeige' }).waitFor()
    expect(await page.evaluate('localStorage.getItem("broadsheet.timeZone")')).toBe('Asia/Tokyo')
    const tokyo = new Intl.DateTimeFormat('de-DE', { hour: '2-digit', timeZone: 'Asia/Tokyo' }).format()
    await page
      .locator('main time')
      .filter({ hasText: tokyo.slice(0, 2) })
      .waitFor()
    await page.context().close()
  })

  test('somebody is invited by a link, comes in by it, is shut out and removed', async () => {
    const page = await desk.open('/settings/users')
    await page.getByRole('row').filter({ hasText: owner }).waitFor()
    await isAsHighAsItsRows(page.getByRole('table', { name: 'Users' }), 'users')
    await looked(page, 'users')
    await page.keyboard.press('n')
    const drawer = page.getByRole('dialog')
    await drawer.getByRole('textbox', { name: 'E-mail address' }).fill('mo@paper.example')
    await drawer.getByRole('radio', { name: 'Sender' }).check()
    await looked(page, 'invite')
    await page.keyboard.press('Control+Enter')
    const link = await textOf(drawer.locator('code'))
    expect(link).toContain('/#/accept?token=')
    await looked(page, 'invited')
    await drawer.getByRole('button', { name: 'Done' }).click()

    const guest = await (await desk.browser.newContext()).newPage()
    // The daemon was configured with port 0, and took another.
    await guest.goto(`${desk.url}/${link.slice(link.indexOf('#'))}`)
    await guest.getByRole('textbox', { name: 'Password' }).fill('another long passphrase')
    await guest.keyboard.press('Enter')
    await guest.getByText('Done. Sign in with it now.').waitFor()
    await guest.context().close()

    await go(page, '/settings')
    await page.getByRole('heading', { level: 1, name: 'Display' }).waitFor()
    await go(page, '/settings/users')
    await page.getByRole('row').filter({ hasText: 'mo@paper.example' }).getByText('Active').waitFor()
    await page.getByRole('row').filter({ hasText: 'mo@paper.example' }).click()
    await drawer.getByRole('heading', { name: 'mo@paper.example' }).waitFor()
    await looked(page, 'user')
    await drawer.getByRole('switch', { name: 'Disabled' }).click()
    await drawer.getByText('Disabled').first().waitFor()
    const user = (): Promise<{ disabledAt: number | null; role: string }> =>
      desk.ask('GET', '/users/mo@paper.example')
    await vi.waitFor(async () => expect((await user()).disabledAt).not.toBeNull(), {
      timeout: 60_000,
      interval: 5,
    })
    expect((await user()).role).toBe('sender')
    await page.context().close()
  })

  test('a key is made with the scopes that are chosen, and shown once', async () => {
    const page = await desk.open('/settings/keys')
    await page.getByText('No keys yet').waitFor()
    await looked(page, 'keys-empty')
    await page.keyboard.press('n')
    const drawer = page.getByRole('dialog')
    await drawer.getByRole('textbox', { name: 'Name' }).fill('website')
    await drawer.getByRole('checkbox', { name: 'subscribers:write' }).check()
    await drawer.getByRole('checkbox', { name: 'content:read' }).check()
    await looked(page, 'key-new')
    await page.keyboard.press('Control+Enter')
    const secret = await textOf(drawer.locator('code'))
    expect(secret).toMatch(/^bs_/)
    const asked = await desk.ask('GET', '/access/me', undefined, { authorization: `Bearer ${secret}` })
    expect(asked).toMatchObject({ name: 'website', scopes: ['subscribers:write', 'content:read'] })
    await looked(page, 'key-made')
    await drawer.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('row').filter({ hasText: 'website' }).getByText('content:read').waitFor()
    await looked(page, 'keys')
    await page.context().close()
  })

  test('the second factor is set up with a QR code and recovery codes', async () => {
    const page = await desk.open('/settings/account')
    await page.getByRole('heading', { name: 'Sessions' }).waitFor()
    await looked(page, 'account')
    await page.getByRole('textbox', { name: 'What you are called' }).fill('Olive O.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    expect(await desk.ask('GET', `/users/${owner}`)).toMatchObject({ fullName: 'Olive O.' })
    await page
      .getByRole('region', { name: 'Second factor' })
      .getByLabel('Present password')
      .first()
      .fill(passphrase)
    await page.keyboard.press('Enter')
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    await looked(page, 'second-factor')
    const secret = (await textOf(page.locator('main code').first())).replaceAll(/\s/g, '')
    await page.getByRole('textbox', { name: 'Code', exact: true }).fill(await codeOf(secret))
    await page.keyboard.press('Enter')
    await page.getByText('shown this once').waitFor()
    const codes = await page.locator('[data-recovery-codes] code').count()
    expect(await desk.ask('GET', `/users/${owner}`)).toMatchObject({
      secondFactor: true,
      recoveryCodesLeft: codes,
    })
    await looked(page, 'recovery-codes')
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await page.getByText(`${codes} recovery codes are left`).waitFor()
    await page.context().close()
  })

  test('the audit log says who did what, and is asked by its address', async () => {
    const page = await desk.open('/settings/audit?action=key')
    const row = page.getByRole('row').filter({ hasText: 'API key: made' })
    await row.getByText('Olive Owner').or(row.getByText(owner)).first().waitFor()
    expect(await page.getByRole('row').filter({ hasText: 'User: made' }).count()).toBe(0)
    await page.getByRole('searchbox', { name: 'What' }).fill('')
    await page.getByRole('row').filter({ hasText: 'User: made' }).first().waitFor()
    await looked(page, 'audit')
    // A log that fills the window takes no room from the tabs.
    const size = page.viewportSize()!
    await page.setViewportSize({ ...size, height: 360 })
    const tabs = await page.getByRole('navigation', { name: 'Settings' }).boundingBox()
    expect(tabs?.height).toBeGreaterThan(28)
    await page.setViewportSize({ width: 390, height: 844 })
    await isSeen(page.getByRole('link', { name: 'Audit log' }), 'the tab that is open')
    await isSeen(page.getByRole('cell', { name: 'User: made' }).first(), 'what was done')
    await page.setViewportSize(size)
    await go(page, '/settings/about')
    await page.locator('[data-stat="version"]').getByText('1.2.3').waitFor()
    await looked(page, 'about')
    await page.context().close()
  })

  test('who may not is not offered users, keys and the log', async () => {
    await desk.ask('POST', '/users', { name: 'ed@paper.example', role: 'editor' })
    const page = await desk.open('/settings/account', { user: 'ed@paper.example' })
    await page.getByText('ed@paper.example').first().waitFor()
    const tabs = page.getByRole('navigation', { name: 'Settings' })
    expect(await tabs.getByRole('link').allInnerTexts()).toEqual(['Display', 'Your account', 'About'])
    await page.context().close()
  })

  test('no page said anything that it should not have', () => {
    // Streams end with the sessions that opened them.
    expect(desk.said.filter((line) => !line.includes('/api/v1/stream'))).toEqual([])
  })
})

/** RFC 6238: six digits of SHA-1 over half minutes. */
async function codeOf(secret: string): Promise<string> {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = secret
    .split('')
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  const bytes = Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2))
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])
  const counter = new DataView(new ArrayBuffer(8))
  counter.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000)))
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer))
  const offset = mac.getUint8(19) & 15
  return String((mac.getUint32(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
