import type { Message, Outcome } from '../channel/index.ts'
import type { EpochMs } from '../model/ids.ts'

/** A channel as a lane sees it: behind its breaker and its limit of calls in flight. */
export interface Courier {
  /** Null when letters may go, else when to ask again. */
  blockedUntil(): EpochMs | null
  /** Rises with every proof that it works: an answer about some letter, a probe that came through. */
  lives(): number
  /** One outcome a message, always: a rejected batch is all `unsent`, a forgotten message `unknown`. */
  send(batch: readonly Message[], signal: AbortSignal): Promise<readonly Outcome[]>
}
