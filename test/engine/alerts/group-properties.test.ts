import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flush, type GroupNotification } from '../../../engine/alerts/flush.ts'
import { createGroup, type Group, type GroupTiming, isOver, report } from '../../../engine/alerts/group.ts'
import { play } from './play-group.ts'

describe('whatever happens', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', '1'),
    act: fc.constantFrom(
      'fire',
      'fire',
      'resolve',
      'resolve',
      'acknowledge',
      'suppress',
      'release',
      'restart',
    ),
    after: fc.integer({ min: 0, max: 400 }),
  })
  const timings: fc.Arbitrary<GroupTiming> = fc.record({
    groupWaitMs: fc.constantFrom(0, 30),
    groupIntervalMs: fc.constantFrom(0, 300),
    repeatIntervalMs: fc.constantFrom(700, 3000),
    sendResolved: fc.boolean(),
  })

  interface Act {
    readonly key: string
    readonly act: string
    readonly after: number
  }
  /** Runs it on a clock that calls `flush` when it is due. */
  function run(
    acts: readonly Act[],
    own: GroupTiming,
    told: (notification: GroupNotification, group: Group, now: number) => void,
  ) {
    const one = play(own)
    const firing = new Set<string>()
    let now = 0
    const until = (end: number) => {
      // Due at once again and again would be a defect: the bound makes it seen.
      for (let turns = 0; one.group.dueAt !== null && one.group.dueAt <= end; turns++) {
        if (turns > 1000) throw new Error('It is always due.')
        now = Math.max(now, one.group.dueAt)
        const notification = one.flush(now)
        if (notification !== null) told(notification, one.group, now)
        expect(one.flush(now)).toBeNull()
      }
      now = end
    }
    for (const { key, act, after } of acts) {
      until(now + after)
      if (act === 'fire') {
        firing.add(key)
        one.fire(key, now)
      } else if (act === 'resolve') {
        firing.delete(key)
        one.resolve(key, now)
      } else if (act === 'acknowledge' && firing.has(key)) one.acknowledge(key, now)
      else if (act === 'suppress') one.suppressed.add(key)
      else if (act === 'release') one.suppressed.delete(key)
      else if (act === 'restart') one.restart()
      else if (act === 'withdraw') {
        firing.delete(key)
        one.withdraw(key)
      }
      const waiting = Object.values(one.group.members).filter(
        ({ state, acknowledged }) => state === 'firing' && !acknowledged,
      )
      expect(one.group.open).toBe(waiting.length)
      expect(isOver(one.group)).toBe(Object.keys(one.group.members).length === 0)
    }
    return { one, firing, until: (ms: number) => until(now + ms) }
  }

  test('nothing is told twice, and nothing that fires stays untold', () => {
    const withdrawn = step.map((act) => ({ ...act, act: 'withdraw' }))
    const any = fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: withdrawn })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), timings, (acts, own) => {
        let last: { readonly said: GroupNotification; readonly at: number } | null = null
        const { one, firing, until } = run(acts, own, (said, _group, now) => {
          if (said.reason === 'repeat') {
            expect(now - last!.at).toBeGreaterThanOrEqual(own.repeatIntervalMs)
            expect(said.fresh).toEqual([])
          } else expect(said.fresh.length + said.resolved.length).toBeGreaterThan(0)
          expect(said.resolved.filter((key) => said.firing.includes(key))).toEqual([])
          if (last !== null) expect(said.count).toBe(last.said.count + 1)
          // The same ends twice in a row would be the same news.
          if (last !== null && said.fresh.length === 0 && said.reason !== 'repeat')
            expect(said.resolved.every((key) => last!.said.resolved.includes(key))).toBe(false)
          last = { said, at: now }
        })
        until(20_000)
        for (const key of firing)
          if (!one.suppressed.has(key)) expect(one.group.members[key]).toMatchObject({ told: 'last' })
        // All that is over is told and forgotten, but for what is held.
        for (const key of Object.keys(one.group.members))
          expect(firing.has(key) || (one.suppressed.has(key) && own.sendResolved)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('what receivers believe is true', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), timings, (acts, own) => {
        let believed: readonly string[] = []
        const { one, firing, until } = run(acts, { ...own, sendResolved: true }, (said) => {
          believed = [...said.firing]
        })
        one.suppressed.clear()
        until(20_000)
        expect([...believed].sort()).toEqual([...firing].sort())
      }),
      { numRuns: 1000 },
    )
  })

  test('a restart changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), timings, (acts, own) => {
        const said = (all: readonly Act[]) => {
          const list: unknown[] = []
          run(all, own, (notification, _group, now) => list.push([now, notification])).until(1000)
          return list
        }
        const calm = acts.map((act) => (act.act === 'restart' ? { ...act, act: 'nothing' } : act))
        const often = calm.flatMap((act) => [act, { key: 'a', act: 'restart', after: 0 }])
        expect(said(often)).toEqual(said(calm))
      }),
    )
  })

  test('between two flushes the order of reports means nothing', () => {
    const reports = fc.uniqueArray(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c', 'd'),
        state: fc.constantFrom('firing' as const, 'resolved' as const),
        acknowledged: fc.boolean(),
        startsAt: fc.integer({ min: 0, max: 400 }),
      }),
      { selector: ({ key }) => key },
    )
    const shuffled = reports.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(fc.array(shuffled, { maxLength: 6 }), timings, (rounds, own) => {
        const groups = [createGroup(), createGroup()] as const
        let now = 0
        for (const orders of rounds) {
          for (const [i, group] of groups.entries())
            for (const one of orders[i]!) report(group, one, own, now)
          expect(groups[0].dueAt).toBe(groups[1].dueAt)
          now += 400
          const [first, second] = groups.map((group) => flush(group, own, now))
          const sorted = (said: GroupNotification | null | undefined) =>
            said && {
              ...said,
              firing: [...said.firing].sort(),
              fresh: [...said.fresh].sort(),
              resolved: [...said.resolved].sort(),
            }
          expect(sorted(first)).toEqual(sorted(second))
        }
      }),
    )
  })
})
