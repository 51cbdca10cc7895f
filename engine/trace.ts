import { AsyncLocalStorage } from 'node:async_hooks'
import { type TraceParent, traceIdOf } from './model/trace.ts'

/** What runs now is part of a trace: every log line written meanwhile carries `fields`. The runtime hands it on from call to call,
 *  over every `await`; it does not go to other threads, nor into the store: what must know it there is told. */
interface Traced {
  readonly trace: TraceParent | null
  readonly fields: object
}

const running = new AsyncLocalStorage<Traced | null>()

/** Do `work`, and all that it begins, as part of a trace (null: of none, with `fields` alone). Inside of the same trace its fields
 *  come to those there are. */
export function withTrace<T>(trace: TraceParent | null, fields: object, work: () => T): T {
  if (trace === null) return running.run({ trace, fields }, work)
  const around = running.getStore() ?? null
  const traceId = traceIdOf(trace)
  const same = around?.trace != null && traceIdOf(around.trace) === traceId
  return running.run({ trace, fields: { ...(same && around.fields), traceId, ...fields } }, work)
}

/** For what goes on after whoever woke it has gone, and for others: a sweep, a gathered transaction. */
export const withoutTrace = <T>(work: () => T): T => running.run(null, work)

export const currentTrace = (): TraceParent | null => running.getStore()?.trace ?? null

/** Of the log lines that are written now; a new object each time. */
export const traceFields = (): object => ({ ...running.getStore()?.fields })
