import { describe, expect, test } from 'vitest'
import { itemsOf } from '../../../engine/content/feed-items.ts'
import { feedLimits, readFeed } from '../../../engine/content/read-feed.ts'
import { createTopicRules } from '../../../engine/content/topics.ts'
import { prepareXml } from '../../../engine/content/xml.ts'
import type { FeedId } from '../../../engine/model/ids.ts'
import { quickest } from '../../support/pace.ts'

const size = 100_000
// Expressions are at work in the reading. Making items for mail parses HTML thrice, in time that grows with its elements:
// 25,000 `<li>` take 75 ms.
const readMs = 50
const itemsMs = 150

const filled = (unit: string): string => unit.repeat(Math.ceil(size / unit.length)).slice(0, size)
const count = (unit: string) => Math.floor(size / unit.length)

const units = [
  '<',
  '&',
  '&#',
  ']]>',
  '<!--',
  '<![CDATA[',
  '<!DOCTYPE x[<!ENTITY a "b">',
  '<a',
  '<a href="',
  // From within each of these tags, the next is in quotes.
  "='<a '",
  '<a>',
  '<b>',
  '<x>',
  '<p><div>',
  '<li>',
  '<table><tr><td colspan=1000000 rowspan=1000000>',
  '<img src=x>',
  'some text<img>',
  '<svg>',
  '<iframe>',
  '<div><noscript></div>',
  '<b><i></b></i>',
  '\t\u00a0',
  '\ud800',
]
const bodies: { readonly [name: string]: string } = {
  ...Object.fromEntries(units.map((unit) => [JSON.stringify(unit), filled(unit)])),
  'a tag of many attributes': `<a ${Array.from({ length: 12_500 }, (_, n) => `a${n}=1`).join(' ')}>x</a>`,
  'nested, and closed': '<div>'.repeat(count('<div></div>')) + '</div>'.repeat(count('<div></div>')),
  'nested, and closed the other way round':
    '<a><b>'.repeat(count('<a><b></a></b>')) + '</a></b>'.repeat(count('<a><b></a></b>')),
  'deep, then closed by names that are not open': '<b>'.repeat(500) + filled('</i>').slice(0, size - 1500),
}

describe('100 KB of the worst are read in time', () => {
  for (const [name, body] of Object.entries(bodies)) {
    const sources = { bare: inFeed(body), quoted: inFeed(`<![CDATA[${body.replaceAll(']]>', ']]&gt;')}]]>`) }
    for (const [how, source] of Object.entries(sources))
      test(`${name}, ${how}`, () => {
        expect(quickest(() => readFeed(Buffer.from(source)), readMs, 8)).toBeLessThan(readMs)
        expect(quickest(() => everything(source), itemsMs, 8)).toBeLessThan(itemsMs)
      })
  }
})

const topicsOf = createTopicRules({
  topics: [],
  categoryMap: {},
  keywordRules: [{ topic: 'a', words: ['a'.repeat(100), `${'a'.repeat(99)}b`, '< <'], in: 'any' }],
})

/** All that is done with the bytes of a feed. */
function everything(source: string): number {
  const feed = readFeed(Buffer.from(source))
  if ('problem' in feed) {
    expect(feed.problem.length).toBeLessThan(500)
    return 0
  }
  const { items } = itemsOf(feed, {
    feedId: 1 as FeedId,
    url: 'https://x.example/feed',
    language: null,
    now: 0,
  })
  for (const { item, text, categories } of items) topicsOf({ title: item.title, body: text, categories })
  return items.length
}

const inFeed = (text: string): string =>
  `<rss version="2.0"><channel><title>t</title><item><title>i</title><link>https://x.example/1</link><description>${text}</description></item></channel></rss>`

describe('a feed that means harm is refused, with what is wrong', () => {
  const problemOf = (source: string) => {
    const feed = readFeed(Buffer.from(source))
    return 'problem' in feed ? feed.problem : feed
  }

  test('nested too deep, as XML and as JSON', () => {
    expect(problemOf(`<rss>${'<a>'.repeat(200)}`)).toBe('is nested more than 200 deep')
    expect(problemOf(`{"items":${'['.repeat(10_000)}`)).toBe('is nested more than 200 deep')
  })

  test('of more elements than anybody writes', () => {
    expect(problemOf(`<rss><channel>${'<a/>'.repeat(feedLimits.maxElements)}`)).toBe(
      'has more than 200000 elements',
    )
  })

  test('of tags that hide each other', () => {
    expect(problemOf(inFeed("='<a '".repeat(16_000)))).toBe('has too many tags that do not end')
  })

  test('larger than may be', () => {
    expect(readFeed(Buffer.alloc(11), { limits: { maxBytes: 10 } })).toEqual({
      problem: 'is larger than 10 bytes',
    })
  })
})

test('entities that a feed declares are never expanded', () => {
  const laughs = Array.from({ length: 30 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join(
    '',
  )
  const source = `<!DOCTYPE rss [<!ENTITY l0 "ha">${laughs}<!ENTITY x SYSTEM "file:///etc/passwd">]>${inFeed('&l30;&x;')}`
  const prepared = prepareXml(source, feedLimits)
  if ('problem' in prepared) throw new Error(prepared.problem)
  expect(prepared.xml).not.toContain('ENTITY')
  const feed = readFeed(Buffer.from(source))
  if ('problem' in feed) throw new Error(feed.problem)
  expect(feed.entries[0]!.summary!.value.length).toBeLessThan(20)
  expect(quickest(() => everything(source), 100)).toBeLessThan(100)
})
