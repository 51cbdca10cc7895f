import type { AtomFeed, JsonFeed, RdfFeed, RssFeed } from 'feedsmith'

/** Text as a feed carries it. */
export interface Marked {
  readonly value: string
  readonly kind: 'text' | 'html'
}

/** One entry of any format, as it was written: nothing resolved, cleaned or checked. Lists are in order of preference. */
export interface FeedEntry {
  readonly guid: string | null
  readonly links: readonly string[]
  readonly title: Marked | null
  readonly summary: Marked | null
  readonly content: Marked | null
  readonly images: readonly string[]
  readonly author: string | null
  readonly categories: readonly string[]
  readonly dates: readonly string[]
  readonly language: string | null
  /** `xml:base` of the content or the entry, already resolved against the feed's; null where there is none. */
  readonly base: string | null
}

export interface ReadFeed {
  readonly format: 'rss' | 'atom' | 'rdf' | 'json'
  readonly title: string | null
  /** The page that the feed belongs to. */
  readonly home: string | null
  readonly language: string | null
  /** How often the publisher asks to be read at most: `ttl`, `sy:updatePeriod`. */
  readonly refreshMs: number | null
  readonly entries: readonly FeedEntry[]
  /** Entries beyond the limit, which were left out. */
  readonly left: number
  readonly warnings: readonly string[]
}

type Optional<T> = T | null | undefined
const first = <T>(...values: readonly Optional<T>[]): T | null =>
  values.find((value) => value != null && (value as unknown) !== '') ?? null
const all = (...values: readonly Optional<string>[]): string[] =>
  values.filter((value) => value != null && value !== '') as string[]
const html = (value: Optional<string>): Marked | null => (value ? { value, kind: 'html' } : null)

function limited<T>(rows: readonly T[] | undefined, maxItems: number, view: (row: T) => FeedEntry) {
  const entries = rows ?? []
  return {
    entries: entries.slice(0, maxItems).map(view),
    left: Math.max(0, entries.length - maxItems),
  }
}

const periods: { readonly [period: string]: number } = {
  hourly: 3_600_000,
  daily: 86_400_000,
  weekly: 604_800_000,
  monthly: 2_592_000_000,
  yearly: 31_536_000_000,
}
function refreshOf(
  ttl: number | undefined,
  sy: { updatePeriod?: string; updateFrequency?: number } | undefined,
): number | null {
  if (ttl !== undefined && ttl > 0) return ttl * 60_000
  const period = sy?.updatePeriod === undefined ? undefined : periods[sy.updatePeriod.trim().toLowerCase()]
  if (period === undefined) return null
  const frequency = sy?.updateFrequency
  return Math.round(period / (frequency !== undefined && frequency >= 1 ? frequency : 1))
}

type Media = NonNullable<RssFeed.Item<string>['media']>
type MediaContent = NonNullable<Media['contents']>[number]
/** Pictures of media:*, the largest first, thumbnails last. */
function mediaImages(media: Media | undefined): string[] {
  if (media === undefined) return []
  const contents: readonly MediaContent[] = [
    ...(media.contents ?? []),
    ...(media.groups ?? []).flatMap((group) => group.contents ?? []),
  ]
  const pictures = contents
    .filter(({ medium, type, url }) =>
      medium === undefined && type === undefined
        ? looksLikeImage(url)
        : medium === 'image' || type?.startsWith('image/') === true,
    )
    .toSorted((a, b) => (b.width ?? 0) - (a.width ?? 0))
  const thumbnails = [
    ...(media.thumbnails ?? []),
    ...contents.flatMap(({ thumbnails: own }) => own ?? []),
    ...(media.groups ?? []).flatMap((group) => group.thumbnails ?? []),
  ]
  return all(...pictures.map(({ url }) => url), ...thumbnails.map(({ url }) => url))
}
const looksLikeImage = (url: string | undefined): boolean =>
  url !== undefined && /\.(jpe?g|png|gif|webp|avif)$/i.test(url.split(/[?#]/, 1)[0]!)

const enclosedImages = (enclosures: readonly { url?: string; type?: string }[] | undefined): string[] =>
  all(
    ...(enclosures ?? [])
      .filter(({ url, type }) => (type ? type.startsWith('image/') : looksLikeImage(url)))
      .map(({ url }) => url),
  )

/** `a` as it stands, or against `b`. */
function rebase(own: Optional<string>, outer: Optional<string>): string | null {
  if (!own) return outer ?? null
  return outer && URL.canParse(own, outer) ? new URL(own, outer).href : own
}

export function fromRss(feed: RssFeed.Feed<string>, maxItems: number, warnings: readonly string[]): ReadFeed {
  const channelAuthor = first(feed.itunes?.author, feed.dc?.creators?.[0])
  const selfLinks = (feed.atom?.links ?? []).filter(({ rel }) => rel === undefined || rel === 'alternate')
  return {
    format: 'rss',
    title: first(feed.title, feed.dc?.titles?.[0], feed.itunes?.title),
    home: first(feed.link, selfLinks[0]?.href),
    language: first(feed.language, feed.dc?.languages?.[0], feed.xml?.lang),
    refreshMs: refreshOf(feed.ttl, feed.sy),
    warnings,
    ...limited(feed.items, maxItems, (item) => {
      const { guid } = item
      const permalink =
        guid?.value !== undefined && guid.isPermaLink !== false && /^https?:\/\//i.test(guid.value)
          ? guid.value
          : null
      const alternate = (item.atom?.links ?? []).find(({ rel }) => rel === undefined || rel === 'alternate')
      return {
        guid: first(guid?.value, item.dc?.identifiers?.[0], item.atom?.id),
        links: all(item.link, alternate?.href, permalink, item.enclosures?.[0]?.url, item.comments),
        title: html(first(item.title, item.dc?.titles?.[0], item.media?.title?.value, item.itunes?.title)),
        summary: html(
          first(
            item.description,
            item.dc?.descriptions?.[0],
            item.itunes?.summary,
            item.itunes?.subtitle,
            item.media?.description?.value,
          ),
        ),
        content: html(first(item.content?.encoded, item.atom?.content?.value)),
        images: [...mediaImages(item.media), ...all(item.itunes?.image), ...enclosedImages(item.enclosures)],
        author: first(
          item.dc?.creators?.[0],
          item.authors?.[0]?.name,
          item.itunes?.author,
          item.authors?.[0]?.email,
          item.atom?.authors?.[0]?.name,
          channelAuthor,
        ),
        categories: all(
          ...(item.categories ?? []).map(({ name }) => name),
          ...(item.dc?.subjects ?? []),
          ...(item.media?.keywords ?? []),
          ...(item.itunes?.keywords ?? []),
        ),
        dates: all(
          item.pubDate,
          item.dc?.dates?.[0],
          item.dcterms?.issued?.[0],
          item.dcterms?.created?.[0],
          item.atom?.published,
          item.atom?.updated,
        ),
        language: first(item.dc?.languages?.[0], item.xml?.lang),
        base: rebase(item.xml?.base, feed.xml?.base),
      }
    }),
  }
}

export function fromRdf(feed: RdfFeed.Feed<string>, maxItems: number, warnings: readonly string[]): ReadFeed {
  return {
    format: 'rdf',
    title: first(feed.title, feed.dc?.titles?.[0]),
    home: first(feed.link),
    language: first(feed.dc?.languages?.[0], feed.xml?.lang),
    refreshMs: refreshOf(undefined, feed.sy),
    warnings,
    ...limited(feed.items, maxItems, (item) => ({
      guid: first(item.rdf?.about, item.dc?.identifiers?.[0]),
      links: all(item.link, item.rdf?.about),
      title: html(first(item.title, item.dc?.titles?.[0])),
      summary: html(first(item.description, item.dc?.descriptions?.[0])),
      content: html(item.content?.encoded),
      images: mediaImages(item.media as Media | undefined),
      author: first(item.dc?.creators?.[0], feed.dc?.creators?.[0]),
      categories: all(...(item.dc?.subjects ?? [])),
      dates: all(item.dc?.dates?.[0], item.dcterms?.issued?.[0], item.dcterms?.created?.[0]),
      language: first(item.dc?.languages?.[0], item.xml?.lang),
      base: rebase(item.xml?.base, feed.xml?.base),
    })),
  }
}

function atomText(text: { value?: string; type?: string } | undefined): Marked | null {
  if (text?.value === undefined || text.value === '') return null
  const type = text.type?.toLowerCase() ?? 'text'
  const marked = type === 'html' || type === 'xhtml' || type.includes('html') || type.endsWith('xml')
  return { value: text.value, kind: marked ? 'html' : 'text' }
}

export function fromAtom(
  feed: AtomFeed.Feed<string>,
  maxItems: number,
  warnings: readonly string[],
): ReadFeed {
  const alternates = (links: AtomFeed.Entry<string>['links']): string[] => {
    const pages = (links ?? []).filter(({ rel }) => rel === undefined || rel === 'alternate')
    return all(
      ...pages
        .toSorted(
          (a, b) => Number(b.type?.includes('html') ?? true) - Number(a.type?.includes('html') ?? true),
        )
        .map(({ href }) => href),
    )
  }
  return {
    format: 'atom',
    title: first(feed.title?.value),
    home: first(alternates(feed.links)[0]),
    language: first(feed.xml?.lang, feed.dc?.languages?.[0]),
    refreshMs: refreshOf(undefined, feed.sy),
    warnings,
    ...limited(feed.entries, maxItems, (entry) => {
      const enclosures = (entry.links ?? []).filter(({ rel }) => rel === 'enclosure')
      const base = rebase(entry.xml?.base, feed.xml?.base)
      const whole = entry.content?.value === undefined ? null : entry.content
      return {
        guid: first(entry.id),
        links: all(
          ...alternates(entry.links),
          entry.content?.src,
          ...(entry.id !== undefined && /^https?:\/\//i.test(entry.id) ? [entry.id] : []),
          enclosures[0]?.href,
        ),
        title: atomText(entry.title) ?? html(entry.media?.title?.value),
        summary:
          atomText(entry.summary) ??
          html(entry.media?.description?.value ?? entry.media?.groups?.[0]?.description?.value),
        content: whole === null ? null : atomText(whole),
        images: [
          ...mediaImages(entry.media as Media | undefined),
          ...all(entry.itunes?.image),
          ...enclosedImages(
            enclosures.map(({ href, type }) => ({
              ...(href !== undefined && { url: href }),
              ...(type !== undefined && { type }),
            })),
          ),
        ],
        author: first(
          entry.authors?.[0]?.name,
          entry.dc?.creators?.[0],
          entry.source?.authors?.[0]?.name,
          feed.authors?.[0]?.name,
          entry.authors?.[0]?.email,
        ),
        categories: all(
          ...(entry.categories ?? []).map(({ label, term }) => label ?? term),
          ...(entry.dc?.subjects ?? []),
        ),
        dates: all(entry.published, entry.updated, entry.dc?.dates?.[0]),
        language: first(entry.content?.xml?.lang, entry.xml?.lang, entry.dc?.languages?.[0]),
        base: rebase(whole?.xml?.base ?? entry.summary?.xml?.base, base),
      }
    }),
  }
}

export function fromJson(
  feed: JsonFeed.Feed<string>,
  maxItems: number,
  warnings: readonly string[],
): ReadFeed {
  return {
    format: 'json',
    title: first(feed.title),
    home: first(feed.home_page_url),
    language: first(feed.language),
    refreshMs: null,
    warnings,
    ...limited(feed.items, maxItems, (item) => ({
      guid: first(item.id),
      links: all(
        item.url,
        item.external_url,
        ...(item.id !== undefined && /^https?:\/\//i.test(item.id) ? [item.id] : []),
      ),
      title: item.title ? { value: item.title, kind: 'text' } : null,
      summary: item.summary ? { value: item.summary, kind: 'text' } : null,
      content:
        html(item.content_html) ?? (item.content_text ? { value: item.content_text, kind: 'text' } : null),
      images: all(
        item.image,
        item.banner_image,
        ...enclosedImages(
          (item.attachments ?? []).map(({ url, mime_type }) => ({
            ...(url !== undefined && { url }),
            ...(mime_type !== undefined && { type: mime_type }),
          })),
        ),
      ),
      author: first(item.authors?.[0]?.name, feed.authors?.[0]?.name),
      categories: item.tags ?? [],
      dates: all(item.date_published, item.date_modified),
      language: first(item.language),
      base: null,
    })),
  }
}
