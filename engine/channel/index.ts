import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Json } from '../model/ids.ts'
import type { Note, PostReason } from '../model/note.ts'
import type { Egress } from './http.ts'

export type { Clock } from '../clock.ts'
export type { Log } from '../log.ts'
export type { Json } from '../model/ids.ts'
export type { Block, Inline, Note, NoteLink, PostReason, RichText, Tone } from '../model/note.ts'
export { sendEach } from './each.ts'
export { fitNote, type NoteLimits, wholeUrl } from './fit.ts'
export { createScopeGate, interrupted, limited, retryAfterMs, type ScopeGate } from './gate.ts'
export {
  createHttpClient,
  type Egress,
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpFault,
  type HttpRequest,
} from './http.ts'
export { plainText } from './plain.ts'
export { cleanText, oneLine, type Span, shorten, spansOf, textOf, truncate } from './text.ts'

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
  /** An alert: it goes before all that is not. */
  readonly urgent?: boolean
}

/** One message in the neutral form, which the channel puts into its own. */
export interface Post {
  /** Unique within the batch; outcomes name it. */
  readonly id: number
  /** The name of one of the channel's rooms (`capabilities.rooms`), or one person's contact that `contact` has taken. */
  readonly to: string
  readonly note: Note
  readonly reason: PostReason
  /** The same facts for programs; at most 256 KB as JSON. */
  readonly data: { readonly [key: string]: Json }
  /** When what it tells of happened, epoch milliseconds. */
  readonly at: number
  /** The same for all posts about one thing. */
  readonly thread: string
  /** The receipt that the channel gave for the last post of this thread to this `to`; null: there was none. With one, a
   *  channel that can edits the earlier message or answers below it. */
  readonly earlier: string | null
  /** The same over every retry of the same delivery, for channels that can refuse copies. */
  readonly key: string
  readonly urgent?: boolean
}

/** What became of one message.
 *  - `sent`: the other side took responsibility.
 *  - `transient`: refused for now. `scope: 'channel'` when it says nothing about this recipient.
 *  - `permanent`: refused for good. `suppress` when the address itself is bad.
 *  - `unknown`: it left and no answer came: it may have been taken.
 *  - `unsent`: nothing that could be taken for it left the process; trying again cannot double it.
 *  `scope: 'room'`: the place it was for takes nothing until `retryAfterMs` is over; other places are not concerned.
 *  `code` is for grouping, e.g. `550 5.1.1`; `detail` for people, at most 500 characters. */
export type Outcome =
  | {
      readonly id: number
      readonly status: 'sent'
      readonly code: string | null
      readonly detail: string | null
      /** What this message alone took, milliseconds, where the channel knows: for statistics. */
      readonly tookMs?: number
      /** Of a post: what finds it again, to edit it or to answer below it; at most 1,000 characters. */
      readonly receipt?: string
    }
  | {
      readonly id: number
      readonly status: 'transient'
      readonly code: string
      readonly detail: string
      readonly scope: 'recipient' | 'room' | 'channel'
      readonly retryAfterMs: number | null
    }
  | {
      readonly id: number
      readonly status: 'permanent'
      readonly code: string
      readonly detail: string
      readonly suppress: boolean
    }
  | {
      readonly id: number
      readonly status: 'unknown'
      readonly code: string
      readonly detail: string
      /** Its place alone did not answer: that says nothing of the channel. Absent: the channel did not. */
      readonly scope?: 'room'
    }
  | { readonly id: number; readonly status: 'unsent'; readonly code: string; readonly detail: string }

/** How letters leave. */
export interface MailRoute {
  /** On the way to the next server: `offered` takes encryption where there is some, `required` checks it. */
  readonly tls: 'never' | 'offered' | 'required'
  /** Name in EHLO; null: not known before a connection is. */
  readonly helo: string | null
  /** The other side signs by DKIM, whoever signed before. */
  readonly signs: boolean
}

export interface ChannelCapabilities {
  /** `mime`: takes finished letters (`Message`). `note`: takes `Post`s. */
  readonly content: 'mime' | 'note'
  /** Messages a call of `send`. */
  readonly maxBatch: number
  /** Calls of `send` that may overlap. */
  readonly maxInFlight: number
  /** The other side refuses a second message of the same `key`. */
  readonly idempotent: boolean
  readonly maxMessageBytes: number | null
  /** What comes back goes to `Message.from`, which may name each letter, so that it is found again. Default: the other side
   *  takes what comes back itself, and `from` says only who sends. */
  readonly returnPath?: boolean
  /** Of a `mime` channel: what it knows of the way, for those who ask whether letters will arrive. */
  readonly route?: MailRoute
  /** Of a `note` channel: a post with a receipt changes the earlier message, so that acknowledgements are worth telling. */
  readonly edits?: boolean
  /** Of a `note` channel: names of the places in its settings that posts can go to. */
  readonly rooms?: readonly string[]
  /** Not known yet, the above is a guess: a channel in a process of its own that has not come up so far. Its object changes
   *  when it does. */
  readonly pending?: boolean
}

export type ProbeResult =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly detail: string }

/** What a channel carries: letters, or posts. */
export type Carried = Message | Post

export interface Channel<M extends Carried = Message> {
  readonly capabilities: ChannelCapabilities
  /** Send one batch. Calls overlap up to `maxInFlight`. Resolves with one outcome per id, in any order;
   *  rejects only if nothing left the process. `signal` fires when the daemon stops: begin nothing more, and
   *  answer within 5 s, with `unsent` for what had not left and `unknown` for what had without an answer. */
  send(batch: readonly M[], signal: AbortSignal): Promise<readonly Outcome[]>
  /** Can it be reached, without sending anything? Never rejects. */
  probe(signal: AbortSignal): Promise<ProbeResult>
  /** Of a `note` channel that can reach people one by one: null where `text` is a contact it could post to, else what is
   *  wrong with it ("must be a Slack member id, e.g. U012AB3CD"). Without it only rooms are reached. A channel in a process
   *  of its own answers by promise; none rejects. */
  contact?(text: string): string | null | Promise<string | null>
  /** Ends every connection and timer. Idempotent. */
  close(): Promise<void>
}

/** Hears how long the steps of a channel's protocol take. */
export interface ChannelMeter {
  /** `phase`: one of a few words of the channel's own, e.g. `connect` or `data`: each makes a series of figures. Not for every
   *  message of thousands a second: a sample will do. */
  phase(phase: string, seconds: number): void
}

export interface ChannelContext {
  readonly clock: Clock
  readonly log: Log
  /** Uniform in [0, 1): jitter. */
  readonly random: () => number
  /** What HTTP clients may connect to (`createHttpClient`). Not in a process of its own, where the operator's grant decides. */
  readonly egress?: Egress
  /** For channels that know more than how long a `send` takes. Not in a process of its own. */
  readonly meter?: ChannelMeter
}

export interface ChannelDefinition<Config, M extends Carried = Message> {
  readonly name: string
  readonly api: typeof channelApi
  /** Strict schema of the channel's settings, without `type`. */
  readonly config: z.ZodType<Config>
  /** Opens no connection that must succeed: an unreachable server is found by `probe` or `send`. */
  open(config: Config, context: ChannelContext): Promise<Channel<M>>
}

/** Declare a channel. */
export function defineChannel<Config, M extends Carried = Message>(
  definition: Omit<ChannelDefinition<Config, M>, 'api'>,
): ChannelDefinition<Config, M> {
  return { ...definition, api: channelApi }
}
