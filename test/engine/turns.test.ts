import { expect, test } from 'vitest'
import { createTurns, turnOver } from '../../engine/gather.ts'
import { createTestClock } from './support/clock.ts'

const ms = 100

function open() {
  const clock = createTestClock()
  const next = createTurns(clock, ms)
  const begun = clock.now()
  const times: number[] = []
  /** Somebody who comes now; `times` says when it was his turn, from the beginning. */
  const come = () => {
    const turn = next()
    if (turn === null) times.push(clock.now() - begun)
    else void turn.then(() => times.push(clock.now() - begun))
  }
  return { clock, times, come }
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

test('a turn that nobody waits for does not take place: who comes after it waits for nothing', async () => {
  const { clock, times, come } = open()
  come()
  await over()
  clock.advance(30)
  come()
  clock.advance(70)
  await over()
  clock.advance(ms + 1)
  come()
  expect(times).toEqual([0, 100, 201])
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
