import { describe, expect, test } from 'vitest'
import { bareProof } from '../../../../engine/model/consent.ts'
import type { DeliveryEvent } from '../../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { Affinity } from '../../../../engine/ports/models.ts'
import { handOver, intent, mustLease, newPeople, newRun, now, type OpenStore, useStore } from '../fixtures.ts'

/** What is learned of readers, and over all of them. */
export function testModels(open: OpenStore): void {
  describe('models', () => {
    const store = useStore(open)
    const affinity = (subscriberId: SubscriberId, weight = 0.5): Affinity => ({
      subscriberId,
      weights: JSON.stringify({ climate: weight }),
      tallies: JSON.stringify([[1, 0.5, now], { climate: [1, 0.5, now] }]),
    })
    /** The state comes back as it was written, letter by letter. */
    const stateOf = (n: number) => `{ "n": ${n},  "items": [[1, 2.50, 3]] }`
    const commit = async (
      fields: Partial<Parameters<ReturnType<typeof store>['models']['commit']>[0]> = {},
    ): Promise<boolean> => {
      const { revision, cursor } = await store().models.draft()
      const bare = { state: stateOf(revision), affinities: [], snapshot: null, now }
      return store().models.commit({ revision, cursor, ...bare, ...fields })
    }
    const learnedOf = async (id: SubscriberId): Promise<unknown> =>
      (JSON.parse(await store().deliveries.recipients([id])) as unknown[][])[0]![8]

    test('begin with nothing', async () => {
      expect(await store().models.draft()).toEqual({ revision: 0, cursor: 0, state: null })
      expect(await store().models.get('active')).toBeNull()
      expect(await store().models.list()).toEqual([])
    })

    test('a draft moves on for whoever read it last, and for nobody else', async () => {
      const { revision } = await store().models.draft()
      const [person] = await newPeople(store(), 1, [])
      expect(await commit({ cursor: 41, state: stateOf(1), affinities: [affinity(person!)] })).toBe(true)
      expect(await store().models.draft()).toEqual({ revision: revision + 1, cursor: 41, state: stateOf(1) })
      expect(await commit({ revision: revision + 1, cursor: 42, state: null })).toBe(true)
      expect(await store().models.draft()).toEqual({ revision: revision + 2, cursor: 42, state: stateOf(1) })
      const late = { revision, cursor: 99, affinities: [affinity(person!, 9)], snapshot: { note: 'late' } }
      expect(await commit(late)).toBe(false)
      expect(await store().models.draft()).toMatchObject({ revision: revision + 2, cursor: 42 })
      expect(await learnedOf(person!)).toEqual({ climate: 0.5 })
      expect(await store().models.list()).toEqual([])
    })

    test('of two who write at once, one does', async () => {
      const { revision } = await store().models.draft()
      const done = await Promise.all([commit({ revision, cursor: 50 }), commit({ revision, cursor: 51 })])
      expect(done.filter(Boolean)).toHaveLength(1)
      expect((await store().models.draft()).revision).toBe(revision + 1)
    })

    test('what was learned of a reader goes with their row, from write to write', async () => {
      const [one, other] = await newPeople(store(), 2, [])
      expect(await learnedOf(one!)).toBeNull()
      await commit({ affinities: [affinity(one!, 0.125)] })
      expect(await learnedOf(one!)).toEqual({ climate: 0.125 })
      await commit({ affinities: [affinity(other!), affinity(one!, -0.75)] })
      expect(await learnedOf(one!)).toEqual({ climate: -0.75 })
    })

    test('nothing is kept of those who were erased, or allow no tracking', async () => {
      const people = await newPeople(store(), 3, [])
      const [erased, denies, stays] = people
      await commit({ affinities: people.map((id) => affinity(id)) })
      const proof = bareProof('form', now)
      await store().subscriptions.erase({ id: erased!, remember: false, proof, now })
      const change = { id: denies!, from: 'active', to: 'active', consents: [], now } as const
      await store().subscriptions.persist({ ...change, settings: { tracking: 'denied' } })
      expect(await learnedOf(erased!)).toBeNull()
      expect(await learnedOf(denies!)).toBeNull()
      // Somebody who read events from before writes them after.
      await commit({ affinities: people.map((id) => affinity(id, 0.25)) })
      expect(await learnedOf(erased!)).toBeNull()
      expect(await learnedOf(stays!)).toEqual({ climate: 0.25 })
      await store().subscriptions.persist({ ...change, settings: { tracking: 'granted' } })
      expect(await learnedOf(denies!)).toBeNull()
      const letters = people.map((subscriberId) => ({ publicationId: 1 as PublicationId, subscriberId }))
      const found = await store().models.letters(letters, 0)
      expect(new Set(found.map(({ subscriberId }) => subscriberId))).toEqual(new Set([denies, stays]))
      expect(found.find(({ subscriberId }) => subscriberId === denies)).toMatchObject({
        tracking: 'granted',
        tallies: null,
      })
    })

    test('versions count up, the last is active, until somebody goes back', async () => {
      await commit({ state: stateOf(101), snapshot: { note: 'first' }, now: now + 1 })
      await commit({ state: stateOf(102), snapshot: { note: 'second' }, now: now + 2, cursor: 70 })
      await commit({ state: stateOf(103) })
      const [second, first] = await store().models.list()
      expect(second).toMatchObject({ version: first!.version + 1, note: 'second', at: now + 2, active: true })
      expect(first).toEqual({ version: first!.version, note: 'first', at: now + 1, active: false })
      expect(await store().models.get('active')).toEqual({ ...second, state: stateOf(102) })
      const { revision } = await store().models.draft()
      expect(await store().models.activate(first!.version, now + 3)).toBe(true)
      expect(await store().models.get('active')).toEqual({ ...first, active: true, state: stateOf(101) })
      expect(await store().models.get(second!.version)).toMatchObject({ active: false })
      // What is learned next goes on from there, and no event is learned from again.
      expect(await store().models.draft()).toEqual({
        revision: revision + 1,
        cursor: 70,
        state: stateOf(101),
      })
      expect(await store().models.activate(9999, now)).toBe(false)
      expect(await store().models.get(9999)).toBeNull()
    })

    test('of old versions those go that nobody needs', async () => {
      for (let i = 0; i < 6; i++) await commit({ snapshot: { note: `${i}` } })
      const versions = (await store().models.list()).map(({ version }) => version)
      await store().models.activate(versions[4]!, now)
      expect(await store().models.prune({ keep: 2, except: [versions[3]!] })).toBe(versions.length - 4)
      const left = await store().models.list()
      expect(left.map(({ version }) => version)).toEqual([0, 1, 3, 4].map((i) => versions[i]))
      await commit({ snapshot: { note: 'next' } })
      expect((await store().models.list())[0]!.version).toBe(versions[0]! + 1)
    })

    test('affinities that nothing is added to are forgotten, some at a time', async () => {
      const people = await newPeople(store(), 3, [])
      await commit({ affinities: people.slice(0, 2).map((id) => affinity(id)), now: now - 500 })
      await commit({ affinities: [affinity(people[2]!)], now: now - 100 })
      expect(await store().models.forget({ before: now - 100, limit: 1 })).toBe(1)
      expect(await store().models.forget({ before: now - 100, limit: 9 })).toBe(1)
      expect(await store().models.forget({ before: now - 100, limit: 9 })).toBe(0)
      expect(await learnedOf(people[2]!)).toEqual({ climate: 0.5 })
    })

    test('a letter is told with its picks, its reader and what happened to it until then', async () => {
      const { id: publicationId, people } = await newRun(store(), 2)
      const [reader, other] = people
      const lease = await mustLease(store(), publicationId)
      const picks = Uint8Array.of(5, 1, 9, 2)
      await handOver(store(), lease, [intent(reader!, { picks })])
      await commit({ affinities: [affinity(reader!)] })
      const bare = { publicationId, channel: 'smtp', code: null, detail: null, at: now }
      const event = (subscriberId: SubscriberId, fields: Partial<DeliveryEvent>) => ({
        ...bare,
        subscriberId,
        type: 'opened' as const,
        ...fields,
      })
      const ids = await store().events.append([
        event(reader!, { class: 'human' }),
        event(other!, { class: 'human' }),
        event(reader!, { type: 'clicked', class: 'human', link: 2 }),
        event(reader!, { type: 'bounced' }),
        event(reader!, { type: 'clicked', class: 'scanner', was: 'human', link: 2 }),
      ])
      const which = [
        { publicationId, subscriberId: reader! },
        { publicationId, subscriberId: other! },
      ]
      const found = await store().models.letters(which, ids[3]!)
      const mine = found.find(({ subscriberId }) => subscriberId === reader)!
      expect(mine.picks).toBeInstanceOf(Uint8Array)
      expect([...mine.picks!]).toEqual([...picks])
      expect(mine).toMatchObject({ language: null, topics: {}, tracking: 'unknown' })
      expect(JSON.parse(mine.tallies!)).toEqual(JSON.parse(affinity(reader!).tallies))
      expect(mine.reads).toEqual([
        { id: ids[0], at: now, type: 'opened', class: 'human', was: null, link: null },
        { id: ids[2], at: now, type: 'clicked', class: 'human', was: null, link: 2 },
      ])
      const theirs = found.find(({ subscriberId }) => subscriberId === other)!
      expect(theirs).toMatchObject({ picks: null, tallies: null, reads: [{ id: ids[1] }] })
      const [later] = await store().models.letters(which.slice(0, 1), ids[4]!)
      expect(later!.reads.map(({ id }) => id)).toEqual([ids[0], ids[2], ids[4]])
      expect(await store().models.letters([], 5)).toEqual([])
    })
  })
}
