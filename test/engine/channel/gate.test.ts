import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createScopeGate, retryAfterMs } from '../../../engine/channel/index.ts'
import { createTestClock } from '../support/clock.ts'

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 23, 8)
  const of = (text: string) => retryAfterMs({ 'retry-after': text }, now)

  test.each([
    ['0', 0],
    ['30', 30_000],
    ['0.25', 250],
    ['1.0001', 1_001],
    [' 5 ', 5_000],
    ['Mon, 23 Nov 2026 08:00:10 GMT', 10_000],
    ['Mon, 23 Nov 2026 07:59:00 GMT', 0],
    ['999999999', 86_400_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['', null],
    ['-5', null],
    ['1e3', null],
    ['soon', null],
    ['99999999999', null],
  ])('%j is %j ms', (text, ms) => expect(of(text)).toBe(ms))

  test('is null where there is none', () => expect(retryAfterMs({}, now)).toBe(null))

  test('never asks for the past, nor for more than a day', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = of(text)
        expect(ms === null || (ms >= 0 && ms <= 86_400_000)).toBe(true)
      }),
    )
  })
})

describe('the gate', () => {
  test('holds a room until its time, and no other', () => {
    const clock = createTestClock()
    const gate = createScopeGate(clock)
    gate.shut('ops', 5_000)
    clock.advance(1_000)
    expect(gate.held(7, 'ops')).toEqual({
      id: 7,
      status: 'transient',
      code: 'held',
      detail: 'The room takes no more for 4 s.',
      scope: 'room',
      retryAfterMs: 4_000,
    })
    expect(gate.held(7, 'desk')).toBe(null)
    gate.shut('ops', 1_000)
    clock.advance(3_999)
    expect(gate.held(7, 'ops')).toMatchObject({ retryAfterMs: 1 })
    clock.advance(1)
    expect(gate.held(7, 'ops')).toBe(null)
  })

  test('holds the whole channel', () => {
    const clock = createTestClock()
    const gate = createScopeGate(clock)
    gate.shut(null, 2_000)
    expect(gate.held(1, 'ops')).toMatchObject({ scope: 'channel', retryAfterMs: 2_000 })
    expect(gate.held(1, 'desk')).toMatchObject({ scope: 'channel' })
    clock.advance(2_000)
    expect(gate.held(1, 'ops')).toBe(null)
  })
})
