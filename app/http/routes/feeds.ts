import { z } from 'zod'
import type { Feeds } from '../../../engine/engine.ts'
import { type Feed, type FeedState, feedInputSchema } from '../../../engine/model/feed.ts'
import type { FeedId } from '../../../engine/model/ids.ts'
import type { Collection, Kept } from '../../../engine/ports/collection.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { collectionRoutes } from '../collection.ts'
import { keptShape, timeOf } from '../reply/kept.ts'
import { byIdOrName, idOrNameParams } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'

const stateSchema = z.object({
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  nextAt: timeOf().nullable().describe('When it is read next; null: it answered 410 and is read no more.'),
  intervalMs: z.number().int(),
  lastFetchedAt: timeOf().nullable(),
  failures: z.number().int().describe('In a row.'),
  lastError: z.string().nullable(),
  lastItemAt: timeOf().nullable(),
  movedTo: z.string().nullable().describe('Where it moved for good, the last time that it did.'),
  itemsSeen: z.number().int(),
})

export const feedSchema = z.object({
  ...keptShape<FeedId>(),
  url: z.string(),
  title: z.string(),
  topics: z.array(z.string()).readonly(),
  categoryMap: z.record(z.string(), z.string()).readonly(),
  keywordRules: z
    .array(
      z.object({
        topic: z.string(),
        words: z.array(z.string()).readonly(),
        in: z.enum(['title', 'body', 'any']),
      }),
    )
    .readonly(),
  language: z.string().nullable(),
  enabled: z.boolean(),
  minIntervalMs: z.number().int().nullable(),
  maxIntervalMs: z.number().int().nullable(),
  state: stateSchema.nullable().describe('Null until it was read for the first time.'),
})

const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('read'),
    created: z.number().int(),
    updated: z.number().int(),
    unchanged: z.number().int(),
    warnings: z.array(z.string()).readonly(),
  }),
  z.object({ kind: z.literal('unchanged') }).describe('It says that nothing changed.'),
  z.object({ kind: z.literal('gone') }).describe('It answered 410.'),
  z.object({ kind: z.literal('failed'), code: z.string(), detail: z.string() }),
])

const previewSchema = z.object({
  url: z.string().describe('Where it was found, after all redirects.'),
  format: z.enum(['rss', 'atom', 'rdf', 'json']),
  title: z.string().nullable(),
  home: z.string().nullable(),
  language: z.string().nullable(),
  categories: z
    .array(z.string())
    .readonly()
    .describe('What `categoryMap` may name; the most frequent first.'),
  warnings: z.array(z.string()).readonly(),
  items: z
    .array(
      z.object({
        key: z.string().optional(),
        title: z.string(),
        url: z.string(),
        summary: z.string(),
        body: z.string().nullable(),
        imageUrl: z.string().nullable(),
        author: z.string().nullable(),
        language: z.string().nullable(),
        topics: z.array(z.string()).readonly(),
        categories: z.array(z.string()).readonly(),
        publishedAt: timeOf().optional(),
      }),
    )
    .readonly(),
})

const { url, topics, categoryMap, keywordRules, language } = feedInputSchema.shape
const previewInputSchema = z.strictObject({ url, topics, categoryMap, keywordRules, language })

const tag = 'Feeds'

export function feedRoutes(app: Api, parts: Parts): void {
  const { feeds, store } = parts.engine
  collectionRoutes(app, parts, {
    noun: 'feed',
    tag,
    scopes: { read: 'content:read', write: 'content:write' },
    collection: viewed(feeds, store),
    input: feedInputSchema,
    view: feedSchema,
    removal: 'The items that it brought stay.',
  })

  app.route({
    method: 'POST',
    url: '/feeds/preview',
    config: { scope: 'content:write' },
    schema: {
      ...operation(
        tag,
        'Preview a feed',
        'What would come in, with the topics that the rules give and what is wrong with the feed. Nothing is kept.',
      ),
      body: previewInputSchema,
      response: { 200: previewSchema, ...problems('write', 'E_EGRESS', 'E_FETCH', 'E_FEED') },
    },
    handler: async (request) => feeds.preview(request.body),
  })

  app.route({
    method: 'POST',
    url: '/feeds/:idOrName/fetch',
    config: { scope: 'content:write' },
    schema: {
      ...operation(
        tag,
        'Read a feed now',
        'Whether it is due or not. That it cannot be read is an outcome, not a refusal.',
      ),
      params: idOrNameParams,
      response: {
        200: z.object({ outcome: outcomeSchema, state: stateSchema }),
        ...problems('write', 'E_NOT_FOUND'),
      },
    },
    handler: async (request) => {
      const { id } = await byIdOrName('feed', request.params.idOrName, {
        get: (each) => store.feeds.get(each as FeedId),
        byName: async (name) => (await store.feeds.byName([name]))[0] ?? null,
      })
      return feeds.fetch(id)
    },
  })
}

/** Feeds with their state; written through the engine, which reads what is new at once. */
function viewed(feeds: Feeds, store: Store): Collection<Kept> {
  const withStates = async (rows: readonly Feed[]) => {
    const states = new Map(
      (await store.feedStates.get(rows.map(({ id }) => id))).map((state) => [state.feedId, state]),
    )
    return rows.map((feed) => ({ ...feed, state: holding(states.get(feed.id), feed) }))
  }
  const one = async (feed: Feed) => (await withStates([feed]))[0]!
  return {
    insert: async (doc) => one(await feeds.add(doc as Parameters<Feeds['add']>[0])),
    update: async (id, version, doc) =>
      one(await feeds.update(id as FeedId, version, doc as Parameters<Feeds['add']>[0])),
    async get(id) {
      const feed = await store.feeds.get(id as FeedId)
      return feed === null ? null : one(feed)
    },
    byName: async (names) => withStates(await store.feeds.byName(names)),
    async page(query) {
      const { rows, next } = await store.feeds.page(query)
      return { rows: await withStates(rows), next }
    },
    remove: (id) => store.feeds.remove(id as FeedId),
  }
}

const holding = (state: FeedState | undefined, feed: Feed): FeedState | null =>
  state !== undefined && state.url === feed.url && state.lastFetchedAt !== null ? state : null
