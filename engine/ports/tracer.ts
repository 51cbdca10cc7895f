import type { EpochMs } from '../model/ids.ts'
import { newTraceParent, type TraceParent } from '../model/trace.ts'

/** `api`: a request. `publication`: from its start to its end, whoever ends it. Under it a `batch`, from reading its recipients until
 *  its books are written, with `render` (by the clock of the thread that did it), `send` and `settle`. Of alerts: `alert.accept`
 *  for what one request reports, `notification` for deciding and writing what is told of it, `alert.send` for each call of a channel. */
export type SpanName =
  | 'api'
  | 'publication'
  | 'batch'
  | 'render'
  | 'send'
  | 'settle'
  | 'alert.accept'
  | 'notification'
  | 'alert.send'

export type SpanAttributes = { readonly [name: string]: string | number | boolean }

export interface SpanStart {
  /** Null: it begins a trace. */
  readonly parent: TraceParent | null
  /** What it is, where that was decided earlier, maybe by another node (`Tracer.name`). */
  readonly as?: TraceParent
  /** Milliseconds since 1970, with fractions; absent: now. */
  readonly at?: EpochMs
  readonly attributes?: SpanAttributes
}

export interface SpanEnd {
  readonly at?: EpochMs
  readonly attributes?: SpanAttributes
  /** Why it failed; absent: it did not. No addresses, no bodies. */
  readonly error?: string
}

/** Something that took time. */
export interface Span {
  /** The parent of what it consists of. */
  readonly trace: TraceParent
  /** False: nobody wants its attributes. */
  readonly recorded: boolean
  /** Once. Never called: as if it had never been. */
  end(end?: SpanEnd): void
}

/** Who writes down what took how long: called once a request, a batch or a call of a channel, never once a letter. Every method
 *  returns at once and throws nothing. A trace is wanted or not from its first span on (`sampled`); what is not, costs nothing
 *  further down. Attributes hold ids, counts and names of the settings; no addresses, no bodies, no secrets. */
export interface Tracer {
  start(name: SpanName, start: SpanStart): Span
  /** What a span will be that somebody ends later: its children may be written before it. */
  name(parent: TraceParent | null): TraceParent
}

/** Writes nothing down, but keeps traces together: what is begun under a trace belongs to it. */
export const noTracer: Tracer = {
  start: (_, { parent, as }) => ({ trace: as ?? parent ?? newTraceParent(), recorded: false, end() {} }),
  name: (parent) => parent ?? newTraceParent(),
}
