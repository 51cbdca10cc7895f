import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Parser } from 'htmlparser2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBook } from '../../app/site/book.ts'
import { renderPage } from '../../app/site/markdown.ts'
import { buildSite, sitePictures } from '../../app/site/site.ts'
import { browserPath, openBrowser } from '../app/http/pages/browser.ts'
import { isAccessible } from '../e2e/support/desk.ts'

const root = resolve(import.meta.dirname, '../..')
const files = buildSite(root)
const pictures = sitePictures(root)
const pages = [...files].filter(([path]) => path.endsWith('.html'))

interface Read {
  readonly links: readonly string[]
  readonly loads: readonly string[]
  readonly ids: readonly string[]
  readonly inline: number
}

/** As a browser reads it, and not as the generator meant it. */
function read(html: string): Read {
  const found = { links: [] as string[], loads: [] as string[], ids: [] as string[], inline: 0 }
  const parser = new Parser({
    onopentag(name, attributes) {
      const { id, href, src } = attributes
      if (id !== undefined) found.ids.push(id)
      if (name === 'a' && href !== undefined) found.links.push(href)
      if (name === 'link' && href !== undefined && !href.startsWith('data:')) found.loads.push(href)
      if (src !== undefined) found.loads.push(src)
      if (name === 'style' || (name === 'script' && src === undefined)) found.inline++
      if (Object.keys(attributes).some((one) => one === 'style' || one.startsWith('on'))) found.inline++
    },
  })
  parser.end(html)
  return found
}
const readPages = new Map(pages.map(([path, html]) => [path, read(html)]))

describe.each([...readPages])('%s', (path, { links, loads, ids, inline }) => {
  const at = (href: string) => posix.normalize(posix.join(posix.dirname(path), decodeURI(href)))

  test('has no link that leads nowhere', () => {
    const wrong = links.filter((href) => {
      if (/^(https?|mailto):/.test(href)) return false
      const [file = '', anchor] = href.split('#')
      const target = file === '' ? path : at(file)
      const there = readPages.get(target)
      return there === undefined || (anchor !== undefined && !there.ids.includes(decodeURIComponent(anchor)))
    })
    expect(wrong).toEqual([])
  })

  test('gives each anchor once, and loads nothing but files of the site', () => {
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    expect(loads.map(at).filter((file) => !files.has(file) && !pictures.has(file))).toEqual([])
    expect(inline).toBe(0)
  })
})

test('the site holds every page of docs/index.md, and its search what people look for', () => {
  const book = readBook(root)
  expect(pages.map(([path]) => path).toSorted()).toEqual(book.leaves.map(({ path }) => path).toSorted())
  const index = JSON.parse(files.get('search-index.js')!.replace('globalThis.searchIndex = ', '')) as [
    string,
    string,
    [string, string][],
  ][]
  for (const [, path, places] of index)
    for (const [, anchor] of places) expect(readPages.get(path)!.ids, path).toContain(anchor)
  const found = index.flatMap(([, , places]) => places.map(([name]) => name))
  expect(found).toEqual(
    expect.arrayContaining([
      'delivery.leaseMs',
      'E_STORE_FULL',
      'chunk.recovered',
      'GET /api/v1/stream',
      'broadsheet campaign start',
      'broadsheet_queue_chunks',
    ]),
  )
})

describe('Markdown', () => {
  const html = (text: string) => renderPage(text, (href) => ({ address: href, name: null })).html

  test('headings are called as GitHub calls them, and twice the same is told apart', () => {
    const { headings } = renderPage('# Limits, warm-up: `a` & b\n\n## One\n\n## One', () => null)
    expect(headings.map(({ anchor }) => anchor)).toEqual(['limits-warm-up-a--b', 'one', 'one-1'])
  })

  test('nothing that is written becomes HTML', () => {
    expect(html('a <b onclick="x()">c</b> `<i>` \n\n```html\n<script>"</script>\n```')).not.toMatch(
      /<(b|i|script)\b/,
    )
  })

  test('a link to what is not in the site is text', () => {
    expect(renderPage('[its code](../examples/ntfy)', () => null).html).toMatch(
      /^<p><span [^>]*>its code<\/span><\/p>/,
    )
  })
})

describe.skipIf(browserPath === null)('in a browser, from a disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-site-'))
  const open = browserPath === null ? null : openBrowser()
  beforeAll(async () => {
    for (const [path, content] of [...files, ...pictures]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    await open
  }, 120_000)
  afterAll(async () => {
    await (await open)?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const addressOf = (path: string) => pathToFileURL(join(folder, path)).href

  test('no page is wider than a telephone, and none is refused anything by its policy', async () => {
    const page = await (await open)!.newPage({ viewport: { width: 390, height: 844 } })
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(error.message))
    for (const [path] of pages) {
      await page.goto(addressOf(path))
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect([path, wide]).toEqual([path, 390])
    }
    expect(said).toEqual([])
  }, 300_000)

  test.each(['light', 'dark'] as const)(
    'pages are for everybody to read (%s)',
    async (colorScheme) => {
      const context = await (await open)!.newContext({ colorScheme, viewport: { width: 1440, height: 900 } })
      const page = await context.newPage()
      for (const path of ['index.html', 'api.html', 'faults.html', 'reference/errors.html']) {
        await page.goto(addressOf(path))
        await isAccessible(page, path)
      }
      await context.close()
    },
    300_000,
  )

  test('search finds a setting by a part of its name, and goes to its row', async () => {
    const page = await (await open)!.newPage()
    await page.goto(addressOf('about/security.html'))
    await page.keyboard.press('/')
    await page.keyboard.type('leasems')
    await page.locator('.search a.chosen', { hasText: 'delivery.leaseMs' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/reference/settings.html#delivery.leaseMs')
    expect(await page.locator('tr:target td').first().textContent()).toBe('delivery.leaseMs')
  }, 300_000)

  test('a page is whole without scripts', async () => {
    const context = await (await open)!.newContext({
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    })
    const page = await context.newPage()
    await page.goto(addressOf('index.html'))
    await page.locator('.menu').click()
    await page.locator('.pages a', { hasText: 'Operations' }).click()
    await page.waitForURL('**/operations.html')
    expect(await page.locator('h1').textContent()).toBe('Operations')
  }, 300_000)
})
