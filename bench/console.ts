import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { type Client, createClient } from '../app/cli/daemon/client.ts'
import { buildConsole } from '../app/demo/console-build.ts'
import { needProgram, chromium as program } from '../app/demo/servers/program.ts'
import { buildDist, serveBuilt } from './built-daemon.ts'
import { median, type Report, round } from './figure.ts'
import { makeFolder, seedNewsroom } from './newsroom.ts'

const owner = 'owner@paper.example'
type Moment = readonly [name: string, act: (page: Page) => Promise<void>, seen: (page: Page) => Promise<void>]

/** The console in Chromium, of a daemon that is built as it is published, on SQLite with a million subscribers: from the click to what is on
 *  the screen. The first load is by a browser that has nothing of it in its cache. */
export async function benchConsole(
  report: Report,
  { subscribers = 1_000_000, times = 7 } = {},
): Promise<void> {
  const executablePath = needProgram(program)
  buildDist()
  await buildConsole()
  await using stack = new AsyncDisposableStack()
  const { file, remove } = makeFolder()
  stack.defer(remove)
  mkdirSync(dirname(file), { recursive: true })
  await seedNewsroom(`sqlite:${file}`, subscribers)
  const daemon = await serveBuilt({
    file,
    channels: { file: { directory: 'outbox' } },
    settings: { http: { port: 0, limits: { signIn: { perSecond: 100, burst: 100 } } } },
  })
  stack.defer(() => daemon.stop())
  const client = createClient(daemon.url, daemon.token, AbortSignal.timeout(3_600_000))
  stack.defer(() => client.close())
  await makeOwner(client)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  stack.defer(() => browser.close())

  const signIn = async (context: BrowserContext): Promise<Page> => {
    const { token } = await client.post<{ token: string }>(`/users/${encodeURIComponent(owner)}/enter`)
    const page = await context.newPage()
    await page.goto(`${daemon.url}/#/enter?token=${token}`)
    await page.locator('[data-live="on"]').waitFor()
    return page
  }
  const state = await (async () => {
    const context = await browser.newContext()
    await signIn(context)
    const kept = await context.storageState()
    await context.close()
    return kept
  })()

  const took = new Map<string, number[]>()
  const measure = async (page: Page, [name, act, seen]: Moment): Promise<void> => {
    const begun = performance.now()
    await act(page)
    await seen(page)
    took.set(name, [...(took.get(name) ?? []), performance.now() - begun])
  }
  for (let run = 0; run < times; run++) {
    const context = await browser.newContext({
      storageState: state,
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    for (const moment of moments(daemon.url)) await measure(page, moment)
    await context.close()
  }
  const people = `${subscribers.toLocaleString('en-US')} subscribers`
  for (const [name, all] of took) {
    const figure = (what: string, value: number) =>
      report({
        name: `console, ${people}: ${name}, ${what}`,
        value: round(value),
        unit: 'ms',
        peer: null,
        ratio: null,
      })
    figure('median', median(all))
    figure('longest', Math.max(...all))
  }
}

async function makeOwner(client: Client): Promise<void> {
  const { token } = await client.post<{ token: string }>('/users/first')
  await client.post('/access/accept', {
    token,
    name: owner,
    fullName: 'Olive Owner',
    password: 'a long enough passphrase',
  })
}

const firstRow = (page: Page): Promise<void> => page.locator('[role="row"][data-index="0"]').waitFor()
const link = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name, exact: true })

const moments = (url: string): readonly Moment[] => [
  [
    'first load',
    async (page) => void (await page.goto(`${url}/`)),
    async (page) => {
      await page.locator('[data-live="on"]').waitFor()
      await page.locator('main h1').waitFor()
    },
  ],
  ['the table of subscribers', (page) => link(page, 'Subscribers').click(), firstRow],
  [
    'a search in it',
    (page) => page.locator('main input[type="search"]').fill('r1234.'),
    (page) => page.locator('[role="row"][data-index="0"]', { hasText: 'r1234.' }).waitFor(),
  ],
  [
    'one person',
    (page) => page.locator('[role="row"][data-index="0"]').click(),
    (page) => page.locator('main h1', { hasText: 'r1234.' }).waitFor(),
  ],
  ['the table again', (page) => link(page, 'Subscribers').click(), firstRow],
  ['segments', (page) => link(page, 'Segments').click(), (page) => page.locator('main h1').waitFor()],
]
