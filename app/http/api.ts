import type { Readable } from 'node:stream'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../../engine/clock.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Log } from '../../engine/log.ts'
import type { AlertSettings } from '../../engine/model/alert-settings.ts'
import type { Access } from '../access/access.ts'
import type { LimitName } from '../config/http.ts'
import type { Limiter } from './limits/limiter.ts'
import type { Priority } from './limits/pressure.ts'
import type { Auth } from './request/auth.ts'
import type { RouteScope } from './request/authorise.ts'

/** Fastify with routes typed by their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** What routes are made from. */
export interface Parts {
  readonly engine: Engine
  /** What sources of alerts leave out, and by which rules they go. */
  readonly alerting: AlertSettings
  readonly auth: Auth
  /** Of requests; for what a route counts by other than its caller or address. */
  readonly limiter: Limiter
  readonly access: Access
  /** Where clients reach this daemon; null: not known. */
  readonly publicUrl: string | null
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** True once the daemon is stopping. */
  readonly stopping: () => boolean
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may. Every route says it; one that does not is refused when it is made. */
    scope?: RouteScope
    /** `Idempotency-Key` works here. Default under /api/v1: every POST, PUT and PATCH. */
    idempotent?: boolean
    /** False: its subject keeps its own history. Default: changes are written into the audit log. */
    audit?: false
    /** Reports of alerts: their requests are counted apart. */
    intake?: boolean
    /** Which limit of an address its requests count for; false: none. Default: for a route of the API that of the caller, or
     *  of the address where there is none; for a public one `public`. */
    limit?: false | LimitName
    /** The letter whose limit a request counts for; null: as by default. */
    letterOf?: (request: FastifyRequest) => string | null
    /** Its body or its answer is a stream that takes as long as it needs, or its work does; default: `http.times` hold. */
    takesLong?: boolean
    /** What it is when there is too much to do; see limits/shed.ts. Default: by its scope. */
    priority?: Priority
    /** Answers while the daemon stops. */
    whileStopping?: boolean
  }
  interface FastifyInstance {
    /** Refuse new requests with 503 E_STOPPING and end live streams; those under way go on. Called by `close`. */
    drain(): void
  }
}

/** What every operation of the API says of itself. */
export const operation = (tag: string, summary: string, description?: string) => ({
  ...openOperation(tag, summary, description),
  security: [{ bearer: [] }, { session: [] }],
})

/** The same of one that everybody may use. */
export const openOperation = (tag: string, summary: string, description?: string) => ({
  tags: [tag],
  summary,
  ...(description !== undefined && { description }),
})

/** Answer with a stream; the schema describes its text. Resolves when all of it was sent, or the client went. */
export async function sendStream(reply: unknown, type: string, stream: Readable): Promise<void> {
  await (reply as FastifyReply).type(type).send(stream)
}
