import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Sink, startSink } from '../servers/smtp-sink.ts'
import {
  browserPath,
  type Desk,
  go,
  inBothSchemes,
  isAccessible,
  openDesk,
  owner,
  shoot,
  stat,
} from './support/desk.ts'

const within = { timeout: 60_000, interval: 20 }

describe.skipIf(browserPath === null)('channels and the system in the console', () => {
  let desk: Desk
  let page: Page
  let sink: Sink
  beforeAll(async () => {
    sink = await startSink()
    desk = await openDesk({
      channels: {
        mail: { type: 'smtp', host: '127.0.0.1', port: sink.port, security: 'none' },
        chat: { type: 'discord', rooms: { ops: { webhook: 'https://discord.com/api/webhooks/1/abc' } } },
      },
      limits: { channel: { mail: { perSecond: 250 } } },
    })
    page = await desk.open('/channels')
  }, 180_000)
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]()
    await sink?.close()
  })
  const looked = async (name: string): Promise<void> => {
    await inBothSchemes(page, (scheme) => isAccessible(page, `${name}, ${scheme}`))
    await shoot(page, name)
  }

  test('a channel says how it does, and is probed', async () => {
    const card = page.getByRole('region', { name: 'mail' })
    await card.getByText('250 a second').waitFor()
    await page.getByRole('region', { name: 'chat' }).getByText('ops').waitFor()
    await card.getByRole('button', { name: 'Probe mail' }).press('Enter')
    await card.getByText('It can be reached:').waitFor()
    await looked('channels')
  }, 120_000)

  test('one is set up: tried, a test sent to who asks, and written for the settings file without its secrets', async () => {
    await page.keyboard.press('Escape')
    await page.locator('main h1').focus()
    await page.keyboard.press('n')
    await page.getByRole('heading', { level: 1, name: 'Set up a channel' }).waitFor()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('post')
    const setting = (name: string) => page.getByRole('textbox', { name, exact: true })
    await setting('host').fill('localhost')
    await setting('host').press('Control+Enter')
    await page.getByText('not on the public internet').waitFor()
    // What the operator set already may be tried.
    await setting('host').fill('127.0.0.1')
    await setting('port').fill(String(sink.port))
    await page.getByRole('combobox', { name: 'security' }).click()
    await page.getByRole('option', { name: 'none', exact: true }).click()
    await page.getByRole('button', { name: `Send a test to ${owner}` }).click()
    await page.getByText(`A test went to ${owner}.`).waitFor()
    expect(sink.received().map(({ to }) => to)).toEqual([owner])
    await setting('user').fill('postmaster')
    await setting('pass').fill('a secret that is shown nowhere')
    const yaml = page.locator('[data-yaml]')
    await vi.waitFor(
      async () =>
        expect(await yaml.textContent()).toBe(
          [
            'channels:',
            '  post:',
            '    type: smtp',
            '    host: "127.0.0.1"',
            `    port: ${sink.port}`,
            '    security: none',
            '    auth:',
            '      user: postmaster',
            '',
            '# BROADSHEET_CHANNELS_POST_AUTH_PASS_FILE=/run/secrets/…',
            '',
          ].join('\n'),
        ),
      within,
    )
    await looked('channel-set-up')
    await page.getByRole('combobox', { name: 'Kind' }).click()
    await page.getByRole('option', { name: 'file', exact: true }).click()
    await page.getByText('names files of the daemon').waitFor()
    expect(await page.getByRole('button', { name: 'Try it' }).count()).toBe(0)
  }, 180_000)

  test('the system shows the figures of the API', async () => {
    await go(page, '/system')
    await page.getByRole('heading', { level: 1, name: 'System' }).waitFor()
    await page.locator('[data-stat="system.version"]').getByText('1.2.3').waitFor()
    expect(await stat(page, 'system.queue')).toBe(0)
    await vi.waitFor(async () => expect(await stat(page, 'system.memory')).toBeGreaterThan(0), within)
    await looked('system')
  }, 120_000)
})
