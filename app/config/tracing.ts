import { z } from 'zod'

/** Null: not said here, so that the environment of OpenTelemetry may say it. */
export const tracingSchema = z.strictObject({
  otlp: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe(
      'Where spans are posted as OTLP/HTTP (JSON), with its path: "http://localhost:4318/v1/traces". Default: OTEL_EXPORTER_OTLP_ENDPOINT, or nowhere',
    ),
  sampling: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe(
      'Share of traces that are written, of those that begin here; others are as their traceparent says. Default: OTEL_TRACES_SAMPLER, or 1',
    ),
  headers: z
    .record(z.string().regex(/^[\w-]+$/, 'must be the name of a header'), z.string().max(8192))
    .default({})
    .describe('Sent with each post, beside those of OTEL_EXPORTER_OTLP_HEADERS: { "authorization": "..." }'),
  service: z
    .string()
    .min(1)
    .max(200)
    .nullable()
    .default(null)
    .describe('The name in `service.name`. Default: OTEL_SERVICE_NAME, or "broadsheet"'),
})

/** Where spans go. */
export interface TracingSettings {
  readonly url: string
  /** 0 to 1. */
  readonly sampling: number
  /** Secrets. */
  readonly headers: { readonly [name: string]: string }
  /** Of the resource, `service.name` among them. */
  readonly attributes: { readonly [name: string]: string }
}

/** What the settings say, and where they do not, OpenTelemetry's own variables
 *  (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Null: nobody wants spans. */
export function tracingOf(
  said: z.output<typeof tracingSchema>,
  env: NodeJS.ProcessEnv,
): TracingSettings | null {
  const off = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  const url = said.otlp ?? (off ? null : endpointOf(env))
  if (url === null) return null
  const attributes = pairs(env.OTEL_RESOURCE_ATTRIBUTES)
  const service = said.service ?? (env.OTEL_SERVICE_NAME || attributes['service.name']) ?? 'broadsheet'
  return {
    url,
    sampling: said.sampling ?? samplingOf(env),
    headers: {
      ...pairs(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS || env.OTEL_EXPORTER_OTLP_HEADERS),
      ...said.headers,
    },
    attributes: { ...attributes, 'service.name': service },
  }
}

function endpointOf(env: NodeJS.ProcessEnv): string | null {
  // The one for traces is taken as it is, the other is a beginning.
  if (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT
  return base ? `${base.replace(/(?<!\/)\/+$/, '')}/v1/traces` : null
}

function samplingOf(env: NodeJS.ProcessEnv): number {
  switch (env.OTEL_TRACES_SAMPLER) {
    case 'always_off':
    case 'parentbased_always_off':
      return 0
    case 'traceidratio':
    case 'parentbased_traceidratio': {
      const share = Number(env.OTEL_TRACES_SAMPLER_ARG || '1')
      return share >= 0 && share <= 1 ? share : 1
    }
    default:
      return 1
  }
}

/** `key1=value1,key2=value2`, values percent-encoded. */
function pairs(text = ''): { [name: string]: string } {
  const found: { [name: string]: string } = {}
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    if (at > 0) found[pair.slice(0, at).trim()] = decoded(pair.slice(at + 1).trim())
  }
  return found
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
