import type { EngineConfig } from '../config.ts'
import type { EpochMs } from '../model/ids.ts'

/** When a transient failure is tried again: base * 2^(attempt - 1) up to the cap, +-20 % so that a
 *  thousand rows refused together do not come back together; never before the server's own Retry-After.
 *  Null when that would be past the publication's deadline: then it has failed. */
export function retryAt(
  config: Pick<EngineConfig['delivery'], 'retryBaseMs' | 'retryCapMs'>,
  attempt: number,
  now: EpochMs,
  deadline: EpochMs,
  random: () => number,
  retryAfterMs: number | null,
): EpochMs | null {
  const exponential = Math.min(config.retryBaseMs * 2 ** (attempt - 1), config.retryCapMs)
  const jittered = exponential * (0.8 + 0.4 * random())
  const at = now + Math.round(Math.max(jittered, retryAfterMs ?? 0))
  return at > deadline ? null : at
}
