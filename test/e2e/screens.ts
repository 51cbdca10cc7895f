import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openBrowser } from '../app/http/pages/browser.ts'

/** Every screen of the console by a name for its picture, as the demo shows it. */
export const screens = {
  home: '/',
  alerts: '/alerts',
  'alert-one': '/alerts/1',
  'alert-new': '/alerts/new',
  'alert-silences': '/alerts/silences',
  'alert-rules': '/alerts/rules',
  'alert-heartbeats': '/alerts/heartbeats',
  'alert-told': '/alerts/notifications',
  campaigns: '/campaigns',
  'campaign-run': '/campaigns/evening-brief',
  'campaign-report': '/campaigns/morning-letter?tab=report',
  'campaign-letter': '/campaigns/culture-night?tab=letter',
  'campaign-template': '/campaigns/culture-night?tab=template',
  'campaign-items': '/campaigns/culture-night?tab=items',
  'campaign-audience': '/campaigns/culture-night?tab=audience',
  'campaign-send': '/campaigns/culture-night?tab=send',
  'campaign-settings': '/campaigns/culture-night?tab=settings',
  'campaign-new': '/campaigns/new',
  calendar: '/calendar',
  analytics: '/analytics',
  subscribers: '/subscribers',
  'subscriber-one': '/subscribers/1',
  'subscriber-import': '/subscribers/import',
  'subscriber-imports': '/subscribers/imports',
  segments: '/segments',
  'segment-one': '/segments/harbour-readers',
  lists: '/lists',
  suppressions: '/suppressions',
  items: '/items',
  'item-one': '/items/1',
  feeds: '/feeds',
  topics: '/topics',
  templates: '/templates',
  'template-one': '/templates/letter',
  'template-versions': '/templates/letter?version=2',
  assets: '/assets',
  channels: '/channels',
  'channel-set-up': '/channels/set-up',
  system: '/system',
  settings: '/settings',
  'settings-account': '/settings/account',
  'settings-users': '/settings/users',
  'settings-keys': '/settings/keys',
  'settings-audit': '/settings/audit',
  'settings-about': '/settings/about',
} as const satisfies { readonly [name: string]: string }

const press = (role: 'button' | 'menuitem' | 'tab', name: string) => (page: Page) =>
  page.getByRole(role, { name, exact: true }).click()
const create = (page: Page) => page.locator('main [data-create]').first().click()

/** What opens over a screen or in it: where, and the steps that open it. */
export const opened: {
  readonly [name: string]: readonly [path: string, ...steps: readonly ((page: Page) => Promise<unknown>)[]]
} = {
  palette: ['/', (page) => page.keyboard.press('Control+k')],
  'palette-found': [
    '/',
    (page) => page.keyboard.press('Control+k'),
    (page) => page.getByPlaceholder('Go to, find or do').fill('har'),
  ],
  shortcuts: ['/', (page) => page.keyboard.press('?')],
  'account-menu': ['/', press('button', 'Your account')],
  'alert-silence': ['/alerts/1', (page) => page.keyboard.press('s')],
  'alerts-chosen': [
    '/alerts',
    (page) => page.getByRole('checkbox', { name: 'Choose this row' }).first().click(),
  ],
  'silence-new': ['/alerts/silences/new'],
  'heartbeat-new': ['/alerts/heartbeats/new'],
  'heartbeat-one': ['/alerts/heartbeats/1'],
  'campaign-later': ['/campaigns/culture-night?tab=send', (page) => page.getByText('At a time').click()],
  'campaign-again': [
    '/campaigns/culture-night?tab=send',
    (page) => page.getByText('Again and again').click(),
  ],
  'subscriber-new': ['/subscribers', create],
  'subscribers-chosen': [
    '/subscribers',
    (page) => page.getByRole('checkbox', { name: 'Choose this row' }).first().click(),
  ],
  'subscriber-edit': ['/subscribers/1', press('button', 'Edit')],
  'subscriber-pause': ['/subscribers/1', press('button', 'Pause')],
  'subscriber-erase': ['/subscribers/1', press('button', 'More'), press('menuitem', 'Erase this person …')],
  'subscriber-alerts': ['/subscribers/1?tab=alerts'],
  'follow-new': ['/subscribers/1?tab=alerts', create],
  'follow-one': ['/subscribers/1?tab=alerts', (page) => page.locator('[data-follow] button').first().click()],
  'follow-when': ['/subscribers/1?tab=alerts&follow=when'],
  'subscriber-mapping': [
    '/subscribers/import',
    (page) =>
      page.setInputFiles('input[type=file]', {
        name: 'readers.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(
          'E-Mail,Name,Country,Interests,Since\ngrace@navy.example,Grace Hopper,US,"harbour, culture",2024-05-01\nada@engine.example,Ada Lovelace,GB,harbour,2025-01-17\nnobody,No Address,FR,,\n',
        ),
      }),
  ],
  'segment-new': ['/segments/new'],
  'list-new': ['/lists', create],
  'suppression-new': ['/suppressions', create],
  'item-new': ['/items/new'],
  'item-import': ['/items/import'],
  'feed-new': ['/feeds/new'],
  'topic-new': ['/topics', create],
  'template-new': ['/templates/new'],
  'asset-one': [
    '/assets',
    (page) =>
      page.setInputFiles('input[type=file]', {
        name: 'masthead.png',
        mimeType: 'image/png',
        buffer: readFileSync(join(import.meta.dirname, '../../docs/console/home.png')),
      }),
    (page) => page.getByRole('link', { name: /masthead/ }).click(),
  ],
  'assets-filled': ['/assets'],
  'user-new': ['/settings/users', create],
  'key-new': ['/settings/keys', create],
  'key-made': [
    '/settings/keys',
    create,
    (page) => page.getByRole('textbox', { name: 'Name' }).fill('website'),
    (page) => page.getByRole('checkbox', { name: 'content:read', exact: true }).click(),
    press('button', 'Create key'),
    (page) => page.getByText('shown this once').waitFor(),
  ],
  'sign-in': ['/', press('button', 'Your account'), press('menuitem', 'Sign out')],
}

const bin = join(import.meta.dirname, '../../app/bin.js')

/** The demo of the console in a folder of its own. */
export async function startDemo(subscribers: number): Promise<
  AsyncDisposable & {
    readonly child: ChildProcess
    readonly folder: string
    readonly told: { readonly link: string; readonly opened: number; readonly clicked: number }
  }
> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-desk-demo-'))
  const child = spawn(
    process.execPath,
    [bin, 'demo', '--console', '--json', '--subscribers', String(subscribers)],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown]
  if (!Buffer.isBuffer(line)) throw new Error(`The demo ended: ${said}`)
  return {
    child,
    folder,
    told: JSON.parse(line.toString()),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        child.kill('SIGINT')
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

// `npm run docs:screens -- FOLDER [SCREEN | /PATH ...]`: a picture of every screen, or of these, at three widths, light and dark. Without a folder those of the documentation.
if (import.meta.main) {
  const [given, ...only] = process.argv.slice(2)
  const folder = given ?? join(import.meta.dirname, '../../docs/console')
  mkdirSync(folder, { recursive: true })
  await using demo = await startDemo(2000)
  await using browser = await openBrowser()
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  })
  await page.goto(demo.told.link)
  await page.locator('[data-live="on"]').waitFor()
  const sizes = given === undefined ? [1440] : [1440, 1024, 390]
  const schemes = given === undefined ? (['light'] as const) : (['light', 'dark'] as const)
  const paths = only.filter((word) => word.startsWith('/'))
  const wanted = [
    ...Object.entries(screens).filter(([name]) => only.length === 0 || only.includes(name)),
    ...paths.map((path) => [path.slice(1).replaceAll(/[^\w-]+/g, '-'), path] as const),
  ]
  const takeAll = async (name: string): Promise<void> => {
    for (const width of sizes) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme })
        // A picture for people and no test: what comes within a moment should be on it.
        await page.waitForTimeout(width === sizes[0] && colorScheme === 'light' ? 1500 : 300)
        const suffix = given === undefined ? '' : `-${width}-${colorScheme}`
        await page.screenshot({ path: join(folder, `${name}${suffix}.png`) })
      }
    }
    process.stderr.write(`${name}\n`)
  }
  const goTo = async (path: string): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(`#${path}`)}`)
    await page.locator('main h1').waitFor()
  }
  for (const [name, path] of wanted) {
    await goTo(path)
    await takeAll(name)
  }
  // Those of the documentation show screens as they are when one comes to them.
  for (const [name, [path, ...steps]] of given === undefined ? [] : Object.entries(opened)) {
    if (only.length > 0 && !only.includes(name)) continue
    await page.setViewportSize({ width: sizes[0]!, height: 900 })
    await goTo(path)
    await page.reload()
    await page.locator('main h1').waitFor()
    for (const step of steps) await step(page)
    await takeAll(name)
  }
}
