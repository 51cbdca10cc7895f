import { expect, test } from 'vitest'
import { createTurns, turnOver } from '../../engine/gather.ts'
import { createTestClock } from './support/clock.ts'

const ms = 100

function open() {
  const clock = createTestClock()
  const turns = createTurns(clock, ms)
  const begun = clock.now()
  const times: number[] = []
  /** Somebody who comes now; `times` says when it was his turn, from the beginning. */
  const come = () => {
    const turn = turns.next()
    if (turn === null) times.push(clock.now() - begun)
    else void turn.then(() => times.push(clock.now() - begun))
  }
  return { clock, turns, times, come }
}

const over = async () => {
  await turnOver()
  await turnOver()
}

test('what comes alone waits for nothing', async () => {
  const { clock, times, come } = open()
  come()
  await over()
  clock.advance(ms)
  come()
  await over()
  clock.advance(5000)
  come()
  expect(times).toEqual([0, 100, 5100])
})

test('all who come meanwhile have their turn at once, with those who come in it', async () => {
  const { clock, times, come } = open()
  come()
  come()
  await over()
  for (const wait of [10, 30, 59]) {
    clock.advance(wait)
    come()
  }
  await over()
  expect(times).toEqual([0, 0])
  clock.advance(1)
  await Promise.resolve().then(() => {})
  come()
  await over()
  expect(times).toEqual([0, 0, 100, 100, 100, 100])
  come()
  await over()
  expect(times).toHaveLength(6)
  clock.advance(ms)
  await over()
  expect(times.at(-1)).toBe(200)
})

test('a chance that nobody takes is no turn', async () => {
  const { clock, turns, times, come } = open()
  come()
  await over()
  let taken = 0
  const chance = () => void turns.chance().then(() => taken++)
  chance()
  chance()
  clock.advance(ms - 1)
  await over()
  expect(taken).toBe(0)
  clock.advance(1)
  await over()
  expect(taken).toBe(2)
  chance()
  await over()
  expect(taken).toBe(3)
  clock.advance(20)
  come()
  expect(times).toEqual([0, 120])
})

test('a turn that somebody has is a chance for the others', async () => {
  const { clock, turns, come } = open()
  come()
  await over()
  let taken = false
  void turns.chance().then(() => {
    taken = true
    // In the same turn.
    expect(turns.next()).toBeNull()
  })
  // Set forward: its timer has not fired when the next turn begins.
  clock.jump(ms)
  come()
  await over()
  expect(taken).toBe(true)
})

test('it is crowded where several come to a turn', async () => {
  const { clock, turns, come } = open()
  for (let n = 1; n <= 3; n++) come()
  expect(turns.crowded()).toBe(false)
  come()
  expect(turns.crowded()).toBe(true)
  await over()
  clock.advance(ms)
  come()
  expect(turns.crowded()).toBe(false)
})

test('a clock that is set back keeps nobody longer', async () => {
  const { clock, times, come } = open()
  come()
  await over()
  clock.jump(-3_600_000)
  come()
  clock.advance(ms)
  await over()
  expect(times).toEqual([0, ms - 3_600_000])
})
