import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseFeed } from 'feedsmith'
import { itemsOf } from '../engine/content/feed-items.ts'
import { readFeed } from '../engine/content/read-feed.ts'
import type { FeedId } from '../engine/model/ids.ts'
import { median, type Report, round } from './figure.ts'

const folder = join(import.meta.dirname, '../test/engine/content/feeds')
const rounds = 7

/** Reading of the feeds that the tests have, and of one as sites have it, beside feedsmith alone on text that is ready
 *  for it. Of the former, feedsmith can read but some. */
export function benchFeeds(report: Report): void {
  const odd = readdirSync(folder)
    .filter((file) => !file.endsWith('.expected.json'))
    .map((file) => readFileSync(join(folder, file)))
  const usual = [Buffer.from(feedOf(30))]
  for (const [what, feeds] of [
    [`${odd.length} odd feeds`, odd],
    ['a feed of 30 items', usual],
  ] as const) {
    const read = rateOf(feeds, (bytes) => 'entries' in readFeed(bytes))
    const items = rateOf(feeds, (bytes) => {
      const feed = readFeed(bytes)
      if ('problem' in feed) return false
      itemsOf(feed, { feedId: 1 as FeedId, url: 'https://site.example/feed', language: null, now: 0 })
      return true
    })
    const alone = rateOf(feeds, (bytes) => {
      try {
        parseFeed(bytes.toString())
        return true
      } catch {
        return false
      }
    })
    const figure = (step: string, value: number, unit: string, peer: string | null, ratio: number | null) =>
      report({ name: `feeds: ${what}, ${step}`, value: round(value), unit, peer, ratio })
    const peer = `feedsmith alone (${round(alone.rate)}/s)`
    figure('decoded, repaired and read', read.rate, 'feeds/s', peer, round(read.rate / alone.rate, 2))
    figure('and made into items for mail', items.rate, 'feeds/s', peer, round(items.rate / alone.rate, 2))
    if (feeds.length > 1)
      figure(
        'that could be read',
        read.readable,
        'feeds',
        `feedsmith alone (${alone.readable})`,
        round(read.readable / alone.readable, 2),
      )
  }
}

/** Feeds a second, the median of some rounds of a tenth of a second; and how many `read` says that it could read. */
function rateOf(feeds: readonly Buffer[], read: (bytes: Buffer) => boolean) {
  let readable = 0
  const rates: number[] = []
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now()
    let turns = 0
    do {
      readable = feeds.filter(read).length
      turns++
    } while (performance.now() - begun < 100)
    rates.push((turns * feeds.length) / ((performance.now() - begun) / 1000))
  }
  return { rate: median(rates), readable }
}

const paragraph =
  '<p>The <a href="/harbour">harbour</a> was <b>closed</b> for an hour &amp; a half.</p><img src="/a.png" width="640">'

function feedOf(items: number): string {
  const entries = Array.from(
    { length: items },
    (_, n) =>
      `<item><title>Report ${n}</title><link>https://site.example/${n}</link><guid>https://site.example/${n}</guid>` +
      `<pubDate>Wed, 25 Nov 2026 10:${String(n).padStart(2, '0')}:00 GMT</pubDate><category>News</category>` +
      `<description>What happened at the harbour.</description><content:encoded><![CDATA[${paragraph.repeat(20)}]]></content:encoded></item>`,
  )
  return `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Site</title><link>https://site.example/</link>${entries.join('')}</channel></rss>`
}
