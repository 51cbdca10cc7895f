import type { AudienceCount } from '../../engine/model/audience.ts'

/** Ids in a range. Small ranges, since people who came together are alike: many looks here and there tell more than
 *  a few long ones. A statement costs some 10 us, a row 1 to 3. */
export const rangeSize = 256

// Few looks have no spread worth the name: these are taken even when the time is over.
export const minLooks = 16

/** The numbers 0 to `count` - 1, each once, so that those taken so far are spread evenly wherever one stops: steps of
 *  the golden ratio around the circle (Knuth, The Art of Computer Programming 3, 6.4). Ids rise with time, and much
 *  that a rule asks does too: an even spread is nearer than chance, and it is the same each time. */
export function* spread(count: number): Generator<number> {
  let step = Math.max(1, Math.round(count * 0.6180339887498949))
  while (commonDivisor(step, count) > 1) step += 1
  for (let taken = 0; taken < count; taken += 1) yield (taken * step) % count
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

/** How many there are in all ranges, from what was found in some of them, taken evenly without giving any back.
 *  The margin is the larger of two: from how the ranges differ (Cochran, Sampling Techniques, 9.3: cluster sampling
 *  with the correction for a finite population), and from the binomial of single people with two more of each kind
 *  (Agresti and Coull), which says that finding nobody in a sample does not prove that there is nobody. */
export function estimate(found: readonly number[], ranges: number): AudienceCount {
  const looks = found.length
  const sum = found.reduce((total, one) => total + one, 0)
  if (looks >= ranges) return { count: sum, exact: true, margin: 0 }
  const mean = sum / looks
  const variance = found.reduce((total, one) => total + (one - mean) ** 2, 0) / Math.max(1, looks - 1)
  const rest = 1 - looks / ranges
  const byRanges = ranges * Math.sqrt((rest * variance) / looks)
  const people = looks * rangeSize
  const share = (sum + 2) / (people + 4)
  const byPeople = ranges * rangeSize * Math.sqrt((rest * share * (1 - share)) / people)
  // Student's t at 97.5 %, within 0.01 of the tables from 8 degrees of freedom on; 1.96 with many.
  const free = Math.max(1, looks - 1)
  const width = 1.96 + 2.372 / free + 2.823 / free ** 2
  return {
    count: Math.round(mean * ranges),
    exact: false,
    margin: Math.max(1, Math.ceil(Math.max(width * byRanges, 1.96 * byPeople))),
  }
}
