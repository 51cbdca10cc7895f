import { z } from 'zod'
import type { EpochMs, FeedId } from './ids.ts'
import { languageSchema, slugSchema } from './values.ts'

/** `topic` for an item that has one of `words`: whole words or phrases, case aside. */
export interface KeywordRule {
  readonly topic: string
  readonly words: readonly string[]
  readonly in: 'title' | 'body' | 'any'
}

/** A source of items: RSS, RDF, Atom or JSON Feed. */
export interface Feed {
  readonly id: FeedId
  readonly name: string
  /** Where it is read; a permanent move changes it. */
  readonly url: string
  readonly title: string
  /** Of every item. */
  readonly topics: readonly string[]
  /** Topic by the feed's own category, case aside. */
  readonly categoryMap: { readonly [category: string]: string }
  readonly keywordRules: readonly KeywordRule[]
  /** Of items that say none; null takes the feed's own. */
  readonly language: string | null
  readonly enabled: boolean
  /** It is read no more and no less often than this. Null: as the settings say. */
  readonly minIntervalMs: number | null
  readonly maxIntervalMs: number | null
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

const intervalSchema = z.int().min(60_000).max(2_592_000_000).nullable().default(null)

export const feedInputSchema = z
  .strictObject({
    name: slugSchema,
    url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2048),
    title: z.string().max(200).default(''),
    topics: z.array(slugSchema).max(32).default([]),
    categoryMap: z
      .record(z.string().min(1).max(200), slugSchema)
      .refine((map) => Object.keys(map).length <= 500, 'must have at most 500 categories')
      .default({}),
    keywordRules: z
      .array(
        z.strictObject({
          topic: slugSchema,
          words: z.array(z.string().trim().min(1).max(100)).min(1).max(200),
          in: z.enum(['title', 'body', 'any']).default('any'),
        }),
      )
      .max(100)
      .default([]),
    language: languageSchema.nullable().default(null),
    enabled: z.boolean().default(true),
    minIntervalMs: intervalSchema,
    maxIntervalMs: intervalSchema,
  })
  .refine(
    ({ minIntervalMs, maxIntervalMs }) =>
      minIntervalMs === null || maxIntervalMs === null || minIntervalMs <= maxIntervalMs,
    {
      path: ['maxIntervalMs'],
      error: 'must not be below minIntervalMs',
    },
  )
export type FeedInput = z.infer<typeof feedInputSchema>

/** Where the reading of a feed stands. */
export interface FeedState {
  readonly feedId: FeedId
  /** The address that this is about: when the feed's is another one by now, none of it holds. */
  readonly url: string
  readonly etag: string | null
  readonly lastModified: string | null
  /** When it is read next; null once it is gone (410) and will not be read again by itself. */
  readonly nextAt: EpochMs | null
  /** The present interval, before jitter. */
  readonly intervalMs: number
  readonly lastFetchedAt: EpochMs | null
  /** In a row. */
  readonly failures: number
  readonly lastError: string | null
  /** When something new last came. */
  readonly lastItemAt: EpochMs | null
  /** Where it moved for good, the last time that it did. */
  readonly movedTo: string | null
  /** New items so far. */
  readonly itemsSeen: number
}
