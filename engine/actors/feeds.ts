import { contentOf, type FeedOutcome, type FeedParts, feedTypes, fetchFeed } from '../content/fetch-feed.ts'
import { BroadsheetError } from '../errors.ts'
import type { Feed, FeedInput, FeedState } from '../model/feed.ts'
import type { FeedId } from '../model/ids.ts'
import type { ItemInput } from '../model/item.ts'
import { createSweeper } from './sweeper.ts'

/** What a feed would bring, kept nowhere. */
export interface FeedPreview {
  /** Where it was found, after all redirects. */
  readonly url: string
  readonly format: 'rss' | 'atom' | 'rdf' | 'json'
  readonly title: string | null
  readonly home: string | null
  readonly language: string | null
  readonly items: readonly (ItemInput & { readonly categories: readonly string[] })[]
  /** What the feed calls its categories, the most frequent first: what `categoryMap` may name. */
  readonly categories: readonly string[]
  readonly warnings: readonly string[]
}

export interface Feeds {
  /** Rejects with E_EXISTS. It is read at once where the engine works. */
  add(input: FeedInput): Promise<Feed>
  /** Rejects as a collection's update. A new address is read at once, and from its beginning. */
  update(id: FeedId, version: number, input: FeedInput): Promise<Feed>
  /** Read it now, due or not; a reading that is under way is joined. One that was gone is tried again. Rejects with
   *  E_NOT_FOUND; that it cannot be read is an outcome. */
  fetch(id: FeedId): Promise<{ readonly outcome: FeedOutcome; readonly state: FeedState }>
  /** Rejects with E_EGRESS, E_FETCH or E_FEED. Keeps nothing. */
  preview(
    input: Pick<FeedInput, 'url'> &
      Partial<Pick<FeedInput, 'topics' | 'categoryMap' | 'keywordRules' | 'language'>>,
  ): Promise<FeedPreview>
}

export interface FeedActor extends Feeds {
  start(): void
  /** Nothing is begun any more; what is under way is broken off and taken up after the next start. */
  stop(): Promise<void>
}

/** Longer than any fetch: a claim outlives its reader only when that was killed. */
const claimMs = 300_000

/** Reads feeds when their rows say so, some at a time. The row's `nextAt` is the truth: it is claimed before the first
 *  byte is asked for and written when the reading is done, so that no feed is read twice for one time. */
export function createFeedActor(parts: FeedParts): FeedActor {
  const { config, store, fetcher, clock, log } = parts
  const stopping = new AbortController()
  const running = new Map<FeedId, Promise<{ readonly outcome: FeedOutcome; readonly state: FeedState }>>()

  function run(feed: Feed, state: FeedState | null) {
    const present = running.get(feed.id)
    if (present !== undefined) return present
    const work = fetchFeed(parts, feed, state, stopping.signal).finally(() => running.delete(feed.id))
    running.set(feed.id, work)
    return work
  }

  async function sweep(): Promise<void> {
    const limit = config.concurrency - running.size
    if (limit <= 0) return
    const now = clock.now()
    const claimed = await store.feedStates.claim({ now, until: now + claimMs, limit })
    for (const { feedId, state } of claimed) {
      const feed = await store.feeds.get(feedId)
      if (feed === null || stopping.signal.aborted) continue
      run(feed, state)
        .catch((error: unknown) => log.warn({ feed: feed.name, reason: String(error) }, 'feed.not_kept'))
        // There may be more that are due than go at once.
        .finally(() => sweeper.kick())
    }
  }

  const sweeper = createSweeper({
    clock,
    everyMs: config.sweepMs,
    sweep,
    onError: (error) => log.warn({ reason: String(error) }, 'feeds.not_swept'),
  })
  const { kick } = sweeper

  async function present(id: FeedId): Promise<Feed> {
    const feed = await store.feeds.get(id)
    if (feed === null) throw new BroadsheetError('E_NOT_FOUND', `There is no feed ${id}.`)
    return feed
  }

  return {
    async add(input) {
      const feed = await store.feeds.insert(input, clock.now())
      kick()
      return feed
    },
    async update(id, version, input) {
      const feed = await store.feeds.update(id, version, input, clock.now())
      kick()
      return feed
    },
    async fetch(id) {
      const feed = await present(id)
      if (stopping.signal.aborted)
        throw new BroadsheetError('E_STOPPING', 'The daemon is stopping: ask again later.')
      const [state] = await store.feedStates.get([id])
      return run(feed, state !== undefined && state.url === feed.url ? state : null)
    },
    async preview({ url, topics = [], categoryMap = {}, keywordRules = [], language = null }) {
      const { maxBytes, timeoutMs } = config
      const request = { url, accept: feedTypes, etag: null, lastModified: null, maxBytes, timeoutMs }
      const answer = await fetcher.get(request, stopping.signal)
      if (answer.kind === 'failed')
        throw new BroadsheetError(
          answer.code === 'refused' ? 'E_EGRESS' : 'E_FETCH',
          `${shown(url)} ${answer.detail}.`,
        )
      if (answer.kind !== 'content')
        throw new BroadsheetError(
          'E_FETCH',
          `${shown(url)} is gone (410): remove the feed, or find its new address.`,
        )
      const rules = { topics, categoryMap, keywordRules, language }
      const content = await contentOf(answer, rules, { feedId: 0 as FeedId, now: clock.now(), config })
      if ('problem' in content) throw new BroadsheetError('E_FEED', `${shown(url)} ${content.problem}.`)
      const { feed, items, warnings } = content
      return {
        url: answer.url,
        format: feed.format,
        title: feed.title,
        home: feed.home,
        language: feed.language,
        items: items.map(({ item, categories }) => ({ ...item, categories })),
        categories: byFrequency(items.flatMap(({ categories }) => categories)),
        warnings,
      }
    },
    start: sweeper.start,
    async stop() {
      if (stopping.signal.aborted) return
      stopping.abort()
      await sweeper.stop()
      await Promise.allSettled(running.values())
      await fetcher.close()
    },
  }
}

const shown = (url: string): string => url.slice(0, 200)

function byFrequency(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name)
}

/** For an engine that was given nothing to fetch with. */
export const noFetcher: FeedParts['fetcher'] = {
  get: async () => ({
    kind: 'failed',
    code: 'connection',
    detail: 'was not asked: this engine has no way to fetch',
    retryAfterMs: null,
  }),
  async close() {},
}
