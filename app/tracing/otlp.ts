import { randomUUID } from 'node:crypto'
import {
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace as traceApi,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Log } from '../../engine/log.ts'
import {
  isSampled,
  newTraceParent,
  spanIdOf,
  type TraceParent,
  traceIdOf,
  traceParentOf,
} from '../../engine/model/trace.ts'
import type { Span, SpanName, Tracer } from '../../engine/ports/tracer.ts'
import type { TracingSettings } from '../config/tracing.ts'
import type { Tracing } from './tracing.ts'

/** Spans that wait at most, about 2 KB each: what comes while a collector is away is dropped beyond that. */
const maxWaiting = 2048
const exportMs = 2000

/** OpenTelemetry's tracing, as the engine knows it. Nothing global is set: another SDK in the process is not concerned. */
export function openOtlp(
  settings: TracingSettings,
  { version, log }: { readonly version: string; readonly log: Log },
): Tracing {
  const random = new RandomIdGenerator()
  const share = new TraceIdRatioBasedSampler(settings.sampling)
  const usual = new ParentBasedSampler({ root: share })
  /** What the span that is begun now was named before; the SDK takes it from its generator. */
  let named: TraceParent | null = null
  const sampler: Sampler = {
    shouldSample: (...args) =>
      named === null ? usual.shouldSample(...args) : { decision: SamplingDecision.RECORD_AND_SAMPLED },
    toString: () => usual.toString(),
  }
  const exporter = new OTLPTraceExporter({
    url: settings.url,
    headers: { ...settings.headers },
    timeoutMillis: exportMs,
    // After a failure the processor begins a second post beside the first. Further ones are refused here, and dropped.
    concurrencyLimit: 2,
  })
  const provider = new TracerProvider({
    sampler,
    idGenerator: {
      generateTraceId: () => (named === null ? random.generateTraceId() : traceIdOf(named)),
      generateSpanId: () => (named === null ? random.generateSpanId() : spanIdOf(named)),
    },
    resource: resourceFromAttributes({
      'service.version': version,
      'service.instance.id': randomUUID(),
      ...settings.attributes,
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: telling(exporter, log),
        maxQueueSize: maxWaiting,
        // The exporter gives up first, and says why.
        exportTimeoutMillis: exportMs + 1000,
      }),
    ],
  })
  const spans = provider.getTracer('broadsheet', version)
  const isWanted = (traceId: string): boolean =>
    share.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED

  const tracer: Tracer = {
    start(name, { parent, as = null, at, attributes }): Span {
      if (as !== null ? !isSampled(as) : parent !== null && !isSampled(parent)) return unwanted(as ?? parent)
      named = as
      try {
        const span = spans.startSpan(
          name,
          {
            kind: kindOf(name),
            ...(at !== undefined && { startTime: at }),
            ...(attributes !== undefined && { attributes }),
          },
          parent === null ? ROOT_CONTEXT : traceApi.setSpanContext(ROOT_CONTEXT, contextOf(parent)),
        )
        const { traceId, spanId, traceFlags } = span.spanContext()
        return {
          trace: traceParentOf({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }),
          recorded: span.isRecording(),
          end({ at: endAt, attributes: more, error } = {}) {
            if (more !== undefined) span.setAttributes(more)
            if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
            span.end(endAt)
          },
        }
      } finally {
        named = null
      }
    },
    name(parent) {
      const traceId = parent === null ? random.generateTraceId() : traceIdOf(parent)
      const sampled = parent === null ? isWanted(traceId) : isSampled(parent)
      return traceParentOf({ traceId, spanId: random.generateSpanId(), sampled })
    },
  }

  let closing: Promise<void> | null = null
  return {
    tracer,
    close() {
      // What could not be posted was said when it was tried.
      closing ??= provider.shutdown().catch(() => {})
      return closing
    },
  }
}

const unwanted = (trace: TraceParent | null): Span => ({
  trace: trace ?? newTraceParent(),
  recorded: false,
  end() {},
})

/** Says once that spans do not arrive, and once that they do again. The reason is a code: what a collector answers, and where it
 *  is, may hold secrets. */
function telling(exporter: SpanExporter, log: Log): SpanExporter {
  let failing = false
  return {
    export(batch, done) {
      exporter.export(batch, (result) => {
        // 0: ExportResultCode.SUCCESS
        const failed = result.code !== 0
        if (failed && !failing)
          log.warn({ spans: batch.length, reason: reasonOf(result.error) }, 'traces.not_taken')
        if (!failed && failing) log.info({ spans: batch.length }, 'traces.taken_again')
        failing = failed
        done(result)
      })
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

function reasonOf(error: (Error & { readonly code?: unknown }) | undefined): string {
  const { code } = error ?? {}
  return typeof code === 'string' || typeof code === 'number' ? String(code) : (error?.name ?? 'unknown')
}

const contextOf = (trace: TraceParent): SpanContext => ({
  traceId: traceIdOf(trace),
  spanId: spanIdOf(trace),
  traceFlags: isSampled(trace) ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote: true,
})

function kindOf(name: SpanName): SpanKind {
  switch (name) {
    case 'api':
      return SpanKind.SERVER
    case 'send':
    case 'alert.send':
      return SpanKind.CLIENT
    case 'publication':
    case 'batch':
    case 'render':
    case 'settle':
    case 'alert.accept':
    case 'notification':
      return SpanKind.INTERNAL
  }
}
