import type { AudienceCount } from '../../engine/model/audience.ts'

/** Ids in a range. Small ranges, since people who came together are alike: many looks here and there tell more than
 *  a few long ones. A statement costs some 10 us, a row 1 to 3. */
export const rangeSize = 256

// Few looks have no spread worth the name: these are taken even when the time is over.
export const minLooks = 16

/** The numbers 0 to `count` - 1, shuffled, always the same way (mulberry32 and Fisher-Yates). */
export function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  let seed = 0x9e3779b9
  for (let i = count - 1; i > 0; i -= 1) {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    const j = ((mixed ^ (mixed >>> 14)) >>> 0) % (i + 1)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}

/** How many there are in all ranges, from what was found in some of them, taken at random without giving any back.
 *  The margin is the larger of two: from how the ranges differ (Cochran, Sampling Techniques, 9.3: cluster sampling
 *  with the correction for a finite population), and from the binomial of single people with two more of each kind
 *  (Agresti and Coull), which says that finding nobody in a sample does not prove that there is nobody. */
export function estimate(found: readonly number[], ranges: number): AudienceCount {
  const looks = found.length
  const sum = found.reduce((total, one) => total + one, 0)
  if (looks >= ranges) return { count: sum, exact: true, margin: 0 }
  const mean = sum / looks
  const spread = found.reduce((total, one) => total + (one - mean) ** 2, 0) / Math.max(1, looks - 1)
  const rest = 1 - looks / ranges
  const byRanges = ranges * Math.sqrt((rest * spread) / looks)
  const people = looks * rangeSize
  const share = (sum + 2) / (people + 4)
  const byPeople = ranges * rangeSize * Math.sqrt((rest * share * (1 - share)) / people)
  return {
    count: Math.round(mean * ranges),
    exact: false,
    margin: Math.max(1, Math.ceil(1.96 * Math.max(byRanges, byPeople))),
  }
}
