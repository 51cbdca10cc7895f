import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'

export type { Clock } from '../clock.ts'
export type { Log } from '../log.ts'

/** The API that this Broadsheet speaks with its channels. */
export const channelApi = 1

/** One finished letter. */
export interface Message {
  /** Unique within the batch; outcomes name it. */
  readonly id: number
  /** Envelope sender and recipient, bare addresses. */
  readonly from: string
  readonly to: string
  /** The whole RFC 5322 message: CRLF line ends, no line over 998 bytes, no line that begins with ".".
   *  7-bit unless `eightBit`. A view into memory shared by the batch: do not keep it past `send`. */
  readonly bytes: Uint8Array
  readonly eightBit: boolean
  /** An address or a header needs SMTPUTF8 (RFC 6531). */
  readonly utf8: boolean
  /** The same over every retry of the same delivery, for channels that can refuse copies. */
  readonly key: string
}

/** What became of one message.
 *  - `sent`: the other side took responsibility.
 *  - `transient`: refused for now. `scope: 'channel'` when it says nothing about this recipient.
 *  - `permanent`: refused for good. `suppress` when the address itself is bad.
 *  - `unknown`: it left and no answer came: it may have been taken.
 *  - `unsent`: nothing that could be taken for it left the process; trying again cannot double it.
 *  `code` is for grouping, e.g. `550 5.1.1`; `detail` for people, at most 500 characters. */
export type Outcome =
  | {
      readonly id: number
      readonly status: 'sent'
      readonly code: string | null
      readonly detail: string | null
      /** What this message alone took, milliseconds, where the channel knows: for statistics. */
      readonly tookMs?: number
    }
  | {
      readonly id: number
      readonly status: 'transient'
      readonly code: string
      readonly detail: string
      readonly scope: 'recipient' | 'channel'
      readonly retryAfterMs: number | null
    }
  | {
      readonly id: number
      readonly status: 'permanent'
      readonly code: string
      readonly detail: string
      readonly suppress: boolean
    }
  | { readonly id: number; readonly status: 'unknown'; readonly code: string; readonly detail: string }
  | { readonly id: number; readonly status: 'unsent'; readonly code: string; readonly detail: string }

export interface ChannelCapabilities {
  readonly content: 'mime'
  /** Messages a call of `send`. */
  readonly maxBatch: number
  /** Calls of `send` that may overlap. */
  readonly maxInFlight: number
  /** The other side refuses a second message of the same `key`. */
  readonly idempotent: boolean
  readonly maxMessageBytes: number | null
}

export type ProbeResult =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly detail: string }

export interface Channel {
  readonly capabilities: ChannelCapabilities
  /** Send one batch. Calls overlap up to `maxInFlight`. Resolves with one outcome per id, in any order;
   *  rejects only if nothing left the process. `signal` fires when the daemon stops: begin nothing more, and
   *  answer within 5 s, with `unsent` for what had not left and `unknown` for what had without an answer. */
  send(batch: readonly Message[], signal: AbortSignal): Promise<readonly Outcome[]>
  /** Can it be reached, without sending anything? Never rejects. */
  probe(signal: AbortSignal): Promise<ProbeResult>
  /** Ends every connection and timer. Idempotent. */
  close(): Promise<void>
}

export interface ChannelContext {
  readonly clock: Clock
  readonly log: Log
  /** Uniform in [0, 1): jitter. */
  readonly random: () => number
}

export interface ChannelDefinition<Config> {
  readonly name: string
  readonly api: typeof channelApi
  /** Strict schema of the channel's settings, without `type`. */
  readonly config: z.ZodType<Config>
  /** Opens no connection that must succeed: an unreachable server is found by `probe` or `send`. */
  open(config: Config, context: ChannelContext): Promise<Channel>
}

/** Declare a channel. */
export function defineChannel<Config>(
  definition: Omit<ChannelDefinition<Config>, 'api'>,
): ChannelDefinition<Config> {
  return { ...definition, api: channelApi }
}
