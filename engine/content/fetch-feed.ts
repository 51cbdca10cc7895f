import type { Clock } from '../clock.ts'
import type { EngineConfig } from '../config.ts'
import type { Log } from '../log.ts'
import type { Feed, FeedState } from '../model/feed.ts'
import type { EpochMs, FeedId } from '../model/ids.ts'
import type { ItemInput } from '../model/item.ts'
import type { Fetcher, FetchFailure, FetchResult } from '../ports/fetcher.ts'
import type { Store } from '../ports/store.ts'
import type { ReadFeed } from './feed-formats.ts'
import type { FeedItem } from './feed-items.ts'
import { afterFailure, afterSuccess, type Intervals } from './schedule.ts'
import { createTopicRules } from './topics.ts'

export const feedTypes =
  'application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1'

/** What one reading of a feed brought. */
export type FeedOutcome =
  | {
      readonly kind: 'read'
      readonly created: number
      readonly updated: number
      readonly unchanged: number
      readonly warnings: readonly string[]
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly code: FetchFailure | 'content'; readonly detail: string }

export interface FeedParts {
  readonly config: EngineConfig['feeds']
  readonly store: Store
  readonly fetcher: Fetcher
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

type Rules = Pick<Feed, 'topics' | 'categoryMap' | 'keywordRules' | 'language'>

/** A document as items with their topics, or what is wrong with it. Its readers are loaded with the first. */
export async function contentOf(
  answer: Extract<FetchResult, { kind: 'content' }>,
  rules: Rules,
  options: { readonly feedId: FeedId; readonly now: EpochMs; readonly config: EngineConfig['feeds'] },
): Promise<
  | {
      readonly feed: ReadFeed
      readonly items: readonly FeedItem[]
      readonly warnings: readonly string[]
    }
  | { readonly problem: string }
> {
  const [{ readFeed }, { itemsOf }] = await Promise.all([import('./read-feed.ts'), import('./feed-items.ts')])
  const { maxBytes, maxItems } = options.config
  const feed = readFeed(answer.body, { contentType: answer.contentType, limits: { maxBytes, maxItems } })
  if ('problem' in feed) return feed
  const made = itemsOf(feed, {
    feedId: options.feedId,
    url: answer.url,
    language: rules.language,
    now: options.now,
  })
  const topicsOf = createTopicRules(rules)
  const items = made.items.map((each) => {
    const topics = [...topicsOf({ title: each.item.title, body: each.text, categories: each.categories })]
    return { ...each, item: { ...each.item, topics } }
  })
  return { feed, items, warnings: [...feed.warnings, ...made.warnings] }
}

/** Read one feed and keep what it brings: items, its state, a permanent move. `state`: as it was, null for none.
 *  Rejects only with the store's own errors. */
export async function fetchFeed(
  parts: FeedParts,
  feed: Feed,
  state: FeedState | null,
  signal: AbortSignal,
): Promise<{ readonly outcome: FeedOutcome; readonly state: FeedState }> {
  const { config, store, fetcher, clock, random, log } = parts
  const limits: Intervals = {
    minIntervalMs:
      feed.minIntervalMs ?? Math.min(config.minIntervalMs, feed.maxIntervalMs ?? Number.POSITIVE_INFINITY),
    maxIntervalMs: feed.maxIntervalMs ?? Math.max(config.maxIntervalMs, feed.minIntervalMs ?? 0),
  }
  const before: FeedState = state ?? {
    feedId: feed.id,
    url: feed.url,
    etag: null,
    lastModified: null,
    nextAt: null,
    intervalMs: 0,
    lastFetchedAt: null,
    failures: 0,
    lastError: null,
    lastItemAt: null,
    movedTo: null,
    itemsSeen: 0,
  }
  const answer = await fetcher.get(
    {
      url: feed.url,
      accept: feedTypes,
      etag: before.etag,
      lastModified: before.lastModified,
      maxBytes: config.maxBytes,
      timeoutMs: config.timeoutMs,
    },
    signal,
  )
  const now = clock.now()
  const fetched = { ...before, lastFetchedAt: now }

  const failed = (code: FetchFailure | 'content', detail: string, retryAfterMs: number | null) => {
    const failures = before.failures + 1
    const nextAt = afterFailure(failures, retryAfterMs, limits, now, random)
    log.warn({ feed: feed.name, code, failures }, 'feed.failed')
    return {
      outcome: { kind: 'failed', code, detail } as const,
      state: { ...fetched, failures, lastError: detail.slice(0, 500), nextAt },
    }
  }
  const keep = async (done: { outcome: FeedOutcome; state: FeedState }) => {
    await store.feedStates.put(done.state)
    return done
  }

  switch (answer.kind) {
    case 'failed':
      // Broken off by a stop: the feed did nothing wrong.
      if (signal.aborted)
        return { outcome: { kind: 'failed', code: answer.code, detail: answer.detail }, state: before }
      return keep(failed(answer.code, answer.detail, answer.retryAfterMs))
    case 'gone':
      log.warn({ feed: feed.name }, 'feed.gone')
      return keep({
        outcome: { kind: 'gone' },
        state: {
          ...fetched,
          failures: before.failures + 1,
          lastError: 'answered 410: it is gone for good',
          nextAt: null,
        },
      })
    case 'unchanged': {
      const next = afterSuccess(
        before.intervalMs,
        { newItems: 0, askedMs: answer.maxAgeMs },
        limits,
        now,
        random,
      )
      const moved = await move(parts, feed, answer.movedTo)
      return keep({
        outcome: { kind: 'unchanged' },
        state: { ...fetched, ...moved, ...next, failures: 0, lastError: null },
      })
    }
    case 'content': {
      const content = await contentOf(answer, feed, { feedId: feed.id, now, config })
      // A page of the provider in its place is no reason to take its address for the feed's.
      if ('problem' in content) return keep(failed('content', content.problem, null))
      const counts = await keepItems(store, content.items, now)
      const moved = await move(parts, feed, answer.movedTo)
      const askedMs = Math.max(answer.maxAgeMs ?? 0, content.feed.refreshMs ?? 0)
      const next = afterSuccess(before.intervalMs, { newItems: counts.created, askedMs }, limits, now, random)
      log.info({ feed: feed.name, ...counts }, 'feed.read')
      return keep({
        outcome: { kind: 'read', ...counts, warnings: content.warnings },
        state: {
          ...fetched,
          ...moved,
          ...next,
          etag: answer.etag,
          lastModified: answer.lastModified,
          failures: 0,
          lastError: null,
          lastItemAt: counts.created > 0 ? now : before.lastItemAt,
          itemsSeen: before.itemsSeen + counts.created,
        },
      })
    }
  }
}

/** Items by key; one whose id is new but whose address and title are known is the one that is there. */
async function keepItems(store: Store, found: readonly FeedItem[], now: EpochMs) {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  if (found.length === 0) return counts
  const known = new Set((await store.items.byKey(found.map(({ item }) => item.key))).map(({ key }) => key))
  const fresh = found.filter(({ item }) => !known.has(item.key))
  const byUrl = new Map(
    (await store.items.byUrl(fresh.map(({ item }) => item.url))).map((item) => [item.url, item]),
  )
  const taken = new Set(known)
  const rows = found.map(({ item }): ItemInput => {
    const same = known.has(item.key) ? undefined : byUrl.get(item.url)
    if (same === undefined || same.title !== item.title || taken.has(same.key)) return item
    taken.add(same.key)
    return { ...item, key: same.key }
  })
  // What readers did with an item is not the feed's to say.
  const present = new Map(
    (await store.items.byKey(rows.map(({ key }) => key!))).map((item) => [item.key, item]),
  )
  const merged = rows.map((row) => ({
    ...row,
    popularity: present.get(row.key!)?.popularity ?? row.popularity,
  }))
  for (const { outcome } of await store.items.upsert(merged, now)) counts[outcome]++
  return counts
}

/** The feed's own row learns its new address. Somebody who changed it meanwhile knows better. */
async function move({ store, clock, log }: FeedParts, feed: Feed, movedTo: string | null) {
  if (movedTo === null || movedTo === feed.url) return {}
  const { id, version, createdAt: _created, updatedAt: _updated, ...doc } = feed
  try {
    await store.feeds.update(id, version, { ...doc, url: movedTo }, clock.now())
  } catch (error) {
    log.warn({ feed: feed.name, reason: String(error) }, 'feed.not_moved')
    return {}
  }
  log.info({ feed: feed.name }, 'feed.moved')
  return { url: movedTo, movedTo }
}
