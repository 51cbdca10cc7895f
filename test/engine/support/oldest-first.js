/** A ranker that puts the oldest items first, as docs/personalisation.md has it for an example. */
export function createRanker(candidates, selection) {
  const oldest = candidates
    .map((candidate, index) => ({ candidate, index }))
    .sort((a, b) => a.candidate.publishedAt - b.candidate.publishedAt || a.candidate.id - b.candidate.id)
  const pinned = selection.pinned.flatMap(
    (key) => oldest.find(({ candidate }) => candidate.key === key) ?? [],
  )
  const order = [...new Set([...pinned, ...oldest])]
  return {
    rank: (batch) =>
      batch.map(({ seen }) =>
        order
          .filter(({ candidate }) => !(selection.onlyNew && seen.has(candidate.id)))
          .slice(0, selection.count)
          .map(({ index }) => ({ index, reason: { kind: 'recent' } })),
      ),
  }
}
