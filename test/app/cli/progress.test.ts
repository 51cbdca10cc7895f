import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createProgress } from '../../../app/cli/terminal/progress.ts'

const counts = { done: 0, total: 1000 }

function stage(traits: { isTTY?: boolean; columns?: number } = {}) {
  let now = 0
  const written: string[] = []
  const stream = new Writable({ decodeStrings: false })
  stream.write = (text: string) => written.push(text) > 0
  return {
    stream: Object.assign(stream, traits),
    now: () => now,
    wait: (ms: number) => {
      now += ms
    },
    written,
  }
}

describe('on a terminal', () => {
  const bar = () => {
    const { stream, now, wait, written } = stage({ isTTY: true, columns: 100 })
    return { progress: createProgress(stream, { now, label: 'weekly' }), wait, written }
  }

  test('draws in place, with share, amount, rate, time left and note', () => {
    const { progress, wait, written } = bar()
    progress.update(counts)
    wait(1000)
    progress.update({ done: 250, total: 1000, note: '3 failed' })
    expect(written.at(-1)).toMatch(
      /^\rweekly {2}.+ {3}25% {2}250\/1,000 {2}250\/s {2}3\.0 s left {2}3 failed\x1b\[K$/,
    )
    expect(written.join('')).not.toContain('\n')
    progress.finish()
    expect(written.at(-1)).toBe('\n')
  })

  test('draws ten times a second at most, and the last state always', () => {
    const { progress, wait, written } = bar()
    for (let done = 0; done <= 1000; done++) {
      progress.update({ done, total: 1000 })
      wait(1)
    }
    expect(written.length).toBeLessThanOrEqual(11)
    progress.finish()
    expect(written.join('')).toContain('1,000/1,000')
  })

  test('never writes more than a line holds', () => {
    for (const columns of [20, 40, 60, 80, 200]) {
      const { stream, now, written } = stage({ isTTY: true, columns })
      createProgress(stream, { now, label: 'a-campaign' }).update({
        done: 59_991,
        total: 60_000,
        perSecond: 12_345,
        remainingMs: 77_000,
        note: '59,991 sent, 12 failed',
      })
      const [line = ''] = written
      const shown = line.replace(/[\r\n]|\x1b\[[0-9;]*[mK]/g, '')
      expect(shown.length, `at ${columns}`).toBeLessThan(columns)
    }
  })
})

test('elsewhere: a line every two seconds and one at the end', () => {
  const { stream, now, wait, written } = stage()
  const progress = createProgress(stream, { now, label: 'weekly' })
  for (let done = 0; done <= 1000; done += 10) {
    progress.update({ done, total: 1000 })
    wait(50)
  }
  progress.finish()
  expect(written.map((line) => line.split('  ').at(-3)?.trim() ?? line)).toHaveLength(4)
  expect(written[1]).toBe('weekly   40%  400/1,000  200/s  3.0 s left\n')
  expect(written.at(-1)).toBe('weekly  100%  1,000/1,000\n')
  expect(written.join('')).not.toContain('\x1b')
})

test('with json: one object a line', () => {
  const { stream, now, wait, written } = stage({ isTTY: true, columns: 80 })
  const progress = createProgress(stream, { now, json: true })
  progress.update({ done: 1, total: 2, fields: { failed: 0 } })
  wait(1000)
  progress.update({ done: 2, total: 2, fields: { failed: 1 } })
  progress.say('not this')
  progress.finish()
  expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
    { type: 'progress', done: 1, total: 2, perSecond: 0, remainingMs: null, failed: 0 },
    { type: 'progress', done: 2, total: 2, perSecond: 1, remainingMs: 0, failed: 1 },
  ])
})
