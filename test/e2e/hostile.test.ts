import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, type Desk, go, openDesk } from './support/desk.ts'

const evil = (where: string): string =>
  `"><img src=x onerror="window.ran='${where}'"><script>window.ran='${where}'</script>{{ 7 | times: 7 }}`
const evilUrl = `https://news.example/"onmouseover="window.ran='url'`

describe.skipIf(browserPath === null)('strings that want to be programs', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
    await furnish(desk)
  })
  afterAll(() => desk?.[Symbol.asyncDispose]())

  test('the page may run nothing but what the daemon serves', async () => {
    const { headers } = await fetch(desk.url)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-eval')
    expect(/script-src[^;]*unsafe/.test(policy)).toBe(false)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('none of them runs on any screen, and each is there to be read', async () => {
    const page = await desk.open('/')
    const asked: string[] = []
    page.on('dialog', (dialog) => void dialog.dismiss())
    page.on('request', (request) => {
      // In its frame a preview shows the letter, pictures and all.
      if (request.frame() !== page.mainFrame()) return
      if (new URL(request.url()).pathname.endsWith('/x')) asked.push(request.url())
    })
    const { data } = await desk.ask<{ data: { id: number }[] }>('GET', '/subscribers')
    const person = data[0]!.id
    const shown = new Set([
      '/subscribers',
      '/lists',
      '/segments',
      '/items',
      '/topics',
      '/campaigns',
      '/alerts',
      '/alerts/1',
      '/settings/users',
    ])
    for (const path of [
      '/',
      '/subscribers',
      `/subscribers/${person}`,
      '/segments',
      '/segments/evil',
      '/lists',
      '/suppressions',
      '/items',
      '/items/1',
      '/topics',
      '/templates',
      '/templates/evil',
      '/campaigns',
      '/campaigns/evil',
      '/campaigns/evil?tab=letter',
      '/campaigns/evil?tab=audience',
      '/campaigns/evil?tab=settings',
      '/alerts',
      '/alerts/1',
      '/alerts/silences',
      '/settings/users',
      '/settings/keys',
      '/settings/audit',
    ]) {
      await go(page, path)
      // Where it is not shown, nothing is proved.
      if (shown.has(path)) await page.locator('main').getByText('<script>').first().waitFor()
      else await page.waitForLoadState('networkidle')
      expect(await page.evaluate('window.ran'), path).toBeUndefined()
    }
    expect(asked).toEqual([])
    await page.context().close()
  })
})

async function furnish({ ask }: Desk): Promise<void> {
  await ask('POST', '/lists', { name: 'evil', title: evil('list'), description: evil('list') })
  await ask('POST', '/topics', { name: 'evil', title: evil('topic') })
  await ask('POST', '/subscribers', {
    address: 'reader@evil.example',
    name: evil('person'),
    attributes: { note: evil('attribute') },
    topics: { evil: 1 },
    lists: ['evil'],
  })
  await ask('POST', '/items', [
    { title: evil('item'), summary: evil('summary'), url: evilUrl, topics: ['evil'], author: evil('author') },
  ])
  await ask('POST', '/segments', { name: 'evil', title: evil('segment'), rule: 'topic:evil >= 0.1' })
  await ask('POST', '/templates', {
    name: 'evil',
    kind: 'letter',
    format: 'html',
    subject: `Subject ${evil('subject').replace(/\{\{.*/, '')}`,
    preheader: '',
    body: `<html><body>${evil('body').replace(/\{\{.*/, '')}<a href="javascript:window.ran=1">x</a>{{ items[0].title }}<a href="{{ links.unsubscribe }}">leave</a></body></html>`,
    text: null,
    variants: {},
  })
  await ask('POST', '/campaigns', {
    name: 'evil',
    title: evil('campaign'),
    template: 'evil',
    channel: 'file',
    sender: { address: 'news@paper.example', name: evil('sender').slice(0, 80) },
    lists: ['evil'],
    selection: { count: 1, minimum: 0 },
  })
  await ask('POST', '/alerts', {
    title: evil('alert'),
    key: 'evil',
    text: evil('text'),
    labels: { note: evil('label') },
    annotations: { more: evil('annotation') },
    links: [{ title: evil('link'), url: evilUrl }],
  })
  await ask('POST', '/silences', {
    matchers: [{ name: 'note', operator: '=', value: 'nothing' }],
    endsAt: Date.now() + 3_600_000,
    comment: evil('silence'),
  })
  await ask('POST', '/users', { name: 'evil@paper.example', fullName: evil('user'), role: 'analyst' })
}
