import type { Carried, Channel, ChannelCapabilities, Message, Outcome } from '../channel/index.ts'
import type { EpochMs } from '../model/ids.ts'

/** A channel as a lane sees it: behind its breaker and its limit of calls in flight. What it carries is in
 *  `capabilities.content`: letters (`Courier`) or posts (`Courier<Post>`). */
export interface Courier<M extends Carried = Message> {
  readonly capabilities: ChannelCapabilities
  /** Null where `text` is a contact that the channel could post to, else what is wrong with it. Undefined where it
   *  reaches nobody but by letters and rooms. */
  readonly contact: Channel['contact'] | undefined
  /** The name of the channel that would carry a batch now: itself, or the one that stands in for it. Its limits are those
   *  that count. */
  via(): string
  /** Null when messages may go, else when to ask again. */
  blockedUntil(): EpochMs | null
  /** Rises with every proof that it works: an answer about some message, a probe that came through. */
  lives(): number
  /** One outcome a message, always: a rejected batch is all `unsent`, a forgotten message `unknown`. A batch with an
   *  `urgent` message goes before all that wait without one. Throws where a message is not what the channel carries. `admittedBy`: the channel by whose limits the
   *  batch was admitted, as `via` said; its own by default. */
  send(batch: readonly M[], signal: AbortSignal, admittedBy?: string): Promise<readonly Outcome[]>
}
