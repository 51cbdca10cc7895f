import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { browserPath, openBrowser } from '../../app/http/pages/browser.ts'

export { browserPath } from '../../app/http/pages/browser.ts'

if (browserPath === null) console.warn('The console is not walked through: no Chromium is installed here.')

export type Scheme = 'light' | 'dark'

/** A daemon of its own, and a browser whose pages are signed in as its owner. */
export interface Desk extends AsyncDisposable {
  readonly url: string
  readonly daemon: Daemon
  readonly browser: Browser
  /** The API, as the machine's own commands ask it. Rejects with the problem's text. */
  ask<T = unknown>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>
  /** A page at an address of the console such as `/campaigns`, signed in. */
  open(path: string, options?: PageOptions): Promise<Page>
  /** What pages said in their consoles that they should not have. */
  readonly said: readonly string[]
}
export interface PageOptions {
  readonly scheme?: Scheme
  readonly locale?: 'en-GB' | 'de-DE'
  readonly width?: number
  readonly height?: number
  /** Whom to sign in. Default: the owner. */
  readonly user?: string
}

export const owner = 'owner@paper.example'

/** `settings` as in broadsheet.yaml; letters go to files in `outbox` below `folder`. */
export async function openDesk(settings: object = {}): Promise<Desk & { readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-desk-'))
  writeFileSync(
    join(folder, 'broadsheet.yaml'),
    JSON.stringify({
      store: 'memory:',
      // Every page signs in, all of them from one address.
      http: { port: 0, limits: { signIn: { perSecond: 1000, burst: 1000 } } },
      channels: { file: { directory: 'outbox', fsync: false } },
      ...settings,
    }),
  )
  const daemon = await startDaemon(loadConfig({ cwd: folder, env: {} }), { log: silentLog, version: '1.2.3' })
  const { url, token } = daemon
  const said: string[] = []
  const ask: Desk['ask'] = async (method, path, body, headers = {}) => {
    const json = body !== undefined && typeof body !== 'string'
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : body }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as never
  }
  const first = await ask<{ token: string }>('POST', '/users/first')
  await ask('POST', '/access/accept', {
    token: first.token,
    name: owner,
    fullName: 'Olive Owner',
    password: 'a long enough passphrase',
  })
  const browser = await openBrowser()

  return {
    url,
    daemon,
    browser,
    folder,
    ask,
    said,
    async open(path, options = {}) {
      const { scheme = 'light', locale = 'en-GB', width = 1440, height = 900, user = owner } = options
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        locale,
        timezoneId: 'Europe/Berlin',
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      page.setDefaultTimeout(120_000)
      page.on('console', (message) => {
        if (message.type() === 'error') said.push(`${path}: ${message.text()} ${message.location().url}`)
      })
      page.on('pageerror', (error) => said.push(`${path}: ${error.stack ?? String(error)}`))
      const link = await ask<{ token: string }>('POST', `/users/${encodeURIComponent(user)}/enter`)
      await page.goto(`${url}/#/enter?token=${link.token}`)
      await page.locator('[data-live="on"]').waitFor()
      if (path !== '/') await go(page, path)
      return page
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await daemon.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** To another screen of the same page, as a link would. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#${path}`)}`)
  await page.locator('main h1').waitFor()
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const axeOptions = {
  resultTypes: ['violations'],
  // Style sheets of other origins, which the console has not.
  preload: false,
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // A dialog's own <header> counts as a second banner there.
  rules: { 'landmark-no-duplicate-banner': { enabled: false }, 'landmark-unique': { enabled: false } },
}

/** No violation of WCAG 2.2 A and AA, by axe-core, and nothing wider than the window. */
export async function isAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate<Pick<AxeResults, 'violations'>>(
    `axe.run(document, ${JSON.stringify(axeOptions)})`,
  )
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes
      .slice(0, 5)
      .map(({ html, failureSummary }) => `${html.slice(0, 300)} ${failureSummary ?? ''}`),
  }))
  expect(found, `${name}: axe-core`).toEqual([])
  const wide = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  expect(wide, `${name}: wider than the window by`).toBe(0)
}

/** What was changed is on the screen, and no colour is on its way to another: inherited ones begin one after the other. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(`(async () => {
    const moving = () => document.getAnimations().some((one) => one instanceof CSSTransition)
    for (let calm = 0; calm < 3; calm = moving() ? 0 : calm + 1) await new Promise(requestAnimationFrame)
  })()`)

const widths = [1440, 1024, 390] as const

/** With `BROADSHEET_SHOTS=folder`: the screen as PNG, at three widths, light and dark. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.BROADSHEET_SHOTS
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const before = page.viewportSize()!
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.locator(`html[data-mantine-color-scheme="${scheme}"]`).waitFor()
    for (const width of widths) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
      await drawn(page)
      await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`) })
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(before)
}

/** The number that the screen shows as `data-stat`, as the API would write it: thousands are taken apart, a share stays text. */
export async function stat(page: Page, name: string): Promise<number> {
  const text = await page.locator(`[data-stat="${name}"]`).first().textContent()
  return Number((text ?? '').replace(/[^\d.-]/g, ''))
}

/** Look at a screen as it is in light and in dark. */
export async function inBothSchemes(page: Page, look: (scheme: Scheme) => Promise<void>): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.locator(`html[data-mantine-color-scheme="${scheme}"]`).waitFor()
    await drawn(page)
    await look(scheme)
  }
  await page.emulateMedia({ colorScheme: 'light' })
}
