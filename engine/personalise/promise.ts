import type { Selection } from '../model/campaign.ts'
import type { Candidate } from '../model/publication.ts'
import { reasonNumber } from './picks.ts'
import type { Pick } from './ranker.ts'

/** What a result breaks of what `Ranker` promises, as words that go on after "The ranker ..."; null when nothing. */
export function problemOfPicks(
  picks: readonly Pick[],
  { seen }: { readonly seen: ReadonlySet<number> },
  { candidates, selection }: { readonly candidates: readonly Candidate[]; readonly selection: Selection },
): string | null {
  if (!Array.isArray(picks)) return 'gave no list of picks'
  if (picks.length > selection.count) return `picked ${picks.length} items of ${selection.count} at most`
  const taken = new Set<number>()
  for (const pick of picks as readonly Partial<Pick>[]) {
    const candidate = candidates[pick.index ?? -1]
    if (candidate === undefined) return `picked index ${pick.index}, which is no candidate`
    if (taken.has(pick.index!)) return `picked item ${candidate.id} twice`
    taken.add(pick.index!)
    if (selection.onlyNew && seen.has(candidate.id))
      return `picked item ${candidate.id}, which its reader had`
    if (!isReason(pick, candidate)) return `gave no reason that can be told for item ${candidate.id}`
  }
  const open = candidates.flatMap(({ id, key }, index) =>
    selection.onlyNew && seen.has(id) ? [] : [[key, index] as const],
  )
  const byKey = new Map(open)
  const pinned = [...new Set(selection.pinned)].flatMap((key) => byKey.get(key) ?? [])
  const wanted = pinned.slice(0, selection.count)
  if (wanted.some((index, place) => picks[place]?.index !== index))
    return 'did not begin with the pinned items'
  return null
}

function isReason({ reason }: Partial<Pick>, candidate: Candidate): boolean {
  if (reason === undefined || reason === null) return false
  if (reason.kind !== 'follows') return ['pinned', 'popular', 'recent'].includes(reason.kind)
  try {
    return reasonNumber(reason, candidate) >= 0
  } catch {
    return false
  }
}
