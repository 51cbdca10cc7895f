import { createHash } from 'node:crypto'
import type { EpochMs, FeedId } from '../model/ids.ts'
import type { ItemInput } from '../model/item.ts'
import { parseDate } from './dates.ts'
import type { FeedEntry, Marked, ReadFeed } from './feed-formats.ts'
import { safeUrl, sanitiseHtml } from './sanitise.ts'
import { cutAtWord, firstSentences, htmlOfText, oneLine, textOfHtml, titleText } from './text.ts'

export const itemLimits = { title: 300, summary: 600, author: 200, key: 512, url: 2048 } as const
// Clocks of publishers are wrong by minutes, and announcements are dated ahead.
const futureMs = 86_400_000

/** An entry as an item, beside what only rules ask of it. */
export interface FeedItem {
  /** `topics` is empty: rules give them. */
  readonly item: ItemInput & { readonly key: string }
  readonly categories: readonly string[]
  /** Plain text of all that it says, for keyword rules. */
  readonly text: string
}

/** Entries as items, in the feed's order. An entry without title and text, or without any address, is left out; of
 *  two with the same id, or the same address and title, the first is kept. Each such case is a warning. */
export function itemsOf(
  feed: ReadFeed,
  options: {
    readonly feedId: FeedId
    /** Where it was read. */
    readonly url: string
    /** Of items that say none; null takes the feed's. */
    readonly language: string | null
    readonly now: EpochMs
  },
): { readonly items: readonly FeedItem[]; readonly warnings: readonly string[] } {
  const warnings = new Map<string, number>()
  const warn = (what: string) => warnings.set(what, (warnings.get(what) ?? 0) + 1)
  const home = clean(feed.home, options.url)
  const keys = new Set<string>()
  const links = new Set<string>()
  const items: FeedItem[] = []
  for (const entry of feed.entries) {
    const made = itemOf(entry, { ...options, feed, home, warn })
    if (made === null) continue
    const { key, url, title } = made.item
    const link = `${url}\n${title}`
    if (keys.has(key) || links.has(link)) {
      warn('there more than once')
      continue
    }
    keys.add(key)
    links.add(link)
    items.push(made)
  }
  const told = [...warnings].map(([what, count]) => `${count} ${count === 1 ? 'entry' : 'entries'}: ${what}`)
  return {
    items,
    warnings:
      feed.left > 0
        ? [...told, `${feed.left} entries beyond the first ${feed.entries.length} were left out`]
        : told,
  }
}

function itemOf(
  entry: FeedEntry,
  context: {
    readonly feed: ReadFeed
    readonly feedId: FeedId
    readonly url: string
    readonly home: string | null
    readonly language: string | null
    readonly now: EpochMs
    readonly warn: (what: string) => void
  },
): FeedItem | null {
  const { feed, home, warn, now } = context
  // RSS addresses are against the site, those of the other formats against the document (RFC 4287 2, RFC 3986 5.1.3).
  const outer = (feed.format === 'rss' ? home : null) ?? context.url
  const base = entry.base === null ? outer : (clean(entry.base, outer) ?? outer)
  const own = entry.links.map((link) => clean(link, base)).find((link) => link !== null) ?? null
  const url = own ?? home
  const words = bodyText(entry.content) || bodyText(entry.summary)
  const title = headline(entry.title, words)
  if (title === null) {
    warn('neither a title nor a text')
    return null
  }
  if (url === null) {
    warn('no address')
    return null
  }
  if (own === null) warn('no address of its own; leads to the site')

  const dates = entry.dates.map(parseDate)
  const date = dates.find((each) => each !== null) ?? null
  if (entry.dates.length > 0 && date === null)
    warn(`a date that cannot be read: "${entry.dates[0]!.slice(0, 40)}"`)
  const future = date !== null && date > now + futureMs
  if (future) warn('a date in the future')

  // The text was written for the page that it is on.
  const body = bodyHtml(entry, entry.base === null ? url : base)
  const images = [...entry.images.map((image) => clean(image, base)), firstImage(body)]
  const author = entry.author === null ? null : cutAtWord(titleText(entry.author), itemLimits.author)
  return {
    item: {
      key: keyOf(entry, own, title, context.feedId),
      title,
      url,
      summary: summaryOf(entry, words),
      body,
      imageUrl: images.find((image) => image !== null) ?? null,
      author: author === '' ? null : author,
      language: languageTag(entry.language) ?? context.language ?? languageTag(feed.language),
      topics: [],
      popularity: 0.5,
      ...(date !== null && !future && { publishedAt: date }),
    },
    categories: [
      ...new Set(
        entry.categories.slice(0, 100).map((category) => oneLine(titleText(category)).slice(0, 200)),
      ),
    ].filter((category) => category !== ''),
    text: words,
  }
}

/** The feed's own id where it has one: as it is where it means the same everywhere, else this feed's. */
function keyOf(entry: FeedEntry, link: string | null, title: string, feedId: FeedId): string {
  const guid = entry.guid === null ? '' : oneLine(entry.guid)
  if (guid !== '' && guid.length <= itemLimits.key - 32)
    return /^(https?:\/\/|tag:|urn:)/i.test(guid) ? guid : `feed:${feedId}:${guid}`
  if (link !== null && guid === '' && link.length <= itemLimits.key) return link
  const text = guid === '' ? `${link ?? ''}\n${title}\n${entry.dates[0] ?? ''}` : guid
  return `feed:${feedId}:${createHash('sha256').update(text).digest('base64url')}`
}

const bodyText = (text: Marked | null): string =>
  text === null ? '' : text.kind === 'html' ? textOfHtml(text.value) : oneLine(text.value.slice(0, 200_000))

function headline(title: Marked | null, words: string): string | null {
  const text =
    title === null ? '' : title.kind === 'html' ? titleText(title.value) : oneLine(title.value.slice(0, 5000))
  // Short messages have none: their beginning stands for it.
  const found = text === '' ? cutAtWord(firstSentences(words, 100), 100) : cutAtWord(text, itemLimits.title)
  return found === '' ? null : found
}

function summaryOf(entry: FeedEntry, words: string): string {
  const given = bodyText(entry.summary)
  return firstSentences(given === '' ? words : given, itemLimits.summary)
}

function bodyHtml(entry: FeedEntry, base: string): string | null {
  const text = entry.content ?? entry.summary
  if (text === null) return null
  const html = text.kind === 'html' ? text.value : htmlOfText(text.value)
  const body = sanitiseHtml(html, { base })
  return body === '' ? null : body
}

const entities: { readonly [name: string]: string } = {
  '&amp;': '&',
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
}
/** Of sanitised HTML, so this is how every picture is written. */
const firstImage = (body: string | null): string | null =>
  /<img src="([^"]{1,4000})"/
    .exec(body ?? '')?.[1]
    ?.replace(/&(?:amp|quot|lt|gt);/g, (entity) => entities[entity]!) ?? null

const trackers = /^(utm_\w+|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|yclid|_hsenc|_hsmi|mkt_tok)$/i

/** An absolute http(s) address without line breaks and without what only counts clicks; null where there is none. */
export function clean(raw: string | null | undefined, base: string): string | null {
  const text = raw?.replace(/[\r\n\t]/g, '').trim()
  // A relative address with a blank is a title in the wrong place.
  if (text === undefined || text === '' || (/\s/.test(text) && !/^https?:/i.test(text))) return null
  // "www.example.org/x" is meant as an address, not as a file.
  const href = safeUrl(/^www\.[\w-]+\.[a-z]/i.test(text) ? `http://${text}` : text, base)
  if (href === null) return null
  const url = new URL(href)
  if (url.username !== '' || url.password !== '') return null
  const counted = [...url.searchParams.keys()].filter((name) => trackers.test(name))
  for (const name of counted) url.searchParams.delete(name)
  return url.href
}

function languageTag(raw: string | null): string | null {
  const text = raw?.trim().replaceAll('_', '-') ?? ''
  if (!/^[a-z]{2,3}(-[a-z0-9]{1,8}){0,3}$/i.test(text)) return null
  try {
    return Intl.getCanonicalLocales(text)[0] ?? null
  } catch {
    return null
  }
}
