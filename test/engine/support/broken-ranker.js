/** Picks the same item twice. */
export default function createRanker(candidates) {
  const picks = candidates.length > 0 ? [0, 0].map((index) => ({ index, reason: { kind: 'recent' } })) : []
  return { rank: (batch) => batch.map(() => picks) }
}
