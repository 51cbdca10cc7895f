import { isDeepStrictEqual } from 'node:util'
import type { EpochMs } from '../../engine/model/ids.ts'
import type { Item, ItemInput } from '../../engine/model/item.ts'

export type ItemFields = Omit<Item, 'id' | 'key' | 'createdAt' | 'updatedAt'>

export const keyOf = (input: ItemInput): string => input.key ?? input.url

/** `known` is the present row, or null for a new one. */
export function itemFields(input: ItemInput, known: ItemFields | null, now: EpochMs): ItemFields {
  return {
    title: input.title,
    url: input.url,
    summary: input.summary,
    body: input.body,
    imageUrl: input.imageUrl,
    author: input.author,
    language: input.language,
    topics: [...input.topics],
    popularity: input.popularity,
    // A feed without dates must not make every item new again with each fetch.
    publishedAt: input.publishedAt ?? known?.publishedAt ?? now,
  }
}

export const sameItem = (known: ItemFields, next: ItemFields): boolean =>
  (Object.keys(next) as (keyof ItemFields)[]).every((key) => isDeepStrictEqual(known[key], next[key]))
