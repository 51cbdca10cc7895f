import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTopicMatcher, createTopicRules } from '../../../engine/content/topics.ts'
import type { KeywordRule } from '../../../engine/model/feed.ts'

const rule = (topic: string, words: readonly string[], where: KeywordRule['in'] = 'any'): KeywordRule => ({
  topic,
  words,
  in: where,
})
const found = (words: readonly string[], body: string) =>
  createTopicMatcher([rule('t', words)]).match({ title: '', body }).length === 1

describe('keyword rules', () => {
  test.each([
    ['the word', 'sea', 'by the sea', true],
    ['at the beginning and the end', 'sea', 'Sea', true],
    ['case aside', 'IT-Sicherheit', 'mehr it-sicherheit!', true],
    ['not within another word', 'sea', 'a search, undersea', false],
    ['not beside a digit or "_"', 'sea', 'sea2 sea_x', false],
    ['beside punctuation', 'c++', 'in C++, mostly', true],
    ['a phrase', 'north sea', 'the North\n  Sea', true],
    ['letters with marks', 'café', 'the cafe\u0301 there', true],
    ['not a word that goes on with a mark', 'cafe', 'cafe\u0301', false],
    ['wide letters', 'sea', 'ｓｅａ', true],
    ['without spaces between words', '東京', '今日は東京で', true],
    ['nothing of regular expressions', 's.a', 'sea', false],
    ['one word after a false start', 'aab', 'aaaab aab', true],
  ])('%s', (_what, word, text, expected) => {
    expect(found([word], text)).toBe(expected)
  })

  test('look where they say', () => {
    const matcher = createTopicMatcher([
      rule('title', ['sea'], 'title'),
      rule('body', ['sea'], 'body'),
      rule('any', ['sea']),
    ])
    expect(matcher.match({ title: 'sea', body: '' })).toEqual(['title', 'any'])
    expect(matcher.match({ title: '', body: 'sea' })).toEqual(['body', 'any'])
    expect(matcher.match({ title: 'se', body: 'a' })).toEqual([])
  })

  test('find a word that ends within another one that began', () => {
    const matcher = createTopicMatcher([rule('long', ['north sea port']), rule('short', ['sea'])])
    expect(matcher.match({ title: '', body: 'north sea isle' })).toEqual(['short'])
  })

  test('agree with a plain search, whatever the words', () => {
    const word = fc
      .array(fc.constantFrom('a', 'b', ' '), { minLength: 1, maxLength: 5 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.array(word, { maxLength: 12 }),
        (words, parts) => {
          const text = parts.join('')
          const plain = (raw: string) => ` ${raw.trim().replace(/ +/g, ' ')} `
          const expected = words.some((each) => each.trim() !== '' && plain(text).includes(plain(each)))
          expect(found(words, text)).toBe(expected)
        },
      ),
    )
  })
})

describe('topics of an item', () => {
  const item = { title: 'A port', body: 'by the sea', categories: ['IT  SICHERHEIT', 'Other'] }

  test("are the feed's, those of its categories, those of its words, each once", () => {
    const topicsOf = createTopicRules({
      topics: ['news', 'sea'],
      categoryMap: { 'IT Sicherheit': 'security', Unused: 'unused' },
      keywordRules: [rule('sea', ['sea']), rule('ports', ['port', 'ports'])],
    })
    expect(topicsOf(item)).toEqual(['news', 'sea', 'security', 'ports'])
  })

  test('are 32 at most', () => {
    const topics = Array.from({ length: 32 }, (_, n) => `t${n}`)
    const topicsOf = createTopicRules({ topics, categoryMap: {}, keywordRules: [rule('sea', ['sea'])] })
    expect(topicsOf(item)).toEqual(topics)
  })

  test('of a category by a name of Object are none', () => {
    const topicsOf = createTopicRules({ topics: [], categoryMap: {}, keywordRules: [] })
    expect(topicsOf({ ...item, categories: ['constructor', '__proto__'] })).toEqual([])
  })
})
