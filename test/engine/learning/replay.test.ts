import { describe, expect, test } from 'vitest'
import { createReplayLog, LogLineError } from '../../../engine/learning/replay/log.ts'
import { replay, replayDefaults } from '../../../engine/learning/replay/replay.ts'
import { foreignNews, logOf } from './foreign-news.ts'

const minute = 60_000
const at = Date.UTC(2026, 0, 5, 7)
const logFrom = (events: readonly object[], items: readonly object[] = []) =>
  logOf({ items: items.map((one) => JSON.stringify(one)), events: events.map((one) => JSON.stringify(one)) })
const shown = (fields: object) => ({ type: 'impression', at, reader: 'r', items: ['a', 'b', 'c'], ...fields })
const click = (fields: object) => ({ type: 'click', at, reader: 'r', item: 'b', ...fields })

describe('a replay', () => {
  test('does well on news of which nobody declared or dated anything', () => {
    const report = replay(logOf(foreignNews({ seed: 1, impressions: 8000 })), replayDefaults)
    const { learned, interest, popularity } = report.scores
    expect(report.measured).toBeGreaterThan(1000)
    expect(learned.ndcg).toBeGreaterThan(interest.ndcg * 1.25)
    expect(learned.ndcg).toBeGreaterThan(popularity.ndcg * 1.15)
    expect(learned.hit1).toBeGreaterThan(popularity.hit1)
    expect(report.lead.interest.low).toBeGreaterThan(0)
    expect(report.lead.popularity.low).toBeGreaterThan(0)
  })

  test('finds nothing where there is nothing to find: it does not look ahead', () => {
    const { lead } = replay(logOf(foreignNews({ seed: 2, impressions: 8000, noise: true })), replayDefaults)
    for (const { value } of [lead.interest, lead.popularity]) expect(Math.abs(value)).toBeLessThan(0.03)
  })

  test('ranks by what was known when a letter was shown, not by what was clicked after', () => {
    // Until 07:30 "c" was never clicked; the clicks on it come after the last letter was shown.
    const before = Array.from({ length: 50 }, (_, i) =>
      shown({ at: at + i, reader: `r${i}`, clicked: i % 2 ? ['b'] : [] }),
    )
    const last = shown({ at: at + 30 * minute, reader: 'x', clicked: ['b'] })
    const after = Array.from({ length: 50 }, (_, i) => [
      shown({ at: at + 29 * minute, reader: `s${i}`, letter: i }),
      click({ at: at + 31 * minute, reader: `s${i}`, letter: i, item: 'c' }),
    ]).flat()
    const settings = { ...replayDefaults, trainShare: 0.999 }
    const { scores, measured } = replay(logFrom([...after, last, ...before]), settings)
    expect(measured).toBe(1)
    expect(scores.learned).toEqual({ ndcg: 1, hit1: 1, hit3: 1, hit10: 1 })
    expect(scores.popularity.hit1).toBe(1)
  })

  test('is the same from lines in any order', () => {
    const { items, events } = foreignNews({ seed: 3, impressions: 600 })
    const report = replay(logOf({ items, events }), replayDefaults)
    expect(replay(logOf({ items, events: events.toReversed() }), replayDefaults)).toEqual(report)
  })

  test('of nothing is no reason to fail', () => {
    const report = replay(logFrom([]), replayDefaults)
    expect(report).toMatchObject({ impressions: 0, measured: 0, splitAt: null })
    expect(report.scores.learned.ndcg).toBe(0)
  })
})

describe('a log of impressions', () => {
  test('joins clicks with the letter that they name, else with the last that held the item', () => {
    const { impressions, orphans, clicks } = logFrom([
      shown({ letter: 1 }),
      shown({ at: at + minute, letter: 2 }),
      shown({ at: at + 2 * minute, letter: 3, items: ['a', 'c'] }),
      click({ at: at + 3 * minute, letter: 1 }),
      click({ at: at + 4 * minute }),
      click({ at: at + 5 * minute, item: 'new' }),
      click({ at: at + 6 * minute, reader: 'somebody else' }),
    ])
    expect(impressions.map((one) => [...one.clicks])).toEqual([
      [[1, at + 3 * minute]],
      [[1, at + 4 * minute]],
      [],
      [[0, at + 5 * minute]],
      [[0, at + 6 * minute]],
    ])
    expect({ orphans, clicks }).toEqual({ orphans: 2, clicks: 4 })
  })

  test('takes an impression item by item', () => {
    const one = (item: string, fields: object = {}) => ({
      type: 'impression',
      at,
      reader: 7,
      item,
      ...fields,
    })
    const { impressions, items } = logFrom([
      one('a'),
      one('b'),
      one('a', { at: at + 1 }),
      one('b', { at: at + 1, reader: 8 }),
      one('c', { at: at + 2, reader: 8, letter: 'x' }),
      one('a', { at: at + 3, reader: 8, letter: 'x' }),
    ])
    const keys = impressions.map((impression) => impression.items.map((index) => items[index]!.key).join(''))
    expect(keys).toEqual(['ab', 'a', 'b', 'ca'])
  })

  test('takes an item for new when it was first shown, unless somebody says when it was published', () => {
    const { items } = logFrom(
      [shown({ at: at + minute, items: ['a', 'b'] }), shown({ items: ['b', 'never listed'] })],
      [{ key: 'a' }, { key: 'b', publishedAt: '2026-01-01T00:00:00Z' }, { id: 5, topics: ['x', 'x'] }],
    )
    expect(items.map(({ key, publishedAt }) => [key, publishedAt])).toEqual([
      ['a', at + minute],
      ['b', Date.UTC(2026, 0, 1)],
      ['5', Number.POSITIVE_INFINITY],
      ['never listed', at],
    ])
    expect(items[2]!.topics).toEqual(['x'])
  })

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no time', JSON.stringify(shown({ at: 'soon' }))],
    ['no reader', JSON.stringify(shown({ reader: null }))],
    ['nothing shown', JSON.stringify(shown({ items: [] }))],
    ['no item', JSON.stringify(click({ item: {} }))],
    ['another type', JSON.stringify(shown({ type: 'viewed' }))],
    ['a click on what was not shown', JSON.stringify(shown({ clicked: ['z'] }))],
  ])('refuses a line with %s, and takes nothing of it', (_, line) => {
    const log = createReplayLog()
    expect(() => log.event(line)).toThrow(LogLineError)
    expect(log.finish().impressions).toEqual([])
  })
})
