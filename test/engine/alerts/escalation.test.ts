import { describe, expect, test } from 'vitest'
import { escalate, nextEscalation } from '../../../engine/alerts/escalation.ts'
import { play, timing } from './play-group.ts'

describe('an escalation', () => {
  const steps = [
    { afterMs: 100, receiver: 'second' },
    { afterMs: 200, receiver: 'boss' },
  ]
  test('counts from when somebody was told, and takes each step once, also over restarts', () => {
    const one = play()
    one.fire('a', 0)
    expect(nextEscalation(one.group, steps)).toBeNull()
    one.flush(30)
    expect(nextEscalation(one.group, steps)).toEqual({ step: 0, receiver: 'second', dueAt: 130 })
    expect(escalate(one.group, steps, 129)).toBeNull()
    expect(escalate(one.group, steps, 130)).toEqual({ step: 0, receiver: 'second', unacknowledged: ['a'] })
    one.restart()
    expect(escalate(one.group, steps, 130)).toBeNull()
    expect(escalate(one.group, steps, 10_000)).toMatchObject({ step: 1, receiver: 'boss' })
    expect(nextEscalation(one.group, steps)).toBeNull()
    one.resolve('a', 10_000)
    expect(one.flush(10_000)).toMatchObject({ reason: 'resolved', reached: 2 })
    expect(one.group.escalation).toEqual({ since: null, step: 0, reached: 0 })
  })

  test('goes on while others join, and names only what was told', () => {
    const one = play({ ...timing, groupIntervalMs: 40 })
    one.fire('a', 0)
    one.flush(30)
    one.fire('b', 35)
    one.flush(70)
    one.fire('c', 75)
    expect(nextEscalation(one.group, steps)?.dueAt).toBe(130)
    expect(escalate(one.group, steps, 130)?.unacknowledged).toEqual(['a', 'b'])
  })

  test('ends with an acknowledgement, and begins anew with the next alert', () => {
    const one = play()
    one.fire('a', 0)
    one.flush(30)
    one.acknowledge('a', 60)
    expect(nextEscalation(one.group, steps)).toBeNull()
    one.fire('b', 70)
    expect(nextEscalation(one.group, steps)).toBeNull()
    one.flush(330)
    expect(nextEscalation(one.group, steps)?.dueAt).toBe(430)
    expect(escalate(one.group, steps, 430)).toMatchObject({ step: 0, unacknowledged: ['b'] })
  })

  test('passes over what is suppressed, and counts again once it is not', () => {
    const one = play()
    one.fire('a', 0)
    one.flush(30)
    expect(escalate(one.group, steps, 130, () => true)).toBeNull()
    expect(nextEscalation(one.group, steps)).toBeNull()
    one.flush(330)
    expect(nextEscalation(one.group, steps)?.dueAt).toBe(430)
  })
})
