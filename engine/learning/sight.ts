import type { EpochMs } from '../model/ids.ts'
import type { Candidate } from '../model/publication.ts'
import {
  interestFactor,
  languageFactor,
  logRecency,
  popularityFactor,
} from '../personalise/model/features.ts'
import type { Sight } from '../personalise/model/model.ts'

/** What is known of a reader before anything is learned. */
export interface DeclaredReader {
  readonly interests: { readonly [topic: string]: number }
  /** BCP 47. */
  readonly language: string | null
}

/** An item of a letter as its reader saw it. `place` counts from 0; `at` is the time of the ranking. */
export function sightOf(parts: {
  readonly candidate: Pick<Candidate, 'id' | 'topics' | 'language' | 'popularity' | 'publishedAt'>
  readonly place: number
  readonly reader: DeclaredReader
  readonly at: EpochMs
  readonly halfLifeMs: number
}): Sight {
  const { candidate, place, reader, at, halfLifeMs } = parts
  let most = 0
  for (const name of candidate.topics)
    if (Object.hasOwn(reader.interests, name) && reader.interests[name]! > most)
      most = reader.interests[name]!
  return {
    itemId: candidate.id,
    topics: candidate.topics,
    place,
    interest: Math.log(interestFactor(Math.min(1, most))),
    language: Math.log(languageFactor(reader.language, candidate.language)),
    recency: logRecency((at - candidate.publishedAt) / halfLifeMs),
    popularity: Math.log(popularityFactor(candidate.popularity)),
  }
}
