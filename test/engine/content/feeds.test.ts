import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { itemsOf } from '../../../engine/content/feed-items.ts'
import { readFeed } from '../../../engine/content/read-feed.ts'
import type { FeedId } from '../../../engine/model/ids.ts'
import { itemInputSchema } from '../../../engine/model/item.ts'

interface Expected {
  readonly about: string
  readonly format?: string
  readonly contentType?: string
  readonly refreshMs?: number
  /** Each must be among those given. */
  readonly warnings?: readonly string[]
  readonly problem?: string
  /** All items; of each, the fields that the case is about. Times in ISO 8601, null for none. */
  readonly items?: readonly { readonly [field: string]: unknown }[]
}

const folder = join(import.meta.dirname, 'feeds')
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.expected.json'))
  .map((file) => file.replace('.expected.json', ''))
const files = readdirSync(folder)
const now = Date.UTC(2026, 10, 25)

describe('odd feeds', () => {
  test('there are at least forty', () => {
    expect(names.length).toBeGreaterThanOrEqual(40)
  })

  test.each(names)('%s', (name) => {
    const expected = JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')) as Expected
    const file = files.find((each) => each === `${name}.xml` || each === `${name}.json-feed`)!
    const feed = readFeed(readFileSync(join(folder, file)), { contentType: expected.contentType ?? null })
    if (expected.problem !== undefined) {
      expect(feed).toEqual({ problem: expected.problem })
      return
    }
    if ('problem' in feed) throw new Error(`${expected.about}: ${feed.problem}`)
    const made = itemsOf(feed, { feedId: 7 as FeedId, url: 'https://site.example/feed', language: null, now })
    expect(feed.format).toBe(expected.format)
    if (expected.refreshMs !== undefined) expect(feed.refreshMs).toBe(expected.refreshMs)
    expect([...feed.warnings, ...made.warnings]).toEqual(
      expect.arrayContaining([...(expected.warnings ?? [])]),
    )
    const seen = made.items.map(({ item, categories }, index) => {
      const all: Record<string, unknown> = {
        ...item,
        categories,
        publishedAt: item.publishedAt === undefined ? null : new Date(item.publishedAt).toISOString(),
      }
      const wanted = Object.keys(expected.items?.[index] ?? { title: '', url: '' })
      return Object.fromEntries(wanted.map((field) => [field, all[field]]))
    })
    expect(seen).toEqual(expected.items)
    // Whatever a feed holds, the store is given what the API would take.
    for (const { item } of made.items) expect(itemInputSchema.safeParse(item).error).toBeUndefined()
  })
})
