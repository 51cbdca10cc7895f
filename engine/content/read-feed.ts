import { parseAtomFeed, parseJsonFeed, parseRdfFeed, parseRssFeed } from 'feedsmith'
import { decodeText } from './encoding.ts'
import { fromAtom, fromJson, fromRdf, fromRss, type ReadFeed } from './feed-formats.ts'
import { repairJson } from './json-text.ts'
import { prepareXml } from './xml.ts'

export interface FeedLimits {
  readonly maxBytes: number
  readonly maxItems: number
  readonly maxDepth: number
  readonly maxElements: number
}
export const feedLimits: FeedLimits = {
  maxBytes: 10_000_000,
  maxItems: 200,
  maxDepth: 200,
  maxElements: 200_000,
}

export type ReadResult = ReadFeed | { readonly problem: string }

/** Read a feed of any format. A file that is none says what it is instead. Never throws. */
export function readFeed(
  bytes: Uint8Array,
  options: { readonly contentType?: string | null; readonly limits?: Partial<FeedLimits> } = {},
): ReadResult {
  const limits = { ...feedLimits, ...options.limits }
  if (bytes.length > limits.maxBytes) return { problem: `is larger than ${limits.maxBytes} bytes` }
  const { text, warnings } = decodeText(bytes, options.contentType ?? null)
  const result = /^[\s\ufeff]*[{[]/.test(text.slice(0, 1000)) ? readJson(text, limits) : readXml(text, limits)
  return 'problem' in result ? result : { ...result, warnings: [...warnings, ...result.warnings] }
}

function readXml(text: string, limits: FeedLimits): ReadResult {
  const prepared = prepareXml(text, limits)
  if ('problem' in prepared) return { problem: text.trim() === '' ? 'is empty' : prepared.problem }
  const { xml, root, warnings } = prepared
  const kind = root.slice(root.indexOf(':') + 1).toLowerCase()
  try {
    switch (kind) {
      case 'rss':
        return fromRss(parseRssFeed(versioned(xml)), limits.maxItems, warnings)
      case 'channel':
        return fromRss(parseRssFeed(`<rss version="2.0">${xml}</rss>`), limits.maxItems, warnings)
      case 'rdf':
        return fromRdf(parseRdfFeed(xml), limits.maxItems, warnings)
      case 'feed':
        return fromAtom(parseAtomFeed(named(xml)), limits.maxItems, warnings)
      case 'html':
        return { problem: `is a web page, not a feed${advertised(text)}` }
      default:
        return { problem: `is XML, but no feed: its root is <${root.slice(0, 40)}>` }
    }
  } catch (error) {
    return { problem: `could not be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** A channel without any element is still an empty feed to us. */
const versioned = (xml: string): string =>
  /^<[^>]{0,2000}\bversion\s*=/i.test(xml) ? xml : xml.replace(/^<([\w:.-]+)/, '<$1 version="2.0"')
/** Atom without its namespace is taken for Atom. */
const named = (xml: string): string =>
  /^<[^>]{0,4000}\bxmlns/i.test(xml)
    ? xml
    : xml.replace(/^<feed\b/i, '<feed xmlns="http://www.w3.org/2005/Atom"')

/** What a web page names as its feed. */
function advertised(text: string): string {
  for (const [tag] of text.slice(0, 200_000).matchAll(/<link\b[^<>]{0,1000}>/gi)) {
    if (!/type\s{0,4}=\s{0,4}["']?application\/(rss|atom|feed)\+/i.test(tag)) continue
    const href = /href\s{0,4}=\s{0,4}["']?([^"'\s<>]{1,1000})/i.exec(tag)?.[1]
    if (href !== undefined) return `; it names this as its feed: ${href}`
  }
  return ''
}

// As XML has it: escapes of U+0000 and of surrogates, paired or not.
const escapesNoText = /\\u(?:0000|d[89a-f])/i
const takeOut = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value

function readJson(text: string, limits: FeedLimits): ReadResult {
  const { json, depth, repaired } = repairJson(text.replace(/^[\s\ufeff]+/, ''))
  if (depth > limits.maxDepth) return { problem: `is nested more than ${limits.maxDepth} deep` }
  let value: unknown
  try {
    value = JSON.parse(json, escapesNoText.test(json) ? takeOut : undefined)
  } catch (error) {
    return { problem: `is no JSON: ${(error as Error).message}` }
  }
  if (typeof value !== 'object' || value === null || !Array.isArray((value as { items?: unknown }).items))
    return { problem: 'is JSON, but no JSON Feed: it has no list of items' }
  try {
    // It may say no version, which feedsmith asks for.
    const feed = { version: 'https://jsonfeed.org/version/1.1', ...value }
    return fromJson(parseJsonFeed(feed), limits.maxItems, repaired ? ['JSON that needed repair'] : [])
  } catch (error) {
    return { problem: `could not be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}
