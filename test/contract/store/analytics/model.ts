import fc from 'fast-check'
import { describe, test } from 'vitest'
import { type NewDeliveryEvent, type ReadClass, readClasses } from '../../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import { dayMs, isRead } from '../../../../engine/model/rollup.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { fresh, now, type OpenStore, startRun, useStore } from '../fixtures.ts'
import { expectExact, type Scope } from './numbers.ts'
import { nextStep, rollUp } from './roll.ts'

// Small on purpose: the same person, publication, link, day and key come again and again.
const persons = 4
const runs = 2
const languages = ['de', 'en', undefined] as const
const domains = ['gmail.com', 'example.org', 'Example.net'] as const
const details = [null, 'hard: no such user', 'soft: later', 'full:', 'strange', 'hardly: any'] as const

const plain = {
  run: fc.nat({ max: runs - 1 }),
  person: fc.nat({ max: persons - 1 }),
  /** Half days before now, and a little: no score comes to lie on the edge of its bin. */
  ago: fc.nat({ max: 240 }),
  key: fc.option(fc.nat({ max: 5 }), { freq: 3 }),
}
type Told =
  | {
      readonly do: 'read'
      readonly run: number
      readonly person: number
      readonly ago: number
      readonly key: number | null
      readonly type: 'opened' | 'clicked'
      readonly class: ReadClass | null
      readonly link: number | null
    }
  | {
      readonly do: 'other'
      readonly run: number
      readonly person: number
      readonly ago: number
      readonly key: number | null
      readonly type: 'sent' | 'failed' | 'bounced' | 'complained' | 'unsubscribed'
      readonly detail: string | null
    }
  /** One of the reads so far turns out to be another's. */
  | { readonly do: 'correct'; readonly pick: number; readonly class: ReadClass }

const told: fc.Arbitrary<Told> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      ...plain,
      type: fc.constantFrom('opened' as const, 'clicked' as const),
      class: fc.constantFrom(...readClasses, null),
      link: fc.option(fc.nat({ max: 3 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('other' as const),
      ...plain,
      type: fc.constantFrom('sent', 'failed', 'bounced', 'complained', 'unsubscribed'),
      detail: fc.constantFrom(...details),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('correct' as const),
      pick: fc.nat(),
      class: fc.constantFrom(...readClasses),
    }),
  },
)

/** `append`: that many of what is told, in one call. `count`: a step of so many events. `stale`: two count at once, and the second is
 *  refused. `wrong`: from a cursor that never was. */
const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('append' as const), n: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('count' as const), n: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('stale' as const), n: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wrong' as const), n: fc.integer({ min: 1, max: 9 }) }),
  },
)

/** Whatever is told in whatever steps: the rollups say what the events say. `rounds`: how many stories are told, one after
 *  the other, to one store. */
export function testRollupsModel(open: OpenStore, rounds: number): void {
  describe('rollups', () => {
    const store = useStore(open)

    test('say what the events up to the cursor say, whatever is told in whatever steps', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(told, { minLength: 1, maxLength: 40, size: 'max' }),
          fc.array(act, { minLength: 1, maxLength: 12, size: 'max' }),
          async (story, acts) => {
            const world = await newWorld(store())
            const events = eventsOf(world, story)
            for (const { do: what, n } of acts) {
              if (what === 'append') await store().events.append(events.splice(0, n))
              else await count(store(), what, n)
            }
            // In the middle of it, at its end, and once more from the beginning.
            await expectExact(store(), world)
            await store().events.append(events)
            await Promise.all([rollUp(store(), 5), rollUp(store(), 7)])
            await expectExact(store(), world)
            await store().rollups.reset()
            await rollUp(store(), 100)
            await expectExact(store(), world)
          },
        ),
        { numRuns: rounds },
      )
    })
  })
}

async function count(store: Store, what: 'count' | 'stale' | 'wrong', n: number): Promise<void> {
  const step = await nextStep(store, n)
  const other = await nextStep(store, n + 1)
  if (what === 'wrong') {
    for (const from of [step.from + 1, step.from - 1, 0].filter((cursor) => cursor !== step.from))
      if (await store.rollups.apply({ ...step, from })) throw new Error(`counted from ${from}`)
    return
  }
  if (!(await store.rollups.apply(step))) throw new Error('not counted')
  if (what === 'stale' && step.to > step.from && (await store.rollups.apply(other)))
    throw new Error('counted twice')
}

interface World extends Scope {
  readonly story: string
}

/** Of what was told before nothing is left. */
async function newWorld(store: Store): Promise<World> {
  while ((await store.events.remove({ before: Number.MAX_SAFE_INTEGER, limit: 1000 })) > 0);
  await store.rollups.reset()
  const people: SubscriberId[] = []
  for (let i = 0; i < persons; i += 1) {
    const language = languages[i % languages.length]
    const row = {
      address: `${fresh('reader')}@${domains[i % domains.length]!.toLowerCase()}`,
      ...(language === undefined ? {} : { language }),
    }
    const outcomes = await store.subscribers.upsert([row], { lists: [], now: now - i * 25 * dayMs })
    people.push(outcomes[0]!.id)
  }
  const publications: PublicationId[] = []
  for (let i = 0; i < runs; i += 1) publications.push(await startRun(store, {}))
  return { publications, people, story: fresh('story') }
}

function eventsOf({ publications, people, story }: World, told: readonly Told[]): NewDeliveryEvent[] {
  const events: NewDeliveryEvent[] = []
  // What each read is taken for now, by the key that it was told with.
  const reads: { readonly event: NewDeliveryEvent; taken: ReadClass }[] = []
  const keys = new Set<string>()
  for (const one of told) {
    if (one.do === 'correct') {
      const read = reads[one.pick % Math.max(1, reads.length)]
      if (read === undefined) continue
      events.push({ ...read.event, key: null, class: one.class, was: read.taken })
      read.taken = one.class
      continue
    }
    const { run, person, ago, type } = one
    const key = one.key === null ? null : `${story} ${one.key}`
    const at = now - ago * 43_200_000 + 1234
    const event: NewDeliveryEvent = {
      publicationId: publications[run]!,
      subscriberId: people[person]!,
      channel: 'smtp',
      type,
      at,
      code: null,
      detail: one.do === 'other' ? one.detail : null,
      class: one.do === 'read' ? one.class : null,
      link: one.do === 'read' && type === 'clicked' ? one.link : null,
      key,
    }
    events.push(event)
    // Told twice, it is there once.
    const twice = key !== null && keys.has(`${at} ${key}`)
    if (key !== null) keys.add(`${at} ${key}`)
    if (isRead(type) && !twice) reads.push({ event, taken: event.class ?? 'unknown' })
  }
  return events
}
