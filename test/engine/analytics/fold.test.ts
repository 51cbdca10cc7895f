import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CountFacts, fold, needsOf } from '../../../engine/analytics/fold.ts'
import { addedScore, scoreAt, scoreHalfLifeMs } from '../../../engine/analytics/score.ts'
import { readClasses } from '../../../engine/model/event.ts'
import type { EventId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { type CountedEvent, type CountedPerson, dayMs } from '../../../engine/model/rollup.ts'
import { createRollups } from '../../../stores/memory/analytics/rollups.ts'
import { createState } from '../../../stores/memory/state.ts'

const at = Date.UTC(2027, 0, 15, 12)
const facts: CountFacts = {
  variantOf: (_, subscriberId) => (subscriberId === 1 ? 'holdout' : 'learned'),
  topicsOf: (_, link) => (link === 0 ? [] : link === 1 ? ['sea'] : ['sea', 'sky']),
  providerOf: (domain) => (domain === 'gmail.com' ? 'google' : 'other'),
}
const people = [1, 2, 3].map((id): CountedPerson => {
  const domain = id === 1 ? 'gmail.com' : id === 2 ? 'example.org' : ''
  return {
    subscriberId: id as SubscriberId,
    domain,
    language: id === 1 ? 'de' : null,
    joinedAt: at - 40 * dayMs,
  }
})

const event = (fields: Partial<CountedEvent> = {}): CountedEvent => ({
  id: 1 as EventId,
  publicationId: 7 as PublicationId,
  subscriberId: 1 as SubscriberId,
  type: 'opened',
  at,
  class: 'human',
  was: null,
  link: null,
  detail: null,
  ...fields,
})
const known = { people, touches: [], scores: [], active: [] }
const step = (...events: readonly CountedEvent[]) => fold(0, events, known, facts)
const brief = (rows: readonly { readonly dimension: string; readonly value: string }[]) =>
  rows.map(({ dimension, value, ...rest }) => {
    const { type, class: by, n, people: some } = rest as never as Record<string, string | number>
    return `${dimension}=${value} ${type} ${by} ${n ?? some}`
  })

/** All numbers of events that are counted in steps that end where `cuts` say. */
async function counted(events: readonly CountedEvent[], cuts: readonly number[]) {
  const state = createState(new Map(), () => 0)
  const rollups = createRollups(state)
  let cursor = 0
  for (let from = 0; from < events.length; ) {
    const to = cuts.find((cut) => cut > from) ?? events.length
    const part = events.slice(from, to).map((one, i) => ({ ...one, id: (from + i + 1) as EventId }))
    const told = { ...(await rollups.known(needsOf(part))), people }
    const next = fold(cursor, part, told, facts)
    expect(await rollups.apply(next)).toBe(true)
    cursor = next.to
    from = to
  }
  const { counts, people: reached, quarters, cohorts, active, touches, scores } = state.rollups
  const exact = [counts, reached, quarters, cohorts, active, touches].map((rows) =>
    [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
  return { exact, scores: new Map([...scores].map(([id, log2]) => [id, log2.toFixed(6)])) }
}

describe('fold', () => {
  test('counts a click under all that it belongs to, and its person once in each union', () => {
    const {
      counts,
      people: reached,
      quarters,
      touches,
    } = step(
      event({ type: 'clicked', class: 'proxy', link: 2 }),
      event({ type: 'clicked', class: 'proxy', link: 2, id: 2 as EventId }),
    )
    const places = ['all=', 'domain=gmail.com', 'provider=google', 'language=de', 'variant=holdout']
    const links = ['topic=sea', 'topic=sky', 'link=2']
    expect(brief(counts)).toEqual([...places, ...links].map((place) => `${place} clicked proxy 2`))
    expect(brief(reached).toSorted()).toEqual(
      [...places, ...links]
        .flatMap((place) => ['proxy', 'people', 'all'].map((by) => `${place} clicked ${by} 1`))
        .toSorted(),
    )
    expect(quarters).toMatchObject([{ type: 'clicked', class: 'proxy', n: 2 }])
    expect(touches).toMatchObject([{ publicationId: 7, subscriberId: 1, counts: [7, 2, 28, 2] }])
  })

  test('takes back what a correction takes back, and leaves the rest', () => {
    const scanned = event({ class: 'scanner', was: 'human' })
    const { counts, people: reached, scores, active, cohorts, bins } = step(event(), scanned)
    expect(new Set(counts.map((row) => `${row.class} ${row.n}`))).toEqual(new Set(['scanner 1']))
    expect(new Set(reached.map((row) => row.class))).toEqual(new Set(['scanner', 'all']))
    expect(scores).toEqual([{ subscriberId: 1, log2: null }])
    expect(active).toMatchObject([{ n: 0 }])
    expect([...cohorts, ...bins]).toEqual([])

    const twice = step(event(), event(), scanned)
    expect(twice.people.filter((row) => row.dimension === 'all').map((row) => row.class)).toEqual([
      'human',
      'people',
      'all',
      'scanner',
    ])
    expect(twice.scores).toEqual([{ subscriberId: 1, log2: addedScore(null, 'opened', at, 1) }])
  })

  test('tells bounces apart by the word before their colon', () => {
    const details = ['hard: no such user', 'soft', 'harder: still', null]
    const { counts } = step(...details.map((detail) => event({ type: 'bounced', class: null, detail })))
    const all = counts.filter((row) => row.dimension === 'all')
    expect(all.map((row) => [row.class, row.n])).toEqual([
      ['hard', 1],
      ['soft', 1],
      ['', 2],
    ])
  })

  test('keeps nothing of those who were erased, and counts their events', () => {
    const gone = event({ subscriberId: 3 as SubscriberId })
    const { counts, ...rest } = step(gone, { ...gone, type: 'complained', class: null })
    expect(brief(counts)).toContain('domain= opened human 1')
    expect(brief(counts)).toContain('provider= opened human 1')
    expect([rest.people, rest.touches, rest.scores, rest.active, rest.cohorts, rest.bins].flat()).toEqual([])
  })

  test('asks for what it needs, once each', () => {
    const other = { subscriberId: 2 as SubscriberId, class: 'scanner' } as const
    const needs = needsOf([
      event(),
      event({ type: 'clicked' }),
      event(other),
      event({ ...other, was: 'human', at: at - 31 * dayMs }),
      event({ type: 'sent', class: null, subscriberId: 3 as SubscriberId }),
    ])
    expect(needs).toEqual({
      subscribers: [1, 2, 3],
      touches: [
        [7, 1],
        [7, 2],
      ],
      scores: [1, 2],
      active: [
        [1, 202_701],
        [2, 202_612],
      ],
    })
  })

  test('comes to the same numbers in whatever order and steps', async () => {
    const read = fc.record({
      publicationId: fc.constantFrom(7, 8),
      subscriberId: fc.constantFrom(1, 2, 3),
      type: fc.constantFrom('opened', 'clicked'),
      class: fc.constantFrom(...readClasses),
      link: fc.option(fc.nat({ max: 2 })),
      days: fc.nat({ max: 60 }),
      // What it turns out to be later.
      later: fc.option(fc.constantFrom(...readClasses)),
    })
    const story = fc.array(read, { minLength: 1, maxLength: 15 })
    const cuts = fc.array(fc.nat({ max: 30 }), { maxLength: 6 }).map((list) => list.toSorted((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(
        story,
        fc.array(fc.nat(), { minLength: 15, maxLength: 15 }),
        cuts,
        async (told, keys, ends) => {
          const pairs = told.map(({ later, days, ...fields }) => {
            const link = fields.type === 'clicked' ? fields.link : null
            const first = event({ ...(fields as Partial<CountedEvent>), link, at: at - days * dayMs })
            return later === null ? [first] : [first, { ...first, class: later, was: first.class }]
          })
          const shuffled = pairs.map((pair, i) => ({ pair, key: keys[i]! })).toSorted((a, b) => a.key - b.key)
          // All reads in their order, then their corrections; or each right after the other, in another order.
          const one = [...pairs.map(([first]) => first!), ...pairs.flatMap(([, ...rest]) => rest)]
          const other = shuffled.flatMap(({ pair }) => pair)
          expect(await counted(one, ends)).toEqual(await counted(other, []))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a score', () => {
  test('halves in a half-life, and a click is worth four reads', () => {
    const opened = addedScore(null, 'opened', at, 1)
    expect(scoreAt(opened, at)).toBeCloseTo(1)
    expect(scoreAt(addedScore(opened, 'clicked', at, 1), at)).toBeCloseTo(5)
    expect(scoreAt(opened, at + scoreHalfLifeMs)).toBeCloseTo(0.5)
    const later = addedScore(opened, 'opened', at + scoreHalfLifeMs, 1)
    expect(scoreAt(later, at + scoreHalfLifeMs)).toBeCloseTo(1.5)
  })

  test('is nothing when all of it was taken back, in whatever order', () => {
    const reads = [0, 11, 80, 300].map(
      (days) => [days % 2 === 0 ? 'opened' : 'clicked', at + days * dayMs] as const,
    )
    let score: number | null = null
    for (const [type, when] of reads) score = addedScore(score, type, when, 1)
    for (const [type, when] of reads.toReversed()) score = addedScore(score, type, when, -1)
    expect(score).toBeNull()
    expect(addedScore(null, 'opened', at, -1)).toBeNull()
  })
})
