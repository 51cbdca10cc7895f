import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChunkLease } from '../../../../engine/model/chunk.ts'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { Settlement } from '../../../../engine/ports/ledger.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import {
  expectIdentity,
  intent,
  longMs,
  moveRun,
  newList,
  newPeople,
  now,
  type OpenStore,
  settlement,
  startRun,
  useStore,
} from '../fixtures.ts'
import { createModel, type Model } from './model-state.ts'

// Small on purpose: two chunks of three meet each other often, and a failure shrinks to something readable.
const people = 6
const chunkSize = 3

/** `mask` picks people, `pick` one of the leases that were ever given out: most of the time a stale one. */
type Step =
  | { readonly do: 'plan' | 'pause' | 'resume' | 'retry' }
  | { readonly do: 'lease'; readonly seq: number; readonly alive: boolean }
  | {
      readonly do: 'intend'
      readonly pick: number
      readonly mask: number
      readonly attempt: number
      readonly alive: boolean
    }
  | {
      readonly do: 'settle'
      readonly pick: number
      readonly mask: number
      readonly state: Settlement['state']
      readonly again: boolean
    }
  | { readonly do: 'release'; readonly pick: number }
  | { readonly do: 'leave'; readonly person: number }

const pick = fc.nat({ max: 3 })
const mask = fc.integer({ min: 1, max: 2 ** people - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('plan' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'retry' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('leave' as const), person: fc.nat({ max: people - 1 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('lease' as const), seq: fc.nat({ max: 2 }), alive: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('intend' as const),
      pick,
      mask,
      attempt: fc.integer({ min: 1, max: 3 }),
      alive: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pick,
      mask,
      state: fc.constantFrom(
        'sent' as const,
        'failed' as const,
        'retry' as const,
        'unknown' as const,
        'unsent' as const,
      ),
      again: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), pick }) },
)

interface Scene {
  readonly store: Store
  readonly id: PublicationId
  readonly ids: readonly SubscriberId[]
  readonly model: Model
  /** Newest last. */
  readonly leases: ChunkLease[]
}

/** Random walks through the ledger beside a model that fits on a page. After every step the counts are the
 *  model's, identity I holds, and no attempt was permitted twice. */
export function testLedgerModel(name: string, open: OpenStore, runs: number): void {
  describe(`store ${name}`, () => {
    const store = useStore(open)
    test('the ledger does what its model does, whatever happens', async () => {
      const walk = fc.array(step, { minLength: 5, maxLength: 40 })
      await fc.assert(
        fc.asyncProperty(
          walk,
          fc.constantFrom('hold' as const, 'resend' as const),
          async (steps, uncertain) => {
            const list = await newList(store())
            const ids = await newPeople(store(), people, [list])
            const id = await startRun(store(), { listIds: [list], uncertain })
            const model = createModel({ people, chunkSize, uncertain })
            const scene: Scene = { store: store(), id, ids, model, leases: [] }
            for (const one of [{ do: 'plan' } as const, ...steps]) {
              await take(scene, one)
              const counts = await store().deliveries.counts(id)
              expectIdentity(counts)
              expect(counts).toEqual(model.counts())
            }
            for (const [person, subscriberId] of ids.entries()) {
              const row = await store().deliveries.get(id, subscriberId)
              expect(row === null ? null : [row.state, row.attempt, row.uncertain]).toEqual(model.row(person))
            }
          },
        ),
        { numRuns: runs },
      )
    })
  })
}

async function take(scene: Scene, one: Step): Promise<void> {
  const { store, id, ids, model, leases } = scene
  const chosen = (bits: number) => ids.map((_, person) => person).filter((person) => bits & (1 << person))
  const personOf = (subscriberId: SubscriberId) => ids.indexOf(subscriberId)
  const at = (person: number) => ids[person] as SubscriberId
  switch (one.do) {
    case 'plan': {
      const progress = await store.ledger.plan(id, { chunkSize, maxChunks: 1 })
      expect(progress).toEqual(model.plan())
      return
    }
    case 'pause':
    case 'resume': {
      if (!model.move(one.do === 'pause' ? 'paused' : 'running')) return
      await moveRun(store, id, one.do === 'pause' ? 'paused' : 'running')
      return
    }
    case 'retry': {
      expect(await store.ledger.retry(id, { states: ['failed', 'unknown'], now })).toBe(model.retry())
      return
    }
    case 'leave': {
      await store.subscribers.leave({ id: at(one.person), lists: 'all', publicationId: null, now })
      model.leave(one.person)
      return
    }
    case 'lease': {
      const options = { owner: 'walker', leaseMs: one.alive ? longMs : 0, now }
      const due = await store.ledger.due({ now, limit: 10_000 })
      expect(due.some((chunk) => chunk.publicationId === id && chunk.seq === one.seq)).toBe(
        model.isDue(one.seq),
      )
      const lease = await store.ledger.lease({ publicationId: id, seq: one.seq }, options)
      const expected = model.lease(one.seq, one.alive)
      if (lease !== null) leases.push(lease)
      const work = lease?.work.map((next) => [personOf(next.subscriberId), next.attempt])
      expect(lease === null ? null : { epoch: lease.epoch, recovered: lease.recovered, work }).toEqual(
        expected,
      )
      return
    }
    case 'intend': {
      const lease = leases.at(-1 - one.pick)
      if (lease === undefined) return
      const intents = chosen(one.mask).map((person) => intent(at(person), { attempt: one.attempt }))
      const result = await store.ledger.intend(lease, intents, { leaseMs: one.alive ? longMs : 0, now })
      const granted = result.status === 'granted' ? result.granted.map(personOf) : result.status
      // The model throws when a permission is given twice.
      expect(granted).toEqual(model.intend(lease, chosen(one.mask), one.attempt, one.alive))
      return
    }
    case 'settle': {
      const lease = leases.at(-1 - one.pick)
      if (lease === undefined) return
      const dueAt = one.again ? now : null
      const all = chosen(one.mask).map((person) => settlement(at(person), one.state, { dueAt }))
      const { status } = await store.ledger.settle(lease, all, now)
      expect(status).toBe(model.settle(lease, chosen(one.mask), one.state, one.again))
      return
    }
    case 'release': {
      const lease = leases.at(-1 - one.pick)
      if (lease === undefined) return
      const laid = await store.ledger.release(lease, { notBefore: null })
      expect(laid?.state ?? null).toBe(model.release(lease))
      return
    }
  }
}
