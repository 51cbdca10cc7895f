import type { EpochMs } from '../../model/ids.ts'

/** Letters that were seen and what was clicked in them, as a replay reads them: from `broadsheet export impressions`, or from
 *  anywhere else. One JSON object a line:
 *
 *  ```
 *  {"type":"impression","at":1767600000000,"reader":"17","letter":"3","items":["a","b"],"interests":{"climate":0.9},"language":"en"}
 *  {"type":"click","at":1767600042000,"reader":"17","letter":"3","item":"b"}
 *  ```
 *
 *  `at` is in milliseconds since 1970, or ISO 8601. `items` are in the order in which they were shown. `letter`, `interests` and `language`
 *  may be missing: a click without a letter belongs to the reader's last impression that holds the item. An impression
 *  may name what was clicked itself, `"clicked":["b"]`; and it may be one item, `"item":"a"`: those of one reader and letter
 *  (or moment) that follow each other are one impression. Lines need not be in order. */
export interface ReplayLog {
  readonly items: readonly ReplayItem[]
  readonly readers: number
  /** By time. */
  readonly impressions: readonly Impression[]
  readonly clicks: number
  /** Clicks on what nobody was shown: learned from, and not measured by. */
  readonly orphans: number
}

export interface ReplayItem {
  readonly key: string
  readonly topics: readonly string[]
  readonly language: string | null
  readonly popularity: number
  /** When it was first shown, where nobody says when it was published. */
  publishedAt: EpochMs
}

export interface Impression {
  readonly at: EpochMs
  readonly reader: number
  /** Indexes into the log's items. */
  readonly items: number[]
  readonly interests: { readonly [topic: string]: number }
  readonly language: string | null
  /** When the item of a place was first clicked. */
  readonly clicks: Map<number, EpochMs>
  /** Nobody says that it was shown: it is made of a click. */
  readonly orphan: boolean
}

/** A line that cannot be read. Its message says what is wrong; whoever reads the file knows the line's number. */
export class LogLineError extends Error {}

type Row = { readonly [field: string]: unknown }
const noInterests = {}

/** Collects lines. `item` of the items' file, which comes first; then `event`. Both throw LogLineError. */
export function createReplayLog(): {
  item(line: string): void
  event(line: string): void
  finish(): ReplayLog
} {
  const items: (ReplayItem & { published: boolean })[] = []
  const itemIndex = new Map<string, number>()
  const readerIndex = new Map<string, number>()
  const topicNames = new Map<string, string>()
  const impressions: (Impression & { readonly letter: string | null })[] = []
  const clicks: {
    readonly at: EpochMs
    readonly reader: number
    readonly item: number
    readonly letter: string | null
  }[] = []
  let single: (typeof impressions)[number] | null = null

  const numberOf = (map: Map<string, number>, key: string): number => {
    const known = map.get(key)
    if (known !== undefined) return known
    map.set(key, map.size)
    return map.size - 1
  }
  // The same few names a hundred thousand times: kept once.
  const nameOf = (name: string): string => {
    const known = topicNames.get(name)
    if (known !== undefined) return known
    topicNames.set(name, name)
    return name
  }
  const itemOf = (key: string): number => {
    const index = numberOf(itemIndex, key)
    items[index] ??= {
      key,
      topics: [],
      language: null,
      popularity: 0.5,
      publishedAt: Number.POSITIVE_INFINITY,
      published: false,
    }
    return index
  }

  function readImpression(row: Row, at: EpochMs, reader: number, letter: string | null): void {
    const clicked = keysOf(row.clicked) ?? []
    const interests = isRecord(row.interests) ? weightsOf(row.interests) : noInterests
    const language = typeof row.language === 'string' && row.language !== '' ? row.language : null
    const list = keysOf(row.items)
    const one = list === null ? keyOf(row.item) : null
    if (list === null && one === null) throw new LogLineError('an impression needs "items" or "item"')
    const shown = [...new Set((list ?? [one!]).map(itemOf))]
    if (shown.length === 0) throw new LogLineError('"items" is empty')
    const places = new Map(shown.map((item, place) => [item, place]))
    const seen = new Map<number, EpochMs>()
    for (const key of clicked) {
      const place = places.get(itemOf(key))
      if (place === undefined)
        throw new LogLineError(`"clicked" names ${JSON.stringify(key)}, which was not shown`)
      seen.set(place, at)
    }
    const joins = one !== null && single !== null && single.reader === reader && single.letter === letter
    if (joins && (letter !== null || single!.at === at)) {
      if (single!.items.includes(shown[0]!)) return
      if (seen.size > 0) single!.clicks.set(single!.items.length, at)
      single!.items.push(shown[0]!)
      return
    }
    const made = { at, reader, items: shown, interests, language, clicks: seen, orphan: false, letter }
    impressions.push(made)
    single = one === null ? null : made
  }

  return {
    item(line) {
      const row = parse(line)
      const key = keyOf(row.key ?? row.id)
      if (key === null) throw new LogLineError('an item needs a "key"')
      const { popularity, language } = row
      const published =
        row.publishedAt === undefined || row.publishedAt === null ? null : timeOf(row.publishedAt)
      if (published !== null && Number.isNaN(published)) throw new LogLineError('"publishedAt" is no time')
      items[numberOf(itemIndex, key)] = {
        key,
        topics: [...new Set((keysOf(row.topics) ?? []).map(nameOf))],
        language: typeof language === 'string' && language !== '' ? language : null,
        popularity: typeof popularity === 'number' && popularity >= 0 && popularity <= 1 ? popularity : 0.5,
        publishedAt: published ?? Number.POSITIVE_INFINITY,
        published: published !== null,
      }
    },
    event(line) {
      const row = parse(line)
      const at = timeOf(row.at)
      if (Number.isNaN(at)) throw new LogLineError('"at" is no time: milliseconds since 1970, or ISO 8601')
      const readerKey = keyOf(row.reader)
      if (readerKey === null) throw new LogLineError('an event needs a "reader"')
      const reader = numberOf(readerIndex, readerKey)
      const letter = keyOf(row.letter)
      if (row.type === 'impression') readImpression(row, at, reader, letter)
      else if (row.type === 'click') {
        const item = keyOf(row.item)
        if (item === null) throw new LogLineError('a click needs an "item"')
        clicks.push({ at, reader, item: itemOf(item), letter })
      } else throw new LogLineError('"type" must be "impression" or "click"')
    },
    finish() {
      const orphans = joinClicks(impressions, clicks)
      impressions.push(...orphans)
      impressions.sort((a, b) => a.at - b.at)
      for (const { at, items: shown } of impressions)
        for (const index of shown) {
          const item = items[index]!
          if (!item.published && at < item.publishedAt) item.publishedAt = at
        }
      let count = 0
      for (const impression of impressions) count += impression.clicks.size
      return { items, readers: readerIndex.size, impressions, clicks: count, orphans: orphans.length }
    },
  }
}

type Pending = Impression & { readonly letter: string | null }

/** Give each click to its impression. What is left are clicks on what nobody was shown, as impressions of their own. */
function joinClicks(
  impressions: readonly Pending[],
  clicks: readonly {
    readonly at: EpochMs
    readonly reader: number
    readonly item: number
    readonly letter: string | null
  }[],
): Pending[] {
  if (clicks.length === 0) return []
  const ofReader = new Map<number, Pending[]>()
  for (const impression of impressions) {
    const list = ofReader.get(impression.reader)
    if (list === undefined) ofReader.set(impression.reader, [impression])
    else list.push(impression)
  }
  for (const list of ofReader.values()) list.sort((a, b) => a.at - b.at)
  const orphans: Pending[] = []
  for (const { at, reader, item, letter } of clicks) {
    const home = ofReader
      .get(reader)
      ?.findLast(
        (one) => (letter === null ? one.at <= at : one.letter === letter) && one.items.includes(item),
      )
    if (home === undefined) {
      const clicked = new Map([[0, at]])
      const bare = { interests: noInterests, language: null, clicks: clicked, orphan: true, letter }
      orphans.push({ at, reader, items: [item], ...bare })
      continue
    }
    const place = home.items.indexOf(item)
    home.clicks.set(place, Math.max(home.at, Math.min(at, home.clicks.get(place) ?? at)))
  }
  return orphans
}

function parse(line: string): Row {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new LogLineError(`is no JSON: ${(error as Error).message}`)
  }
  if (!isRecord(value)) throw new LogLineError('is no JSON object')
  return value
}

const isRecord = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names of things are texts; numbers do as well. */
const keyOf = (value: unknown): string | null => {
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null
}

function keysOf(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null
  return value.flatMap((one) => keyOf(one) ?? [])
}

function weightsOf(value: Row): { readonly [topic: string]: number } {
  const weights = Object.entries(value).filter(
    (pair): pair is [string, number] => typeof pair[1] === 'number' && pair[1] > 0,
  )
  return weights.length === 0 ? noInterests : Object.fromEntries(weights)
}

const timeOf = (value: unknown): EpochMs => {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.floor(value) : Number.NaN
  return typeof value === 'string' ? Date.parse(value) : Number.NaN
}
