import type { Clock } from '../clock.ts'
import type { HttpAnswer, HttpFault } from './http.ts'
import type { Outcome } from './index.ts'

/** A day: what a server asks for beyond that is a mistake, or a bad joke. */
const longestMs = 86_400_000

/** What `Retry-After` asks for, milliseconds from `now` on, at most a day: seconds, also fractions of them, or a date (RFC 9110
 *  10.2.3). Null where there is none, or none that makes sense. */
export function retryAfterMs(headers: HttpAnswer['headers'], now: number): number | null {
  const text = headers['retry-after']?.trim().slice(0, 60) ?? ''
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Math.min(longestMs, Math.ceil(Number(text) * 1000))
  // A date has a letter: `Date.parse` makes years of bare numbers, and reads "-5".
  const date = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : Math.min(longestMs, Math.max(0, date - now))
}

/** Keeps posts from places that asked to be left alone, until their time. In this process only: the engine keeps the pauses that
 *  all nodes share, from the outcomes; this holds what is on its way already. */
export interface ScopeGate {
  /** Nothing goes to this room, or by this channel (null), for so long. A shorter time does not shorten a longer one. */
  shut(room: string | null, ms: number): void
  /** Null where a post to this room may go; else its outcome without a request. */
  held(id: number, room: string): Outcome | null
}

export function createScopeGate(clock: Clock): ScopeGate {
  const until = new Map<string | null, number>()
  let sweepAt = 1_000

  return {
    shut(room, ms) {
      const now = clock.now()
      if (until.size >= sweepAt) {
        for (const [each, end] of until) if (end <= now) until.delete(each)
        sweepAt = Math.max(1_000, 2 * until.size)
      }
      until.set(room, Math.max(until.get(room) ?? 0, now + Math.min(ms, longestMs)))
    },
    held(id, room) {
      const now = clock.now()
      for (const scope of [null, room]) {
        const left = (until.get(scope) ?? 0) - now
        if (left > 0) return limited(id, scope === null ? 'channel' : 'room', left, 'held')
      }
      return null
    },
  }
}

/** Told to come later, or held back because of that. */
export const limited = (
  id: number,
  scope: 'room' | 'channel',
  retryAfterMs: number | null,
  code = '429',
): Outcome => ({
  id,
  status: 'transient',
  code,
  detail:
    retryAfterMs === null
      ? `The ${scope} takes no more for now.`
      : `The ${scope} takes no more for ${Math.ceil(retryAfterMs / 1000)} s.`,
  scope,
  retryAfterMs,
})

/** A request without an answer: `unsent` where nothing had left, else `unknown`. */
export const interrupted = (id: number, { phase, code, message }: HttpFault): Outcome => ({
  id,
  status: phase === 'connect' ? 'unsent' : 'unknown',
  code,
  detail: message,
})
