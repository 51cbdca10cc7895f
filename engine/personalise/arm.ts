import type { PublicationId, SubscriberId } from '../model/ids.ts'

/** Which ranker chose a reader's letter: the one that the publication names, or the built-in one that never learns. */
export const arms = ['learned', 'holdout'] as const
export type Arm = (typeof arms)[number]

/** Where a reader stands in a publication's experiment: the same answer at every time, on every node, from the two ids
 *  alone, so that nobody has to write it down. `share` (0 to 1) of the readers are `holdout`; who is in it changes from
 *  publication to publication, so that nobody is left out for good. A larger share keeps those of a smaller one. */
export function armOf(publicationId: PublicationId | 0, subscriberId: SubscriberId, share: number): Arm {
  return mix(publicationId, subscriberId) < share * 2 ** 32 ? 'holdout' : 'learned'
}

/** 32 even bits from two ids, in 32-bit integer arithmetic: the finalizer of MurmurHash3 (Austin Appleby, public domain) over
 *  either, one after the other. Ids above 2^32 count by their lower half. */
export function mix(a: number, b: number): number {
  return finish(Math.imul(finish(a ^ 0x9e3779b9), 0x85ebca77) ^ b)
}

function finish(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
