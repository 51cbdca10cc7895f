import type { EpochMs } from '../../model/ids.ts'

/** Clicks that came, and clicks that the rest of the model expected of those who saw it; both fade. */
export interface Tally {
  clicks: number
  expected: number
  /** When the two were right: they are to be faded from here. */
  at: EpochMs
}

/** The logarithm of how many times more clicks came than were expected, drawn towards 0 by `strength` clicks of prior:
 *  the mean of a Gamma-Poisson model, log((clicks + strength) / (expected + strength)). Agarwal, Chen and Elango, "Spatio-temporal
 *  models for estimating click-through rate", WWW 2009, with their discounting of the past. Counting against an expectation
 *  instead of against views keeps apart what an item has of itself from who was shown it, and how far down. */
export const logOdds = (clicks: number, expected: number, strength: number): number =>
  Math.log((Math.max(clicks, 0) + strength) / (Math.max(expected, 0) + strength))

/** How much of the past is left after a time. What comes out of order, from before, is taken as it is. */
export const fading = (elapsedMs: number, halfLifeMs: number): number =>
  elapsedMs <= 0 ? 1 : 2 ** (-elapsedMs / halfLifeMs)

export const oddsAt = (
  tally: Tally | undefined,
  at: EpochMs,
  halfLifeMs: number,
  strength: number,
): number => {
  if (tally === undefined) return 0
  const left = fading(at - tally.at, halfLifeMs)
  return logOdds(tally.clicks * left, tally.expected * left, strength)
}

/** Fade to `at` and add. */
export function addTo(tally: Tally, at: EpochMs, halfLifeMs: number, clicks: number, expected: number): void {
  const left = fading(at - tally.at, halfLifeMs)
  // What is taken back may have faded since.
  tally.clicks = Math.max(0, tally.clicks * left + clicks)
  tally.expected = Math.max(0, tally.expected * left + expected)
  tally.at = Math.max(tally.at, at)
}

/** The one of a key, made when there is none. */
export function tallyOf<K>(tallies: Map<K, Tally>, key: K, at: EpochMs): Tally {
  let tally = tallies.get(key)
  if (tally === undefined) {
    tally = { clicks: 0, expected: 0, at }
    tallies.set(key, tally)
  }
  return tally
}

/** Keep the `most` that were touched last. */
export function pruneOldest<K>(tallies: Map<K, Tally>, most: number): void {
  if (tallies.size <= most) return
  const byAge = [...tallies].sort(([, a], [, b]) => a.at - b.at)
  for (const [key] of byAge.slice(0, tallies.size - most)) tallies.delete(key)
}
