import { describe, expect, test } from 'vitest'
import { learnedWeights, readTallies, writeTallies } from '../../../engine/personalise/model/affinity.ts'
import { feature, featureCount, prior } from '../../../engine/personalise/model/features.ts'
import { createModel, newReader, settled, unread } from '../../../engine/personalise/model/model.ts'
import { createRegression } from '../../../engine/personalise/model/regression.ts'
import { readModel, shareModel } from '../../../engine/personalise/model/shared.ts'
import { modelOf, readSnapshot, snapshotOf } from '../../../engine/personalise/model/snapshot.ts'
import { oddsAt } from '../../../engine/personalise/model/tally.ts'
import { candidate, hour, now, seeded, topics } from './newsroom.ts'
import { read, readerHalfLifeMs, settings, sight, trained, weightsOf } from './world.ts'

const itemOdds = (model: ReturnType<typeof createModel>, id: number) =>
  oddsAt(model.items.get(id), now, settled.item.halfLifeMs, settled.item.strength)
const news = Array.from({ length: 30 }, (_, i) => candidate(i + 1, { topics: [topics[i % 5]!] }))

describe('the regression', () => {
  test('finds the weights that made its data', () => {
    const random = seeded(5)
    const truth = Float64Array.from(prior, ({ mean }) => mean)
    truth[feature.bias] = -1.5
    truth[feature.depth] = 0.9
    truth[feature.recency] = 0.3
    const model = createRegression()
    const x = new Float64Array(featureCount)
    for (let i = 0; i < 40_000; i++) {
      x.set([1, -Math.log1p(i % 10), 0, 0, -3 * random(), 0, 0, 0, 0, 0, 0])
      const z = truth.reduce((sum, weight, j) => sum + weight * x[j]!, 0)
      model.see(x, model.predict(x))
      if (random() < 1 / (1 + Math.exp(-z))) model.click(x)
    }
    for (const name of ['bias', 'depth', 'recency'] as const)
      expect(Math.abs(model.mean[feature[name]]! - truth[feature[name]]!), name).toBeLessThan(0.15)
    expect(model.mean[feature.item]).toBe(1)
  })

  test('stays finite, and every belief a variance, through a long time of one and the same', () => {
    const model = createRegression()
    const x = new Float64Array(featureCount).fill(1)
    for (let i = 0; i < 200_000; i++) {
      model.see(x, model.predict(x))
      if (i % 100 === 0) model.forget(0.9)
    }
    expect([...model.mean, ...model.covariance].every(Number.isFinite)).toBe(true)
    for (const [i, { deviation }] of prior.entries()) {
      expect(model.covariance[i * featureCount + i]).toBeGreaterThan(0)
      expect(model.covariance[i * featureCount + i]).toBeLessThanOrEqual(deviation ** 2 + 1e-9)
    }
  })
})

describe('the model', () => {
  test('does not hold its place against an item', () => {
    const random = seeded(2)
    const model = createModel(settings)
    const looked = (place: number) => 1 / (place + 1) ** 0.8
    // Items 1 and 2 are as good as each other; 1 always leads and 2 always ends the letter.
    for (let i = 0; i < 4000; i++) {
      const between = Array.from({ length: 8 }, () => news[2 + Math.floor(random() * 28)]!)
      const letter = [news[0]!, ...between, news[1]!].map((item, place) => sight(item, place))
      const clicked = letter.flatMap((_, place) => (random() < 0.15 * looked(place) ? [place] : []))
      read(model, letter, clicked)
    }
    const raw = Math.log(1 / looked(9))
    expect(raw).toBeGreaterThan(1.8)
    expect(Math.abs(itemOdds(model, 1) - itemOdds(model, 2))).toBeLessThan(0.35)
  })

  test('learns of a reader what sets them apart from the others, not that they click much', () => {
    const model = createModel(settings)
    const reader = newReader(now)
    const letter = news.slice(0, 10).map((item, place) => sight(item, place))
    for (let i = 0; i < 40; i++) read(model, letter, [0, 5], newReader(now), now - 40 * hour + i)
    for (let i = 0; i < 10; i++)
      read(model, letter, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], reader, now - 10 * hour + i)
    const weights = Object.values(learnedWeights(reader, now, readerHalfLifeMs))
    for (const weight of weights) expect(weight).toBeLessThan(1)
  })

  test('takes back what turned out to be no person', () => {
    const model = createModel(settings)
    const letter = news.slice(0, 5).map((item, place) => sight(item, place))
    for (let i = 0; i < 50; i++) read(model, letter, [i % 5])
    const reader = newReader(now)
    const before = [1, 2, 3].map((id) => itemOdds(model, id))
    const mean = [...model.regression.mean]
    const reading = { seen: true, clicked: new Set([0, 2]) }
    model.learn(letter, unread, reading, reader, now)
    expect(itemOdds(model, 1)).toBeGreaterThan(before[0]!)
    model.learn(letter, reading, unread, reader, now)
    for (const [i, id] of [1, 2, 3].entries()) expect(itemOdds(model, id)).toBeCloseTo(before[i]!, 2)
    for (const [i, weight] of model.regression.mean.entries()) expect(weight).toBeCloseTo(mean[i]!, 1)
    expect(model.observations).toEqual({ seen: 250, clicked: 50 })
    for (const weight of Object.values(learnedWeights(reader, now, readerHalfLifeMs)))
      expect(Math.abs(weight)).toBeLessThan(0.05)
  })

  test('learns the same of a click that is told later than its letter was opened', () => {
    const letter = news.slice(0, 6).map((item, place) => sight(item, place))
    const [atOnce, later] = [createModel(settings), createModel(settings)]
    const readers = [newReader(now), newReader(now)]
    for (let i = 0; i < 60; i++) {
      const at = now - 60 * hour + i * hour
      const clicked = { seen: true, clicked: new Set([2]) }
      const opened = { seen: true, clicked: new Set<number>() }
      atOnce.learn(letter, unread, clicked, readers[0]!, at)
      later.learn(letter, unread, opened, readers[1]!, at)
      later.learn(letter, opened, clicked, readers[1]!, at)
    }
    const [a, b] = readers.map((reader) => learnedWeights(reader, now, readerHalfLifeMs).cities!)
    expect(a).toBeGreaterThan(0.5)
    expect(Math.abs(a! - b!)).toBeLessThan(0.2)
    const ahead = [atOnce, later].map(
      (model, i) => model.score(letter[2]!, readers[i]!, now) - model.score(letter[0]!, readers[i]!, now),
    )
    expect(ahead[0]).toBeGreaterThan(2)
    expect(Math.abs(ahead[0]! / ahead[1]! - 1)).toBeLessThan(0.1)
  })

  test('forgets: half of what was learned after a half-life', () => {
    const model = createModel(settings)
    for (let i = 0; i < 100; i++) read(model, [sight(news[0]!, 0)], i % 2 === 0 ? [0] : [])
    const tally = model.items.get(1)!
    const later = now + settled.item.halfLifeMs
    const expected = Math.log((tally.clicks / 2 + 3) / (tally.expected / 2 + 3))
    expect(oddsAt(tally, later, settled.item.halfLifeMs, 3)).toBeCloseTo(expected, 9)
  })
})

describe('a snapshot', () => {
  const text = () => JSON.stringify(snapshotOf(trained(news, 'climate', seeded(1))))

  test('comes back as it was', () => {
    const found = readSnapshot(text())
    if (!('snapshot' in found)) throw new Error(found.problem)
    expect(snapshotOf(modelOf(found.snapshot, settings))).toEqual(found.snapshot)
  })

  test.each([
    ['no number', (one: string) => one.replace(/"mean":\[[^,]+/, '"mean":[null')],
    ['a huge weight', (one: string) => one.replace(/"mean":\[[^,]+/, '"mean":[99')],
    ['an endless one', (one: string) => one.replace(/"mean":\[[^,]+/, '"mean":[1e999')],
    ['clicks below zero', (one: string) => one.replace(/"items":\[\[(\d+),[^,]+/, '"items":[[$1,-5')],
    ['more clicked than seen', (one: string) => one.replace(/"seen":\d+/, '"seen":1')],
    ['a weight too few', (one: string) => one.replace(/"mean":\[[^,]+,/, '"mean":[')],
    ['half of it', (one: string) => one.slice(0, one.length / 2)],
  ])('with %s is refused', (_, spoil) => {
    const spoiled = spoil(text())
    expect(spoiled).not.toBe(text())
    expect(readSnapshot(spoiled)).toHaveProperty('problem')
  })

  test('is read by threads only when it is whole', () => {
    const buffer = shareModel(7, snapshotOf(trained(news, 'climate', seeded(1))))
    expect(readModel(buffer).version).toBe(7)
    Atomics.store(new Int32Array(buffer, 0, 1), 0, 0)
    expect(() => readModel(buffer)).toThrow('before it was written')
  })

  test('gives threads the odds that the model has, at any time', () => {
    const model = trained(news, 'climate', seeded(4))
    const weights = weightsOf(model)
    for (const later of [0, 50 * hour]) {
      const { item, topic } = settled
      for (const { id } of news)
        expect(weights.item(id, now + later).odds).toBeCloseTo(
          oddsAt(model.items.get(id), now + later, item.halfLifeMs, item.strength),
          4,
        )
      expect(weights.topic('climate', now + later)).toBeCloseTo(
        oddsAt(model.topics.get('climate'), now + later, topic.halfLifeMs, topic.strength),
        4,
      )
    }
    expect(weights.item(999, now)).toEqual({ odds: 0, clicks: 0 })
    expect(weights.topic('constructor', now)).toBe(0)
  })
})

test('what is kept of a reader comes back, and is not more than is needed', () => {
  const model = createModel(settings)
  const reader = newReader(now)
  const strange = Array.from({ length: 90 }, (_, i) => candidate(100 + i, { topics: [`topic-${i}`] }))
  for (const [i, item] of strange.entries()) read(model, [sight(item, 0)], [0], reader, now + i)
  const text = writeTallies(reader)
  const again = readTallies(text, now)
  expect(again.topics.size).toBe(64)
  expect(again.topics.has('topic-89')).toBe(true)
  expect(writeTallies(again)).toBe(text)
  const weights = learnedWeights(again, now, readerHalfLifeMs)
  expect(Object.keys(weights)).toHaveLength(32)
  for (const weight of Object.values(weights)) expect(weight).toBe(Math.round(weight * 1000) / 1000)
})
