import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeItems } from '../../../app/demo/content/items.ts'
import { campaignData, list } from '../../../app/demo/content/publication.ts'
import { readTemplates } from '../../../app/templates/files.ts'
import type { SubscriberId } from '../../../engine/model/ids.ts'
import type { TemplateInput } from '../../../engine/model/template.ts'
import { type CompiledLetter, compileLetter, type LetterData } from '../../../engine/template/index.ts'

const now = Date.UTC(2026, 10, 12, 7)
const folder = join(import.meta.dirname, '../../../app/templates')
const templates = readTemplates(folder)
const letters = templates.filter(({ kind }) => kind === 'letter')
const reason = 'because you follow "Fish & Chips"'
const unsubscribe = 'https://letters.harbour-courier.example/u/k3Jx9QhT2mZr7Wp1'

function dataFor(language: string, count: number, imageUrl: string | null = null): LetterData {
  return {
    subscriber: {
      id: 1 as SubscriberId,
      address: 'asa.dahl@example.net',
      name: 'Åsa <Dahl>',
      language,
      timeZone: 'Europe/Oslo',
      attributes: {},
      topics: { harbour: 1 },
    },
    items: makeItems(now)
      .slice(0, count)
      .map((item, index) => ({
        ...item,
        id: index + 1,
        key: item.key!,
        publishedAt: item.publishedAt!,
        imageUrl,
        reason,
      })) as unknown as LetterData['items'],
    campaign: { name: 'morning', title: 'The morning letter', data: campaignData },
    list: { name: list.name, title: list.title },
    links: { unsubscribe, preferences: unsubscribe, web: unsubscribe },
    now,
  }
}

function compile(template: TemplateInput): Promise<CompiledLetter> {
  const partials = templates
    .filter(({ kind }) => kind !== 'letter')
    .map(({ name, format, body }) => [name, { format, body }] as const)
  return compileLetter(
    { template, partials: Object.fromEntries(partials) },
    {
      encoding: 'plain',
      subject: null,
      budgets: { maxLoops: 10_000, maxOutputBytes: 1_000_000, maxDepth: 32, maxMs: 1000 },
      language: 'en',
      timeZone: 'UTC',
    },
  )
}

test('there is a set in each format, and one speaks German', () => {
  expect(letters.map(({ name, format }) => [name, format])).toEqual([
    ['briefing', 'markdown'],
    ['digest', 'mjml'],
    ['letter', 'html'],
  ])
  expect(letters.some(({ variants }) => 'de' in variants)).toBe(true)
})

describe.each(letters)('the $format set "$name"', (template) => {
  let compiled: CompiledLetter
  beforeAll(async () => {
    compiled = await compile(template)
  })
  const languages = ['en', ...Object.keys(template.variants)]

  test('compiles, all of it', () => {
    expect(compiled.problems).toEqual([])
    expect(compiled.interpreted).toEqual([])
  })

  test.each(languages)('says in %s what is in it, to whom, why, and how to leave', (language) => {
    const { subject, preheader, html, text } = compiled.render(
      dataFor(language, 5, 'https://img.example/1.png'),
    )
    expect(subject).toContain('First cargo sailing ship')
    expect(subject).not.toContain('\n')
    expect(preheader.trim()).not.toBe('')
    expect(html).toContain(`lang="${language}"`)
    for (const { title, url } of makeItems(now).slice(0, 5)) {
      expect(text).toContain(title)
      expect(html).toContain(`href="${url}"`)
    }
    expect(html).toMatch(/ecause you follow &#34;Fish &amp; Chips&#34;/)
    expect(html).not.toContain('<Dahl>')
    expect(html).toContain(`href="${unsubscribe}"`)
    expect(text).toContain(unsubscribe)
    for (const part of [html, text]) {
      expect(part).toContain(campaignData.address)
      expect(part).toContain('asa.dahl@example.net')
      expect(part).not.toMatch(/\{\{|\{%|%\}|undefined|\[object/)
    }
  })

  test.each(languages)('dates a letter in %s by the clock and the language of its reader', (language) => {
    const late = { ...dataFor(language, 3), now: Date.UTC(2026, 10, 12, 23, 30) }
    expect(compiled.render(late).html).toContain(language === 'de' ? 'Freitag' : 'Friday')
  })

  test('stands on every number of items, with and without images, and on an empty campaign', () => {
    for (const count of [0, 1, 2, 3, 4, 10]) {
      for (const image of [null, 'https://img.example/1.png']) {
        const { html } = compiled.render(dataFor('en', count, image))
        expect(html.split('img.example').length - 1 > 0).toBe(image !== null && count > 0)
        const opened = html.match(/<table[\s>]/g)!.length
        expect(html.match(/<\/table>/g)!.length).toBe(opened)
        expect(Buffer.byteLength(html)).toBeLessThan(60_000)
      }
    }
    const bare = dataFor('en', 2)
    const { html, subject } = compiled.render({
      ...bare,
      subscriber: { ...bare.subscriber, name: null, language: null, timeZone: null },
      campaign: { ...bare.campaign, data: {} },
    })
    expect(html).toContain(list.title)
    expect(subject).not.toBe('')
  })

  test('can be read by ear, in the dark and without the network', () => {
    const { html } = compiled.render(dataFor('en', 10, 'https://img.example/1.png'))
    for (const [table] of html.matchAll(/<table[^>]*>/g)) expect(table).toContain('role="presentation"')
    for (const [image] of html.matchAll(/<img[^>]*>/g)) expect(image).toContain('alt=')
    expect(html).toContain('<meta name="color-scheme" content="light dark">')
    expect(html).toContain('prefers-color-scheme: dark')
    expect(html).toContain('[data-ogsc]')
    // Nothing is loaded but the items' own images: no fonts, no style sheets, no scripts.
    expect(html).not.toMatch(/<link|@import|<script|url\(/)
  })
})

test('the HTML set with ten items is about 20 KB', async () => {
  const { html } = (await compile(letters.find(({ name }) => name === 'letter')!)).render(dataFor('en', 10))
  expect(Buffer.byteLength(html)).toBeGreaterThan(18_000)
  expect(Buffer.byteLength(html)).toBeLessThan(25_000)
})
