import { describe, expect, test } from 'vitest'
import { createPace } from '../../plugins/ses/pace.ts'
import { createTestClock } from '../engine/support/clock.ts'

const never = new AbortController().signal

function paced(perSecond: number, atOnce = 100) {
  const clock = createTestClock()
  const pace = createPace({ clock, atOnce, perSecond })
  const gone: string[] = []
  const leaves: (() => void)[] = []
  const ask = async (name: string, urgent = false, signal = never) => {
    const turn = await pace.take(urgent, signal)
    gone.push(typeof turn === 'string' ? `${name} ${turn}` : name)
    if (typeof turn === 'function') leaves.push(turn)
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const advance = async (ms: number) => {
    clock.advance(ms)
    await settled()
  }
  return { clock, pace, gone, leaves, ask, settled, advance }
}

describe('how fast letters go', () => {
  test('two a second: one now, then one every half second', async () => {
    const { gone, ask, settled, advance } = paced(2)
    for (const name of ['a', 'b', 'c']) void ask(name)
    await settled()
    expect(gone).toEqual(['a'])
    await advance(499)
    expect(gone).toEqual(['a'])
    await advance(1)
    expect(gone).toEqual(['a', 'b'])
    await advance(500)
    expect(gone).toEqual(['a', 'b', 'c'])
  })

  test('within any second no more than the rate and a tenth of it, also after a pause', async () => {
    const { gone, ask, settled, advance } = paced(50)
    await advance(60_000)
    for (let n = 0; n < 200; n++) void ask(String(n))
    await settled()
    expect(gone).toHaveLength(5)
    for (let ms = 0; ms < 1000; ms += 20) await advance(20)
    expect(gone).toHaveLength(55)
  })

  test('a new rate counts at once', async () => {
    const { gone, pace, ask, settled, advance } = paced(1)
    for (const name of ['a', 'b', 'c']) void ask(name)
    await settled()
    pace.setRate(10)
    await advance(100)
    await advance(100)
    expect(gone).toEqual(['a', 'b', 'c'])
  })

  test('so many at the same time', async () => {
    const { gone, leaves, ask, settled } = paced(10_000, 2)
    for (const name of ['a', 'b', 'c', 'd']) void ask(name)
    await settled()
    expect(gone).toEqual(['a', 'b'])
    leaves[0]!()
    leaves[0]!()
    await settled()
    expect(gone).toEqual(['a', 'b', 'c'])
  })

  test('an alert goes before all that waits', async () => {
    const { gone, ask, settled, advance } = paced(1)
    for (const name of ['a', 'b', 'c']) void ask(name)
    void ask('alert', true)
    await settled()
    await advance(1000)
    expect(gone).toEqual(['a', 'alert'])
  })

  test('a short hold is waited for, a long one is told at once', async () => {
    const { gone, pace, ask, settled, advance } = paced(10_000)
    pace.hold(1000)
    void ask('a')
    await advance(999)
    expect(gone).toEqual([])
    await advance(1)
    expect(gone).toEqual(['a'])
    pace.hold(2000)
    void ask('b')
    await settled()
    pace.hold(600_000)
    void ask('c')
    await settled()
    expect(gone).toEqual(['a', 'b held', 'c held'])
    expect(pace.heldMs()).toBe(600_000)
    await advance(600_000)
    void ask('d')
    await settled()
    expect(gone.at(-1)).toBe('d')
  })

  test('who is stopped leaves the queue', async () => {
    const { gone, ask, settled, advance } = paced(1)
    const stop = new AbortController()
    void ask('a')
    void ask('b', false, stop.signal)
    void ask('c')
    stop.abort()
    await settled()
    await advance(1000)
    expect(gone).toEqual(['a', 'b stopped', 'c'])
    await ask('d', false, stop.signal)
    expect(gone.at(-1)).toBe('d stopped')
  })
})
