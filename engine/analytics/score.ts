import type { EpochMs } from '../model/ids.ts'
import { dayMs } from '../model/rollup.ts'

/** What a read of a person is worth, and how long it takes to be worth half. */
export const scoreWeights = { opened: 1, clicked: 4 } as const
export const scoreHalfLifeMs = 30 * dayMs

// What is left of a sum when what was added is taken away again, by rounding.
const nothing = 1e-9

const exponent = (at: EpochMs): number => at / scoreHalfLifeMs

/** A score with a read more, or less: log2(2^score + sign x weight x 2^(at / half-life)). Null is an empty sum. */
export function addedScore(
  log2: number | null,
  type: keyof typeof scoreWeights,
  at: EpochMs,
  sign: 1 | -1,
): number | null {
  const added = Math.log2(scoreWeights[type]) + exponent(at)
  if (log2 === null) return sign > 0 ? added : null
  const high = Math.max(log2, added)
  const sum = 2 ** (log2 - high) + sign * 2 ** (added - high)
  return sum <= nothing ? null : high + Math.log2(sum)
}

/** What a score is worth at a time: 4 right after a click, 2 a half-life later. */
export const scoreAt = (log2: number | null, at: EpochMs): number =>
  log2 === null ? 0 : 2 ** (log2 - exponent(at))

/** The lowest worth that a bin's scores have at a time. */
export const binWorth = (bin: number, at: EpochMs): number => scoreAt(bin / 4, at)
