import type { Given } from '../../api/client.ts'
import type { Feed } from './health.tsx'
import type { CategoryLine, KeywordLine } from './rules.tsx'

export type FeedInput = Given<'POST /feeds'>['body']
/** What the fields hold. Minutes as text: empty is the default. */
export interface FeedDraft {
  readonly name: string
  readonly url: string
  readonly title: string
  readonly topics: readonly string[]
  readonly categories: readonly CategoryLine[]
  readonly keywords: readonly KeywordLine[]
  readonly language: string
  readonly enabled: boolean
  readonly minMinutes: number | ''
  readonly maxMinutes: number | ''
}

const minuteMs = 60_000

export const emptyFeed: FeedDraft = {
  name: '',
  url: '',
  title: '',
  topics: [],
  categories: [],
  keywords: [],
  language: '',
  enabled: true,
  minMinutes: '',
  maxMinutes: '',
}

const minutesOf = (ms: number | null): number | '' => (ms === null ? '' : ms / minuteMs)

export const draftOf = (feed: Feed): FeedDraft => ({
  name: feed.name,
  url: feed.url,
  title: feed.title,
  topics: feed.topics,
  categories: Object.entries(feed.categoryMap).map(([category, topic]) => ({ category, topic })),
  keywords: feed.keywordRules.map(({ topic, words, in: place }) => ({
    topic,
    words: words.join(', '),
    in: place,
  })),
  language: feed.language ?? '',
  enabled: feed.enabled,
  minMinutes: minutesOf(feed.minIntervalMs),
  maxMinutes: minutesOf(feed.maxIntervalMs),
})

const msOf = (minutes: number | ''): number | null => (minutes === '' ? null : Math.round(minutes * minuteMs))

/** The rules: what a preview needs, too. Lines that say nothing are left out. */
export const rulesOf = ({ url, topics, categories, keywords, language }: FeedDraft) => ({
  url: url.trim(),
  topics,
  categoryMap: Object.fromEntries(
    categories
      .filter(({ category, topic }) => category.trim() !== '' && topic.trim() !== '')
      .map(({ category, topic }) => [category.trim(), topic.trim()]),
  ),
  keywordRules: keywords
    .map(({ topic, words, in: place }) => ({
      topic: topic.trim(),
      words: words.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()])),
      in: place,
    }))
    .filter(({ topic, words }) => topic !== '' && words.length > 0),
  language: language.trim() === '' ? null : language.trim(),
})

export const inputOf = (draft: FeedDraft): FeedInput => ({
  ...rulesOf(draft),
  name: draft.name.trim(),
  title: draft.title.trim(),
  enabled: draft.enabled,
  minIntervalMs: msOf(draft.minMinutes),
  maxIntervalMs: msOf(draft.maxMinutes),
})

/** A name out of a title: `the-daily-planet`. */
export const slugOf = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60)
