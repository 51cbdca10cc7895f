import { describe, expect, test } from 'vitest'
import { makeItems } from '../../../app/demo/content/items.ts'
import { makePeople } from '../../../app/demo/content/people.ts'
import { list, paper, topics } from '../../../app/demo/content/publication.ts'
import { seeded } from '../../../app/demo/content/seeded.ts'
import { selectionSchema } from '../../../engine/model/campaign.ts'
import type { ItemId } from '../../../engine/model/ids.ts'
import { itemInputSchema } from '../../../engine/model/item.ts'
import { listInputSchema, topicInputSchema } from '../../../engine/model/list.ts'
import { subscriberInputSchema } from '../../../engine/model/subscriber.ts'
import { addressSchema } from '../../../engine/model/values.ts'
import { createInterestRanker } from '../../../engine/personalise/interest-ranker.ts'

const now = Date.UTC(2026, 10, 12, 7)
const items = makeItems(now)
const people = makePeople(2000, seeded(1))
const topicNames = new Set(topics.map(({ name }) => name))
const reserved = /(^|[./@])example(\.(com|net|org))?($|\/)/

describe('the items of the demo', () => {
  test('pass the schema that the API uses', () => {
    for (const item of items) expect(itemInputSchema.parse(item)).toEqual(item)
  })

  test('are some fifty, each with a key, an address and a title of its own', () => {
    expect(items.length).toBeGreaterThanOrEqual(48)
    for (const field of ['key', 'url', 'title', 'summary'] as const) {
      expect(new Set(items.map((item) => item[field])).size).toBe(items.length)
    }
  })

  test('carry topics that exist, and every topic has several', () => {
    for (const { topics: carried } of items) for (const name of carried) expect(topicNames).toContain(name)
    for (const name of topicNames) {
      expect(items.filter((item) => item.topics.includes(name)).length).toBeGreaterThanOrEqual(4)
    }
  })

  test('are of the last week, in two languages, at addresses reserved for examples', () => {
    for (const { publishedAt, url } of items) {
      expect(now - publishedAt!).toBeGreaterThan(0)
      expect(now - publishedAt!).toBeLessThan(7.5 * 86_400_000)
      expect(new URL(url).hostname).toMatch(reserved)
    }
    expect(items.filter(({ language }) => language === 'de').length).toBeGreaterThanOrEqual(4)
  })
})

describe('the people of the demo', () => {
  test('pass the schema that imports use, unchanged', () => {
    for (const person of people) expect(subscriberInputSchema.parse(person)).toEqual(person)
  })

  test('have addresses of their own, reserved for examples', () => {
    expect(new Set(people.map(({ address }) => address)).size).toBe(people.length)
    for (const { address } of people) expect(address).toMatch(/^[a-z0-9.-]+@example\.(com|net|org)$/)
  })

  test('are the same for the same seed, and others for another', () => {
    expect(makePeople(50, seeded(1))).toEqual(people.slice(0, 50))
    expect(makePeople(50, seeded(2))).not.toEqual(people.slice(0, 50))
  })

  test('differ in interests, languages, plans and time zones', () => {
    for (const { topics: weights } of people) {
      for (const name of Object.keys(weights!)) expect(topicNames).toContain(name)
    }
    const kinds = (of: (person: (typeof people)[number]) => unknown) =>
      new Set(people.map((person) => JSON.stringify(of(person)))).size
    expect(kinds(({ topics: weights }) => weights)).toBeGreaterThan(1500)
    expect(kinds(({ timeZone }) => timeZone)).toBeGreaterThan(25)
    expect(kinds(({ attributes }) => attributes!.plan)).toBe(3)
    expect(people.filter(({ language }) => language!.startsWith('de')).length).toBeGreaterThan(300)
    expect(people.filter(({ topics: weights }) => Object.keys(weights!).length === 0).length).toBeGreaterThan(
      20,
    )
  })

  test('each get a full letter, and hardly two get the same', () => {
    const candidates = items.map((item, index) => ({
      ...itemInputSchema.parse(item),
      key: item.key!,
      id: (index + 1) as ItemId,
      publishedAt: item.publishedAt!,
    }))
    const selection = selectionSchema.parse({})
    const letters = createInterestRanker(candidates, selection, now).rank(
      people.map(({ topics: weights, language }) => ({
        interests: weights!,
        language: language!,
        seen: new Set(),
        learned: null,
        seed: 0,
      })),
    )
    expect(letters.every((picks) => picks.length === selection.count)).toBe(true)
    expect(new Set(letters.map((picks) => picks.map(({ index }) => index).join())).size).toBeGreaterThan(1000)
    const english = letters.filter((_, i) => people[i]!.language!.startsWith('en'))
    const german = english.flat().filter(({ index }) => candidates[index]!.language === 'de')
    expect(german.length / english.flat().length).toBeLessThan(0.01)
  })
})

test('the list, the topics and the sender fit their schemas', () => {
  expect(listInputSchema.parse(list)).toEqual(list)
  for (const topic of topics) expect(topicInputSchema.parse(topic)).toEqual(topic)
  expect(addressSchema.parse(paper.sender.address)).toBe(paper.sender.address)
})
