import { describe, expect, test } from 'vitest'
import { atOnce, createGroup, isOver, report } from '../../../engine/alerts/group.ts'
import { play, timing } from './play-group.ts'

describe('a group', () => {
  test('waits for others, then for changes, then repeats, then says that it is over', () => {
    const one = play()
    one.fire('a', 0)
    one.fire('b', 20)
    expect(one.group.dueAt).toBe(30)
    expect(one.flush(29)).toBeNull()
    expect(one.flush(30)).toEqual({
      reason: 'firing',
      firing: ['a', 'b'],
      fresh: ['a', 'b'],
      resolved: [],
      count: 1,
      reached: 0,
    })
    one.fire('c', 40)
    expect(one.group.dueAt).toBe(330)
    expect(one.flush(330)).toMatchObject({ reason: 'changed', firing: ['a', 'b', 'c'], fresh: ['c'] })
    one.resolve('a', 340)
    expect(one.flush(630)).toMatchObject({ reason: 'changed', firing: ['b', 'c'], resolved: ['a'] })
    expect(one.flush(930)).toBeNull()
    expect(one.flush(3630)).toMatchObject({ reason: 'repeat', firing: ['b', 'c'], fresh: [], count: 4 })
    one.resolve('b', 3640)
    one.resolve('c', 3640)
    expect(one.flush(3930)).toMatchObject({ reason: 'resolved', firing: [], resolved: ['b', 'c'] })
    expect(isOver(one.group)).toBe(true)
  })

  test('does not wait for what has been firing for that long', () => {
    const group = createGroup()
    report(group, { key: 'a', state: 'firing', acknowledged: false, startsAt: 90 }, timing, 100)
    expect(group.dueAt).toBe(130)
    report(group, { key: 'b', state: 'firing', acknowledged: false, startsAt: 60 }, timing, 100)
    expect(group.dueAt).toBe(100)
  })

  test('says nothing of what fired and ended before it was told', () => {
    const one = play()
    one.fire('a', 0)
    one.resolve('a', 10)
    expect(one.flush(30)).toBeNull()
    expect(isOver(one.group)).toBe(true)
    expect(one.resolve('a', 40)).toBe(false)
    expect(isOver(one.group)).toBe(true)
  })

  test('without an interval tells each change at once', () => {
    const one = play(atOnce)
    one.fire('a', 5)
    expect(one.group.dueAt).toBe(5)
    expect(one.flush(5)).toMatchObject({ reason: 'firing' })
    expect(one.group.dueAt).toBe(5 + atOnce.repeatIntervalMs)
    one.fire('b', 6)
    expect(one.group.dueAt).toBe(6)
    expect(one.flush(6)).toMatchObject({ reason: 'changed', fresh: ['b'] })
    one.resolve('a', 7)
    expect(one.flush(7)).toMatchObject({ reason: 'changed', resolved: ['a'] })
    one.acknowledge('b', 8)
    expect(one.flush(8)).toBeNull()
    expect(one.group.dueAt).toBeNull()
    expect(isOver(one.group)).toBe(false)
    one.resolve('b', 9)
    expect(one.flush(9)).toMatchObject({ reason: 'resolved', resolved: ['b'] })
    expect(isOver(one.group)).toBe(true)
  })

  test('without an interval looks again after what is held, or when it is asked', () => {
    const one = play(atOnce)
    one.suppressed.add('a')
    one.fire('a', 0)
    expect(one.flush(0)).toBeNull()
    expect(one.group).toMatchObject({ held: 1, dueAt: 10_000 })
    one.suppressed.clear()
    expect(one.flush(4000)).toMatchObject({ reason: 'firing', firing: ['a'] })
  })

  describe('what is suppressed', () => {
    test('is left out, and is news once it no longer is', () => {
      const one = play()
      one.fire('a', 0)
      one.fire('b', 0)
      one.suppressed.add('b')
      expect(one.flush(30)).toMatchObject({ reason: 'firing', firing: ['a'] })
      expect(one.flush(330)).toBeNull()
      one.suppressed.clear()
      expect(one.flush(630)).toMatchObject({ reason: 'changed', firing: ['a', 'b'], fresh: ['b'] })
    })

    test('is no news when nothing was told without it', () => {
      const one = play()
      one.fire('a', 0)
      one.flush(30)
      one.suppressed.add('a')
      expect(one.flush(330)).toBeNull()
      one.suppressed.clear()
      expect(one.flush(630)).toBeNull()
    })

    test('has its end told, if its beginning was', () => {
      const one = play()
      one.fire('a', 0)
      one.flush(30)
      one.suppressed.add('a')
      one.suppressed.add('b')
      one.resolve('a', 40)
      one.fire('b', 40)
      one.resolve('b', 50)
      expect(one.flush(330)).toBeNull()
      expect(Object.keys(one.group.members)).toEqual(['a'])
      one.suppressed.clear()
      expect(one.flush(630)).toMatchObject({ reason: 'resolved', resolved: ['a'] })
      expect(isOver(one.group)).toBe(true)
    })
  })

  test('tells an end that it owes, though it said meanwhile that all was over', () => {
    const one = play()
    one.fire('a', 0)
    one.flush(30)
    one.suppressed.add('a')
    one.fire('b', 40)
    expect(one.flush(330)).toMatchObject({ reason: 'changed', firing: ['b'] })
    one.resolve('b', 340)
    expect(one.flush(630)).toMatchObject({ reason: 'resolved', resolved: ['b'] })
    one.resolve('a', 640)
    expect(one.flush(930)).toBeNull()
    one.suppressed.clear()
    expect(one.flush(1230)).toMatchObject({ reason: 'resolved', resolved: ['a'] })
  })

  test.each([true, false])('tells of an alert that fires again (ends are told: %s)', (sendResolved) => {
    const one = play({ ...timing, sendResolved })
    one.fire('a', 0)
    one.fire('b', 0)
    one.flush(30)
    one.resolve('a', 40)
    one.fire('a', 50)
    expect(one.flush(330)).toMatchObject({ reason: 'changed', firing: ['a', 'b'], fresh: ['a'] })
    one.resolve('a', 340)
    expect(one.flush(630)).toEqual(sendResolved ? expect.objectContaining({ resolved: ['a'] }) : null)
    one.fire('a', 640)
    expect(one.flush(930)).toMatchObject({ reason: 'changed', fresh: ['a'], resolved: [] })
    one.resolve('a', 940)
    one.resolve('b', 940)
    expect(one.flush(1230)).toEqual(sendResolved ? expect.objectContaining({ reason: 'resolved' }) : null)
    expect(isOver(one.group)).toBe(true)
  })

  test('tells of what came and went only beside others, and not twice in a row', () => {
    const one = play()
    one.fire('a', 0)
    one.flush(30)
    one.fire('b', 40)
    one.resolve('b', 50)
    expect(one.flush(330)).toMatchObject({ reason: 'changed', firing: ['a'], resolved: ['b'] })
    one.fire('b', 340)
    one.resolve('b', 350)
    expect(one.flush(630)).toBeNull()
    one.fire('b', 640)
    expect(one.flush(930)).toMatchObject({ reason: 'changed', fresh: ['b'] })
    one.resolve('b', 940)
    expect(one.flush(1230)).toMatchObject({ reason: 'changed', resolved: ['b'] })
    one.resolve('a', 1240)
    expect(one.flush(1530)).toMatchObject({ reason: 'resolved', resolved: ['a'] })
  })

  test('says that nothing fires any more, though what is suppressed does', () => {
    const one = play()
    one.fire('a', 0)
    one.flush(30)
    one.suppressed.add('a')
    one.fire('b', 40)
    one.resolve('b', 50)
    expect(one.flush(330)).toMatchObject({ reason: 'resolved', firing: [], resolved: ['b'] })
    one.suppressed.clear()
    expect(one.flush(630)).toMatchObject({ reason: 'firing', firing: ['a'], fresh: ['a'] })
  })

  test('begins anew after its end, also when nobody heard of that', () => {
    const one = play({ ...timing, sendResolved: false })
    one.fire('a', 0)
    one.flush(30)
    one.suppressed.add('a')
    one.resolve('a', 40)
    expect(one.flush(330)).toBeNull()
    expect(isOver(one.group)).toBe(true)
    one.suppressed.clear()
    one.fire('a', 400)
    expect(one.flush(430)).toMatchObject({ reason: 'firing', count: 2 })
  })

  test('names no ends to those who do not want to hear of them', () => {
    const one = play({ ...timing, sendResolved: false })
    one.fire('a', 0)
    one.flush(30)
    one.resolve('a', 40)
    one.fire('b', 40)
    expect(one.flush(330)).toMatchObject({ reason: 'changed', firing: ['b'], resolved: [] })
  })

  test('repeats while somebody is waited for', () => {
    const one = play()
    one.fire('a', 0)
    one.fire('b', 0)
    one.flush(30)
    one.acknowledge('a', 40)
    one.acknowledge('b', 40)
    expect(one.flush(3030)).toBeNull()
    one.fire('b', 3100)
    expect(one.flush(3330)).toMatchObject({ reason: 'repeat', firing: ['a', 'b'], fresh: [] })
  })

  test('lets go of what is withdrawn without a word', () => {
    const one = play()
    one.fire('a', 0)
    one.fire('b', 0)
    one.flush(30)
    expect([one.withdraw('a'), one.withdraw('a')]).toEqual([true, false])
    expect(one.group).toMatchObject({ open: 1, dueAt: 330 })
    expect(one.flush(330)).toBeNull()
    one.withdraw('b')
    expect(isOver(one.group)).toBe(true)
    one.fire('b', 340)
    expect(one.flush(370)).toMatchObject({ reason: 'firing', firing: ['b'], count: 2 })
  })

  test('keeps keys that objects know otherwise', () => {
    const one = play()
    for (const key of ['__proto__', 'constructor', '7']) one.fire(key, 0)
    one.restart()
    expect([...one.flush(30)!.firing].sort()).toEqual(['7', '__proto__', 'constructor'])
  })
})

test('a report costs the same in a group of ten thousand', () => {
  // Counted, not timed: a report that looked at other members would ask this one for its keys.
  const group = createGroup()
  for (let i = 0; i < 10_000; i++)
    report(group, { key: `k${i}`, state: 'firing', acknowledged: false, startsAt: 0 }, timing, 0)
  let walks = 0
  group.members = new Proxy(group.members, {
    ownKeys(target) {
      walks++
      return Reflect.ownKeys(target)
    },
  })
  report(group, { key: 'k5', state: 'resolved', acknowledged: false, startsAt: 0 }, timing, 1)
  report(group, { key: 'new', state: 'firing', acknowledged: true, startsAt: 0 }, timing, 1)
  expect(walks).toBe(0)
})
