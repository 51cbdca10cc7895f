import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isSampled,
  newTraceParent,
  readTraceParent,
  spanIdOf,
  traceIdOf,
} from '../../../engine/model/trace.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

const digits = (length: number) =>
  fc
    .bigInt({ min: 1n, max: 16n ** BigInt(length) - 1n })
    .map((number) => number.toString(16).padStart(length, '0'))

describe('traceparent', () => {
  test('what the standard allows is read, and only `sampled` of the flags is kept', () => {
    fc.assert(
      fc.property(digits(32), digits(16), fc.integer({ min: 0, max: 255 }), (trace, span, flags) => {
        const read = readTraceParent(`00-${trace}-${span}-${flags.toString(16).padStart(2, '0')}`)
        expect(read).toBe(`00-${trace}-${span}-0${flags & 1}`)
        expect([traceIdOf(read!), spanIdOf(read!), isSampled(read!)]).toEqual([
          trace,
          span,
          (flags & 1) === 1,
        ])
      }),
    )
  })

  test('a later version is read as far as the first one goes', () => {
    expect(readTraceParent(`cc-${traceId}-${spanId}-01-what-the-future-holds`)).toBe(
      `00-${traceId}-${spanId}-01`,
    )
    expect(readTraceParent(`cc-${traceId}-${spanId}-01.what`)).toBeNull()
  })

  test.each([
    undefined,
    ['00'],
    '',
    'x',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-0g`,
    ` 00-${traceId}-${spanId}-01`,
    `01-${traceId}-${spanId}-01-${'x'.repeat(1000)}`,
    `00-${traceId}-${spanId}-01\r\nx: y`,
  ])('%j is none', (text) => {
    expect(readTraceParent(text)).toBeNull()
  })

  test('a new one is valid, not sampled, and its own', () => {
    const made = Array.from({ length: 1000 }, newTraceParent)
    expect(made.every((trace) => readTraceParent(trace) === trace && !isSampled(trace))).toBe(true)
    expect(new Set(made.map(traceIdOf)).size).toBe(1000)
  })
})
