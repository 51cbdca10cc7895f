import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../app/http/pages/browser.ts'
import { startDemo } from './screens.ts'
import { browserPath, go, stat } from './support/desk.ts'

describe.skipIf(browserPath === null)('the demo of the console', () => {
  let demo: Awaited<ReturnType<typeof startDemo>>
  let browser: Browser
  beforeAll(async () => {
    demo = await startDemo(300)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.[Symbol.asyncDispose]()
  })

  test('is a console full of data behind one link', async () => {
    expect(demo.told.opened).toBeGreaterThan(50)
    expect(demo.told.clicked).toBeGreaterThan(10)
    const page = await browser.newPage()
    await page.goto(demo.told.link)
    await page.locator('[data-live="on"]').waitFor()
    await page.getByRole('link', { name: 'Campaigns', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Campaigns' }).waitFor()
    await page.close()
  })

  test('shows the numbers of the API, on every screen that has some', async () => {
    const page = await browser.newPage({ locale: 'en-GB' })
    const { url, token } = JSON.parse(
      readFileSync(join(demo.folder, 'broadsheet-demo/data/daemon.json'), 'utf8'),
    ) as { url: string; token: string }
    const api = async <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      expect(answer.ok, `${method} ${path}`).toBe(true)
      return (await answer.json()) as T
    }
    const entered = await api<{ token: string }>('POST', '/users/editor%40harbour-courier.example/enter', {})
    await page.goto(`${url}/#/enter?token=${entered.token}`)
    await page.locator('[data-live="on"]').waitFor()
    const compared: string[] = []
    /** Both are asked until they agree: what goes out now changes under the eye. */
    const same = async (name: string, truth: () => Promise<number>): Promise<void> => {
      await expect.poll(async () => (await stat(page, name)) - (await truth()), { message: name }).toBe(0)
      compared.push(name)
    }
    type Counts = Record<'audience' | 'sent' | 'queued' | 'handing' | 'retry', number>
    const progress = async (name: string) =>
      (await api<{ counts: Counts }>('GET', `/campaigns/${name}/progress`)).counts
    type Kind = { people: { recipients: number }; classes: Record<string, { recipients: number }> }
    const report = async () =>
      (
        await api<{ data: { deliveries: Counts; opened: Kind; clicked: Kind }[] }>(
          'GET',
          '/analytics/campaigns/morning-letter',
        )
      ).data[0]!

    const waiting = async () =>
      (await api<{ data: { state: string }[] }>('GET', '/alerts?limit=200')).data.filter(({ state }) =>
        ['firing', 'escalated'].includes(state),
      ).length
    await same('alerts-waiting', waiting)
    await go(page, '/alerts')
    await same('alerts-waiting', waiting)

    await go(page, '/campaigns/evening-brief')
    await same('sent', async () => (await progress('evening-brief')).sent)
    await go(page, '/campaigns/morning-letter?tab=report')
    await same('report.sent', async () => (await report()).deliveries.sent)
    await same('funnel.audience', async () => (await report()).deliveries.audience)
    await same('funnel.opened', async () => (await report()).opened.people.recipients)
    await same('funnel.clicked', async () => (await report()).clicked.people.recipients)
    expect((await report()).clicked.people.recipients).toBe(demo.told.clicked)
    for (const kind of ['human', 'scanner'])
      await same(`opened.${kind}`, async () => (await report()).opened.classes[kind]!.recipients)

    const count = async (path: string, body?: object) =>
      (await api<{ count: number }>(body === undefined ? 'GET' : 'POST', path, body)).count
    await go(page, '/subscribers')
    await same('subscribers.active', () => count('/segments/count', { rule: 'everyone' }))
    await go(page, '/segments')
    for (const name of ['harbour-readers', 'patrons', 'night-owls'])
      await same(`segment.${name}`, () => count(`/segments/${name}/count`))
    await go(page, '/lists')
    await same('list.morning', () => count('/segments/count', { lists: ['morning'] }))
    await go(page, '/topics')
    const { data: topics } = await api<{ data: { topic: string; items: number }[] }>('GET', '/items/topics')
    for (const { topic, items } of topics) await same(`topic.${topic}`, async () => items)
    expect(compared.length).toBeGreaterThan(15)
    await page.close()
  })

  test('ends by Ctrl+C, and nothing of it stays behind', async () => {
    demo.child.kill('SIGINT')
    const [code] = (await once(demo.child, 'exit')) as [number | null]
    expect(code).toBe(0)
    await expect(fetch(new URL('/livez', demo.told.link))).rejects.toThrow()
  })
})
