import { randomFillSync } from 'node:crypto'

declare const kind: unique symbol

/** Where something happens in a trace: `00-` trace id (32 digits) `-` span id (16) `-` flags (2), lower-case hexadecimal, as in
 *  the header `traceparent` of https://www.w3.org/TR/trace-context/. */
export type TraceParent = string & { readonly [kind]: 'traceparent' }

/** What a publication keeps of the trace that it is part of. */
export interface RunTrace {
  /** The publication itself: the parent of its batches. */
  readonly own: TraceParent
  /** What began it; null where nobody asked, as at a due time. */
  readonly parent: TraceParent | null
}

const sampledFlag = 1

/** Null for what is none, by the rules of the standard: an unknown version is read as far as version 00 goes; only the flag
 *  `sampled` is taken over. */
export function readTraceParent(text: unknown): TraceParent | null {
  if (typeof text !== 'string' || text.length > 512) return null
  const found = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(text)
  if (found === null) return null
  const [, version, traceId, spanId, flags, rest] = found as unknown as string[]
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null
  if (/^0+$/.test(traceId!) || /^0+$/.test(spanId!)) return null
  return traceParentOf({
    traceId: traceId!,
    spanId: spanId!,
    sampled: (Number.parseInt(flags!, 16) & sampledFlag) === sampledFlag,
  })
}

export function traceParentOf(span: {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}): TraceParent {
  return `00-${span.traceId}-${span.spanId}-${span.sampled ? '01' : '00'}` as TraceParent
}

const idBytes = 24
// Of many ids at once: each request and each letter's batch has some, and each asking costs more than its bytes.
const drawn = Buffer.alloc(170 * idBytes)
let used = drawn.length

/** The first of a trace that nobody records. */
export function newTraceParent(): TraceParent {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  // All zeros is not allowed, and would need luck of 1 in 2^64.
  const ids = drawn.toString('hex', used, used + idBytes)
  used += idBytes
  return traceParentOf({ traceId: ids.slice(0, 32), spanId: ids.slice(32), sampled: false })
}

export const traceIdOf = (trace: TraceParent): string => trace.slice(3, 35)
export const spanIdOf = (trace: TraceParent): string => trace.slice(36, 52)
export const isSampled = (trace: TraceParent): boolean => trace.endsWith('1')
