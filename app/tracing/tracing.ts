import type { Log } from '../../engine/log.ts'
import { noTracer, type Tracer } from '../../engine/ports/tracer.ts'
import type { TracingSettings } from '../config/tracing.ts'

export interface Tracing {
  readonly tracer: Tracer
  /** Post what waits. Idempotent; ends by itself when the collector does not answer, 2 s later. */
  close(): Promise<void>
}

const none: Tracing = { tracer: noTracer, close: async () => {} }

/** Who writes spans down, by the settings. OpenTelemetry (10 MB in memory) is loaded only where somebody wants them. */
export async function openTracing(
  settings: TracingSettings | null,
  parts: { readonly version: string; readonly log: Log },
): Promise<Tracing> {
  if (settings === null) return none
  const { openOtlp } = await import('./otlp.ts')
  return openOtlp(settings, parts)
}
