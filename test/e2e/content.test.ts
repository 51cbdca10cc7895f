import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeItems } from '../../app/demo/content/items.ts'
import { topics } from '../../app/demo/content/publication.ts'
import { readTemplates } from '../../app/templates/files.ts'
import { png } from '../engine/assets/pictures.ts'
import {
  browserPath,
  type Desk,
  go,
  inBothSchemes,
  isAccessible,
  openDesk,
  shoot,
  stat,
} from './support/desk.ts'
import { type FeedServer, openFeedServer } from './support/feed-server.ts'

interface Rows<T> {
  readonly data: readonly T[]
}

const waiting = { timeout: 60_000, interval: 5 }
const templates = join(import.meta.dirname, '../../app/templates')

describe.skipIf(browserPath === null)('content in the console', () => {
  let desk: Desk
  let site: FeedServer
  beforeAll(async () => {
    site = await openFeedServer()
    desk = await openDesk({ egress: { allow: ['127.0.0.1/32'] } })
    for (const topic of topics.slice(0, 8)) await desk.ask('POST', '/topics', topic)
    await desk.ask('POST', '/items', makeItems(Date.now()))
    for (const name of ['letter', 'digest'])
      for (const template of readTemplates(join(templates, name)))
        await desk.ask('POST', '/templates', template)
    await desk.ask('POST', '/lists', { name: 'courier', title: 'Courier' })
    await desk.ask('POST', '/subscribers', {
      address: 'ada@example.org',
      name: 'Ada Lovelace',
      language: 'de',
      topics: { security: 1 },
    })
  }, 120_000)
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]()
    await site?.[Symbol.asyncDispose]()
  })

  const looked = async (page: Page, name: string): Promise<void> => {
    await inBothSchemes(page, (scheme) => isAccessible(page, `${name}, ${scheme}`))
    await shoot(page, name)
  }
  const main = (page: Page) => page.locator('main')
  const rowOf = (page: Page, text: string) => main(page).getByRole('row').filter({ hasText: text })

  test('items are found, written by keyboard alone, removed, and taken back', async () => {
    const page = await desk.open('/items')
    const { data } = await desk.ask<Rows<{ title: string }>>('GET', '/items?order=newest&limit=1')
    await rowOf(page, data[0]!.title).waitFor()
    await looked(page, 'items')

    await page.keyboard.press('/')
    await page.keyboard.type('bridge-that-nobody-wrote')
    await page.getByText('No item fits').waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await rowOf(page, data[0]!.title).waitFor()

    await page.locator('main h1').focus()
    await page.keyboard.press('n')
    await page.getByRole('heading', { level: 1, name: 'New item' }).waitFor()
    await page.getByRole('textbox', { name: 'Title' }).focus()
    await page.keyboard.type('Tide gauge <img src=x onerror=alert(1)>')
    await page.keyboard.press('Tab')
    await page.keyboard.type('javascript:alert(1)')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alert').waitFor()
    const url = page.getByRole('textbox', { name: 'Address', exact: true })
    expect(await url.getAttribute('aria-invalid')).toBe('true')
    await url.fill('https://tides.example/gauge')
    await page.getByRole('combobox', { name: 'Topics' }).or(page.getByLabel('Topics')).first().focus()
    await page.keyboard.type('tide-gauges,')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { level: 1, name: 'Tide gauge' }).waitFor()
    await looked(page, 'item')
    expect((await desk.ask<Rows<object>>('GET', '/items?topic=tide-gauges')).data).toMatchObject([
      { url: 'https://tides.example/gauge', topics: ['tide-gauges'] },
    ])

    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('heading', { level: 1, name: 'Items' }).waitFor()
    await rowOf(page, data[0]!.title).waitFor()
    expect(await rowOf(page, 'Tide gauge').count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'Tide gauge').waitFor()
    expect((await desk.ask<Rows<object>>('GET', '/items?topic=tide-gauges')).data).toHaveLength(1)
    await page.context().close()
  })

  test('a file of items is looked at before it is kept', async () => {
    const page = await desk.open('/items/import')
    await looked(page, 'import-empty')
    const csv =
      'title,url,topics\nOne,https://one.example/,harbour\nTwo,https://two.example/,\nThree,nowhere,\n'
    await page.locator('input[type=file]').setInputFiles({
      name: 'items.csv',
      mimeType: 'application/vnd.ms-excel',
      buffer: Buffer.from(csv),
    })
    await page.getByRole('heading', { name: 'What would come of it' }).waitFor()
    expect(await stat(page, 'import.created')).toBe(2)
    expect(await stat(page, 'import.rejected')).toBe(1)
    await looked(page, 'import')
    expect((await desk.ask<Rows<object>>('GET', '/items?search=one.example')).data).toEqual([])
    await page.getByRole('button', { name: 'Import 2 items' }).click()
    await page.getByRole('heading', { name: 'Imported' }).waitFor()
    expect((await desk.ask<Rows<object>>('GET', '/items?search=one.example')).data).toHaveLength(1)
    await page.context().close()
  })

  test('a feed is added by its address, with rules that are tried first', async () => {
    const page = await desk.open('/feeds')
    await page.getByText('No feeds yet').waitFor()
    await looked(page, 'feeds-empty')
    expect(await page.getByRole('link', { name: 'New feed' }).count()).toBe(1)
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Address' }).fill(site.url)
    await page.keyboard.press('Enter')
    await page.getByText('3 items would come in').waitFor()
    await page.getByRole('button', { name: 'Add a category' }).click()
    await page.getByRole('combobox', { name: 'Topic', exact: true }).fill('harbour-news')
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByRole('region', { name: 'What would come in' }).getByText('harbour-news').first().waitFor()
    await looked(page, 'feed-new')
    await page.getByRole('button', { name: 'Add feed' }).click()
    await page.getByRole('heading', { level: 1, name: 'The Harbour Gazette' }).waitFor()
    await page.getByRole('button', { name: 'Read now' }).click()
    await page
      .getByText(/was read:|nothing has changed/)
      .first()
      .waitFor()
    const { data } = await desk.ask<Rows<{ name: string; state: { itemsSeen: number } }>>('GET', '/feeds')
    await vi.waitFor(async () => expect(await stat(page, 'feed.items')).toBe(data[0]!.state.itemsSeen), {
      timeout: 60_000,
      interval: 5,
    })
    expect(data[0]!.state.itemsSeen).toBe(3)
    site.fail(true)
    await page.getByRole('button', { name: 'Read now' }).click()
    await page.getByText('It could not be read').waitFor()
    await looked(page, 'feed')
    await go(page, '/feeds')
    await rowOf(page, 'Failing').waitFor()
    await looked(page, 'feeds')
    await page.context().close()
  })

  test('topics have the number of their items, and one that items carry is described', async () => {
    const page = await desk.open('/topics')
    const counts = await desk.ask<Rows<{ topic: string; items: number }>>('GET', '/items/topics')
    for (const { topic, items } of counts.data.slice(0, 5)) {
      await page.locator(`[data-stat="topic.${topic}"]`).waitFor()
      expect(await stat(page, `topic.${topic}`), topic).toBe(items)
    }
    await looked(page, 'topics')
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog', { name: 'New topic' })
    await dialog.getByRole('textbox', { name: 'Title' }).fill('Tide gauges')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('tide-gauges')
    await looked(page, 'topic')
    await page.keyboard.press('Control+Enter')
    await rowOf(page, 'Tide gauges').waitFor()
    expect(await desk.ask('GET', '/topics/tide-gauges')).toMatchObject({ title: 'Tide gauges' })
    await page.context().close()
  })

  test('a template is written beside its letter; somebody else’s version is not lost', async () => {
    const page = await desk.open('/templates')
    await rowOf(page, 'letter-frame').waitFor()
    await looked(page, 'templates')
    await rowOf(page, 'digest').first().click()
    await page.getByText('It compiles.').waitFor()
    const letter = page.frameLocator('iframe')
    await letter.locator('a').first().waitFor()
    await looked(page, 'template')

    const body = page.getByRole('textbox', { name: 'MJML' })
    await body.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.insertText('{% nope %}')
    await page
      .getByText(/unknown tag "nope"/i)
      .first()
      .waitFor()
    await looked(page, 'template-problem')
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(
      '<mjml><mj-body><mj-section><mj-column><mj-text>Dear {{ subscriber.name }}</mj-text></mj-column></mj-section></mj-body></mjml>',
    )
    await page.getByPlaceholder('As somebody gets it').fill('ada@example.org')
    await letter.getByText('Dear Ada Lovelace').waitFor()

    const { data } = await desk.ask<Rows<{ name: string; version: number }>>('GET', '/templates')
    const digest = data.find(({ name }) => name === 'digest')!
    const {
      id: _,
      createdAt: _c,
      updatedAt: _u,
      version,
      ...kept
    } = digest as typeof digest & {
      [key: string]: unknown
    }
    await desk.ask('PUT', `/templates/digest?version=${version}`, { ...kept, preheader: 'From elsewhere' })
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+s')
    await page.getByText('It was changed meanwhile').waitFor()
    await looked(page, 'template-conflict')
    await page.getByRole('button', { name: 'Write over it' }).click()
    await page.getByText(/Saved as version/).waitFor()
    expect(await desk.ask<{ body: string }>('GET', '/templates/digest')).toMatchObject({
      body: expect.stringContaining('Dear {{ subscriber.name }}') as unknown,
      version: version + 2,
    })
    await page.context().close()
  })

  test('what a template was is compared, brought back, and that taken back; nothing that is not saved is lost', async () => {
    interface Kept {
      readonly version: number
      readonly preheader: string
      readonly body: string
    }
    const kept = () => desk.ask<Kept>('GET', '/templates/digest')
    const was = await desk.ask<Kept>('GET', '/templates/digest/versions/1')
    const before = await kept()
    const page = await desk.open('/templates/digest')
    const open = page.getByRole('link', { name: 'Versions' })
    const side = page.getByRole('dialog', { name: 'Versions of “digest”' })
    const preheader = page.getByRole('textbox', { name: 'Preheader' })
    const write = async (text: string) => {
      await preheader.click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(text)
      await page.keyboard.press('Escape')
    }
    const undo = page.getByRole('button', { name: 'Undo' })

    await open.focus()
    await page.keyboard.press('Enter')
    await side.getByRole('heading', { name: 'Version 2' }).waitFor()
    await side.locator('del').filter({ hasText: 'From elsewhere' }).waitFor()
    await side.locator('ins').filter({ hasText: 'Dear {{ subscriber.name }}' }).waitFor()
    await side.getByText('owner@paper.example').waitFor()
    await looked(page, 'template-versions')
    await side.getByText('In this version').click()
    await side.locator('ins').filter({ hasText: 'From elsewhere' }).waitFor()
    await side.getByRole('link', { name: 'Version 2' }).focus()
    await page.keyboard.press('ArrowDown')
    await side.getByRole('heading', { name: 'Version 1' }).waitFor()
    expect(page.url()).toContain('/templates/digest?version=1')
    await side.getByText('Preview', { exact: true }).click()
    await side.frameLocator('iframe').locator('a').first().waitFor()
    await looked(page, 'template-version-preview')

    await side.getByRole('button', { name: 'Restore this version' }).click()
    await page.getByText(`Version 1 is back, as version ${before.version + 1}.`).waitFor()
    await side.waitFor({ state: 'hidden' })
    expect(await kept()).toMatchObject({ version: before.version + 1, body: was.body })
    await undo.click()
    await page.getByText('What was there before is back').waitFor()
    expect(await kept()).toMatchObject({ version: before.version + 2, body: before.body })

    await write('Not saved')
    await open.click()
    await side.getByText('There are changes in the editor that are not saved.').waitFor()
    await looked(page, 'template-versions-unsaved')
    await side.getByRole('button', { name: 'Restore without them' }).click()
    await page.getByText(`as version ${before.version + 3}.`).waitFor()
    expect(await kept()).toMatchObject({ preheader: was.preheader })
    await vi.waitFor(async () => expect(await preheader.textContent()).toBe(was.preheader), waiting)
    await undo.click()
    await vi.waitFor(async () => expect(await preheader.textContent()).toBe('Not saved'), waiting)
    expect(await kept()).toMatchObject({ version: before.version + 4, preheader: before.preheader })

    await go(page, '/templates/digest?version=2')
    await side.getByRole('button', { name: 'Save them, then restore' }).click()
    await page.getByText(`as version ${before.version + 6}.`).waitFor()
    expect(await desk.ask('GET', `/templates/digest/versions/${before.version + 5}`)).toMatchObject({
      preheader: 'Not saved',
      author: 'owner@paper.example',
    })
    await write('Written since')
    await undo.click()
    await page.getByText(`as version ${before.version + 7}.`).waitFor()
    expect(await kept()).toMatchObject({ version: before.version + 7, preheader: 'Not saved' })
    expect(await preheader.textContent()).toBe('Written since')
    await preheader.press('Control+s')
    await page.getByText(`Saved as version ${before.version + 8}.`).waitFor()
    await page.context().close()
  })

  test('a new template begins with one that works', async () => {
    const page = await desk.open('/templates/new')
    await page.getByText('It compiles.').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('morning')
    await page.frameLocator('iframe').getByRole('heading', { name: 'Good morning' }).waitFor()
    await looked(page, 'template-new')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { level: 1, name: 'morning' }).waitFor()
    expect(await desk.ask('GET', '/templates/morning')).toMatchObject({ kind: 'letter', version: 1 })
    await page.getByRole('link', { name: 'Versions' }).click()
    await page.getByText('It is as it was added').waitFor()
    await looked(page, 'template-version-only')
    expect(await page.getByRole('button', { name: 'Restore this version' }).count()).toBe(0)
    await page.context().close()
  })

  test('files are kept, refused with a reason, and shown by one line', async () => {
    const page = await desk.open('/assets')
    await page.getByText('No files yet').waitFor()
    await looked(page, 'assets-empty')
    await page.locator('input[type=file]').setInputFiles([
      { name: 'Logo of ours.png', mimeType: 'image/png', buffer: png(640, 480) },
      { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg onload="alert(1)"/>') },
      { name: 'header.png', mimeType: 'image/png', buffer: png(1200, 300) },
    ])
    await page.locator('[data-upload="refused"]').getByText('is not kept').waitFor()
    await page.getByRole('link', { name: /header\.png/ }).waitFor()
    await looked(page, 'assets')
    await page.getByRole('link', { name: /Logo-of-ours\.png/ }).click()
    await page
      .getByText(`<img src="{{ 'Logo-of-ours.png' | asset_url }}" width="640" height="480" alt="">`)
      .waitFor()
    await page.getByText('Nothing refers to it.').waitFor()
    await looked(page, 'asset')
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Logo-of-ours.png is removed.').waitFor()
    expect(await page.getByRole('link', { name: /Logo-of-ours\.png/ }).count()).toBe(0)
    await page.evaluate('dispatchEvent(new Event("pagehide"))')
    await vi.waitFor(
      async () => expect((await desk.ask<Rows<object>>('GET', '/assets')).data).toHaveLength(1),
      { timeout: 60_000, interval: 5 },
    )
    await page.context().close()
  })

  test('who may only read is offered no change, in German', async () => {
    await desk.ask('POST', '/users', { name: 'ana@paper.example', role: 'analyst' })
    const page = await desk.open('/items', { user: 'ana@paper.example', locale: 'de-DE' })
    await page.getByRole('heading', { level: 1, name: 'Beiträge' }).waitFor()
    await page.getByRole('button', { name: 'Exportieren' }).waitFor()
    expect(await page.getByRole('link', { name: 'Beitrag anlegen' }).count()).toBe(0)
    await go(page, '/templates/digest')
    await page.getByRole('textbox', { name: 'Betreff' }).waitFor()
    expect(await page.getByRole('button', { name: 'Speichern' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Fassungen' }).click()
    await page.getByRole('dialog', { name: 'Fassungen von „digest“' }).locator('ins').first().waitFor()
    await looked(page, 'template-versions-de')
    expect(await page.getByRole('button', { name: /wiederherstellen/ }).count()).toBe(0)
    await page.context().close()
  })

  test('no page said anything that it should not have', () => {
    // Refusals that were asked for above.
    expect(desk.said.filter((line) => !/status of (400|409|412|422)/.test(line))).toEqual([])
  })
})
