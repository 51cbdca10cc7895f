import { z } from 'zod'
import type { EpochMs, ItemId } from './ids.ts'
import { epochMsSchema, isText, languageSchema, noText, slugSchema, textSchema } from './values.ts'

/** A piece of content that letters are made of. */
export interface Item {
  readonly id: ItemId
  /** The source's own id (a feed's guid, a CMS key); unique. Defaults to the URL. */
  readonly key: string
  readonly title: string
  readonly url: string
  /** Plain text, a few sentences. */
  readonly summary: string
  /** HTML of the whole piece, or null where only the link is known. */
  readonly body: string | null
  readonly imageUrl: string | null
  readonly author: string | null
  readonly language: string | null
  readonly topics: readonly string[]
  /** How well it does with readers, 0 to 1; 0.5 where nothing is known. */
  readonly popularity: number
  readonly publishedAt: EpochMs
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

const webUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(2048)
  .refine(isText, noText)

export const itemInputSchema = z.strictObject({
  key: textSchema.min(1).max(512).optional(),
  title: textSchema.trim().min(1).max(500),
  url: webUrl,
  summary: textSchema.max(5000).default(''),
  body: textSchema.max(500_000).nullable().default(null),
  imageUrl: webUrl.nullable().default(null),
  author: textSchema.max(200).nullable().default(null),
  language: languageSchema.nullable().default(null),
  topics: z.array(slugSchema).max(32).default([]),
  popularity: z.number().min(0).max(1).default(0.5),
  publishedAt: epochMsSchema.optional(),
})
export type ItemInput = z.infer<typeof itemInputSchema>
