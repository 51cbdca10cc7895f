import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { severities } from '../../../../engine/model/alert.ts'
import type { FollowId, NotificationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { TakenPosting } from '../../../../engine/model/notification.ts'
import type { PostingRef } from '../../../../engine/ports/notifications.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { fresh, newPeople, now, type OpenStore, useStore } from '../fixtures.ts'
import {
  createModel,
  type Given,
  type Model,
  type ModelFollow,
  type ModelPerson,
  roomOf,
} from './model-state.ts'
import { contacts, owners, type Step, step } from './model-steps.ts'
import { commit, followOf, leaseMs, notificationOf, postingCounts } from './scene.ts'

const longMs = 1e9
const outcome = {
  state: 'sent',
  code: null,
  detail: null,
  dueAt: null,
  receipt: null,
  suppress: false,
} as const

interface Scene {
  readonly store: Store
  readonly model: Model
  readonly people: readonly ModelPerson[]
  readonly follows: readonly ModelFollow[]
  readonly personIds: readonly SubscriberId[]
  readonly followIds: readonly FollowId[]
  readonly threads: readonly string[]
  /** Of the model's notifications. */
  readonly ids: NotificationId[]
  /** All that ever were, newest last. */
  readonly given: Given[]
  at: number
}

/** Random walks through the books of alerts beside a model that fits on a page: notifications are told, taken, settled by
 *  whoever still has them or had them once, lost with their holders, claimed, held and digested, while people leave and are
 *  erased. After every step each row and each count is the model's, identity I holds, and no attempt was permitted twice. */
export function testAlertsModel(name: string, open: OpenStore, runs: number): void {
  describe(`store ${name}`, () => {
    const store = useStore(open)
    test('the books of alerts are what their model says, whatever happens', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (walk) => {
          const scene = await setUp(store())
          try {
            for (const one of walk) {
              await take(scene, one)
              await compare(scene)
            }
            await comparePeople(scene)
          } finally {
            await drain(scene)
          }
        }),
        { numRuns: runs },
      )
    })
  })
}

async function setUp(store: Store): Promise<Scene> {
  const personIds = await newPeople(store, 3, [])
  const rows = await store.subscribers.get(personIds)
  const people = rows.map(({ address }): ModelPerson => ({ address, status: 'active', suppressed: null }))
  const follows = contacts.map((contact, i): ModelFollow => ({ person: owners[i]!, contact, gone: false }))
  const followIds: FollowId[] = []
  for (const { person: owner, contact } of follows) {
    const input = followOf({ channel: contact === null ? 'smtp' : 'slack', contact })
    followIds.push((await store.follows.insert(personIds[owner]!, input, now)).id)
  }
  const threads = [fresh('thread'), fresh('thread')]
  const model = createModel(people, follows)
  return { store, model, people, follows, personIds, followIds, threads, ids: [], given: [], at: now }
}

const targetOf = ({ followIds }: Scene, id: number): number =>
  id < 0 ? id : followIds.indexOf(id as FollowId)
const idOf = ({ followIds }: Scene, target: number): number => (target < 0 ? target : followIds[target]!)
const givenOf = (scene: Scene, postings: readonly TakenPosting[]): Given[] =>
  postings.map(({ notificationId, target, attempt, to, earlier }) => ({
    notification: scene.ids.indexOf(notificationId),
    target: targetOf(scene, target),
    attempt,
    to,
    earlier,
  }))
const chosen = (mask: number): number[] => contacts.flatMap((_, i) => (mask & (1 << i) ? [i] : []))

async function take(scene: Scene, one: Step): Promise<void> {
  const { store, model, ids, at } = scene
  switch (one.do) {
    case 'tell':
      return tell(scene, one)
    case 'take': {
      const nth = ids.length - 1 - one.pick
      const id = ids[nth]
      if (id === undefined) return
      const lease = one.alive ? leaseMs : 0
      const taken = await store.postings.take(id, { limit: one.limit, leaseMs: lease, now: at })
      const expected = model.take(nth, one.limit, one.alive)
      expect(givenOf(scene, taken.postings)).toEqual(expected)
      const { targets, taken: until } = model.notifications[nth]!
      expect(taken.more).toBe(until < targets.length)
      scene.given.push(...expected)
      return
    }
    case 'claim':
      return claim(scene, one)
    case 'settle': {
      const posting = scene.given.at(-1 - one.pick)
      if (posting === undefined) return
      const said = {
        state: one.state,
        code: `c${at - now}`,
        detail: 'said so',
        dueAt: one.again ? at + 1000 : null,
        receipt: one.receipt ? `r${scene.given.length}` : null,
        suppress: one.suppress,
      }
      const { notification, target, attempt } = posting
      const ref = { notificationId: ids[notification]!, target: idOf(scene, target), attempt }
      const count = await store.postings.settle([{ ...ref, ...said }], at)
      expect(count).toBe(model.settle(posting, said, at) ? 1 : 0)
      return
    }
    case 'renew': {
      const posting = scene.given.at(-1 - one.pick)
      if (posting === undefined) return
      const { notification, target, attempt } = posting
      const ref = { notificationId: ids[notification]!, target: idOf(scene, target), attempt }
      await store.postings.renew([ref], leaseMs)
      model.renew(notification, target, attempt)
      return
    }
    case 'digest': {
      const due = await store.desk.heldDue({ now: at, limit: 100 })
      const found = due.map(({ posting, notification }) => ({
        at: ids.indexOf(notification.id),
        target: targetOf(scene, posting.target),
      }))
      expect(found).toEqual(model.heldDue(at))
      const digested = due.map(({ posting }) => posting)
      await commit(store, { digested })
      for (const { at: nth, target } of found) model.digest(nth, target)
      if (digested.length > 0) expect(await commit(store, { digested })).toEqual({ status: 'conflict' })
      return
    }
    case 'pass':
      scene.at += 1000
      return
    case 'unfollow': {
      const follow = scene.follows[one.follow]!
      expect(await store.follows.remove(scene.followIds[one.follow]!, at)).toBe(!follow.gone)
      follow.gone = true
      return
    }
    case 'leave': {
      const who = scene.people[one.person]!
      if (who.status !== 'active') return
      await store.subscribers.setStatus([scene.personIds[one.person]!], 'unsubscribed', at)
      who.status = 'unsubscribed'
      return
    }
    case 'suppress': {
      const who = scene.people[one.person]!
      if (who.status === 'erased') return
      await store.suppressions.add([{ address: who.address, reason: 'manual', detail: null }], at)
      who.suppressed ??= 'manual'
      return
    }
    case 'erase': {
      if (scene.people[one.person]!.status === 'erased') return
      await store.subscriptions.erase({
        id: scene.personIds[one.person]!,
        remember: false,
        proof: { source: 'api', at, ip: null, userAgent: null, origin: null, words: null },
        now: at,
      })
      model.erase(one.person)
    }
  }
}

async function tell(scene: Scene, one: Extract<Step, { do: 'tell' }>): Promise<void> {
  const { store, model, ids, followIds, threads, at } = scene
  const severity = severities[one.severity]!
  const thread = threads[one.thread]!
  const retryUntil = at + (one.late ? 500 : longMs)
  const rooms = [-1, -2].slice(0, one.rooms)
  const follows = chosen(one.mask)
  const later = chosen(one.held & ~one.mask).map((follow): [number, number] => [
    follow,
    at + 1000 * (follow % 2),
  ])
  const notification = notificationOf({
    thread,
    severity,
    retryUntil,
    rooms: rooms.map(roomOf),
    people: Uint32Array.from(follows, (follow) => followIds[follow]!),
    held: later.map(([follow, dueAt]) => ({ followId: followIds[follow]!, dueAt, code: 'quiet' })),
  })
  const lease = one.alive ? leaseMs : 0
  const result = await commit(store, { notifications: [notification] }, one.limit, lease)
  if (result.status !== 'done') throw new Error(result.status)
  const { id, audience, postings, more } = result.notifications[0]!
  const targets = [...rooms, ...follows]
  model.tell({ thread, severity, retryUntil, targets, audience: targets.length + later.length }, later)
  ids.push(id)
  const expected = model.take(ids.length - 1, one.limit, one.alive)
  expect(givenOf(scene, postings)).toEqual(expected)
  expect([audience, more]).toEqual([targets.length + later.length, one.limit < targets.length])
  scene.given.push(...expected)
}

/** Which of several that are due is left open in part: so many as asked for, the most severe, and of those that wait for a
 *  time, those that wait longest. Each row is as it was, or as a claim leaves it. */
async function claim(scene: Scene, one: Extract<Step, { do: 'claim' }>): Promise<void> {
  const { store, model, at } = scene
  const lease = one.alive ? leaseMs : 0
  const due = model.notifications.flatMap(({ rows, severity }, nth) =>
    [...rows.keys()]
      .filter((target) => model.claimable(nth, target, at))
      .map((target) => {
        const { state, dueAt } = rows.get(target)!
        return { nth, target, rank: severities.indexOf(severity), dueAt: state === 'retry' ? dueAt : null }
      }),
  )
  const claimed = await store.postings.claim({ limit: one.limit, leaseMs: lease, now: at })
  const done: typeof due = []
  const left: typeof due = []
  const expected: Given[] = []
  for (const row of due) {
    const before = JSON.stringify(stored(scene, row.nth, row.target))
    const after = model.claimed(row.nth, row.target, at, one.alive)
    const found = JSON.stringify((await rowsOf(scene, row.nth)).get(row.target))
    if (found === before) {
      left.push(row)
      continue
    }
    done.push(row)
    expected.push(...model.write(row.nth, row.target, after))
  }
  expect(done).toHaveLength(Math.min(one.limit, due.length))
  for (const taken of done)
    for (const other of left) {
      expect(taken.rank).toBeGreaterThanOrEqual(other.rank)
      if (taken.rank === other.rank && taken.dueAt !== null && other.dueAt !== null)
        expect(taken.dueAt).toBeLessThanOrEqual(other.dueAt)
    }
  const order = (a: Given, b: Given) => a.notification - b.notification || a.target - b.target
  expect(givenOf(scene, claimed).toSorted(order)).toEqual(expected.toSorted(order))
  scene.given.push(...expected)
}

/** What the model says that the store has. */
function stored({ model, personIds }: Scene, nth: number, target: number) {
  const {
    state,
    attempt,
    uncertain,
    code,
    detail,
    dueAt,
    channel,
    to,
    person: who,
  } = model.notifications[nth]!.rows.get(target)!
  return {
    state,
    attempt,
    uncertain,
    code,
    detail,
    dueAt,
    channel,
    to,
    who: who === null ? null : personIds[who]!,
  }
}

async function rowsOf(scene: Scene, nth: number) {
  const notificationId = scene.ids[nth]!
  const { rows } = await scene.store.notifications.postings({ notificationId, after: null, limit: 100 })
  return new Map(
    rows.map((row) => {
      const { target, state, attempt, uncertain, code, detail, dueAt, channel, to, subscriberId: who } = row
      const one: ReturnType<typeof stored> = {
        state,
        attempt,
        uncertain,
        code,
        detail,
        dueAt,
        channel,
        to,
        who,
      }
      return [targetOf(scene, target), one]
    }),
  )
}

async function compare(scene: Scene): Promise<void> {
  const { store, model, ids } = scene
  for (const [nth, id] of ids.entries()) {
    await postingCounts(store, id)
    expect(await store.notifications.counts(id)).toEqual(model.counts(nth))
    const rows = await rowsOf(scene, nth)
    const expected = [...model.notifications[nth]!.rows.keys()].map((target) => [
      target,
      stored(scene, nth, target),
    ])
    expect(rows).toEqual(new Map(expected as [number, ReturnType<typeof stored>][]))
  }
  const open = model.notifications.flatMap(({ taken, targets, severity }, nth) =>
    taken < targets.length ? [{ nth, rank: severities.indexOf(severity) }] : [],
  )
  const unfinished = (await store.postings.unfinished(10_000)).filter((id) => ids.includes(id))
  expect(unfinished).toEqual(
    open.toSorted((a, b) => b.rank - a.rank || a.nth - b.nth).map(({ nth }) => ids[nth]!),
  )
}

async function comparePeople({ store, people, personIds }: Scene): Promise<void> {
  const rows = await store.subscribers.get(personIds)
  expect(rows.map(({ status }) => status)).toEqual(people.map(({ status }) => status))
  const there = people.filter(({ status }) => status !== 'erased')
  const found = await store.suppressions.byAddress(there.map(({ address }) => address))
  const reasons = new Map(found.map(({ address, reason }) => [address, reason]))
  for (const { address, suppressed } of there) expect(reasons.get(address) ?? null).toBe(suppressed)
}

/** Leaves nothing that is due for the next walk, which may claim from the same store. */
async function drain({ store, ids, given, followIds }: Scene): Promise<void> {
  const settle = (postings: readonly PostingRef[]) =>
    store.postings.settle(
      postings.map((posting) => ({ ...posting, ...outcome })),
      now,
    )
  await settle(
    given.map(({ notification, target, attempt }) => ({
      notificationId: ids[notification]!,
      target: target < 0 ? target : followIds[target]!,
      attempt,
    })),
  )
  const end = now + 10 * longMs
  for (;;) {
    const rest = await store.postings.claim({ limit: 1000, leaseMs, now: end })
    if (rest.length === 0) break
    await settle(rest)
  }
  for (const id of ids) {
    const { postings } = await store.postings.take(id, { limit: 1000, leaseMs, now })
    await settle(postings)
  }
  const held = await store.desk.heldDue({ now: end, limit: 1000 })
  await commit(store, { digested: held.map(({ posting }) => posting) })
}
