import type { EpochMs, SubscriberId } from '../model/ids.ts'
import type { Link } from '../model/link.ts'
import type { PublicationSpec } from '../model/publication.ts'
import { readTallies } from '../personalise/model/affinity.ts'
import type { Model, ReaderTallies } from '../personalise/model/model.ts'
import { decodePicks } from '../personalise/picks.ts'
import type { ReadLetter } from '../ports/models.ts'
import { readingOf } from './reading.ts'
import { sightOf } from './sight.ts'

/** A publication as the learner needs it. */
export interface LearnedRun {
  readonly spec: Pick<PublicationSpec, 'candidates' | 'selection' | 'startedAt' | 'language'>
  readonly links: readonly Link[]
}

/** Events in `after < id <= upTo`. */
export interface Span {
  readonly after: number
  readonly upTo: number
}

/** Learn what happened to a letter within a span of events: the difference between what is known of it after the span and before. So
 *  the same open told twice, or a second click on one item, is learned from once, and nothing has to be remembered of letters.
 *  `readers` holds those that were learned of already. False when there was nothing to learn. */
export function learnLetter(
  model: Model,
  letter: ReadLetter,
  { spec, links }: LearnedRun,
  { after, upTo }: Span,
  at: EpochMs,
  readers: Map<SubscriberId, ReaderTallies>,
): boolean {
  const { subscriberId, picks, topics, language, tracking, tallies, reads } = letter
  if (tracking === 'denied' || picks === null || picks.length === 0) return false
  const items = decodePicks(picks).map(({ itemId }) => itemId)
  const placeOf = (link: number): number | undefined => {
    const place = items.indexOf(links[link]?.itemId ?? -1)
    return place < 0 ? undefined : place
  }
  const before = readingOf(reads, after, placeOf)
  const now = readingOf(reads, upTo, placeOf)
  if (before.seen === now.seen && before.clicked.symmetricDifference(now.clicked).size === 0) return false
  const candidates = new Map(spec.candidates.map((candidate) => [candidate.id as number, candidate]))
  const reader = { interests: topics, language: language ?? spec.language }
  const sights = items.map((itemId, place) => {
    const candidate = candidates.get(itemId)
    return candidate === undefined
      ? null
      : sightOf({ candidate, place, reader, at: spec.startedAt, halfLifeMs: spec.selection.halfLifeMs })
  })
  if (sights.length === 0 || sights.includes(null)) return false
  const known = readers.get(subscriberId) ?? readTallies(tallies, at)
  readers.set(subscriberId, known)
  model.learn(
    sights.filter((sight) => sight !== null),
    before,
    now,
    known,
    at,
  )
  return true
}
