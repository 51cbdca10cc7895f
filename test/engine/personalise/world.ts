import { sightOf } from '../../../engine/learning/sight.ts'
import type { Candidate } from '../../../engine/model/publication.ts'
import {
  createModel,
  type Model,
  newReader,
  type ReaderTallies,
  type Sight,
  unread,
} from '../../../engine/personalise/model/model.ts'
import { readModel, shareModel, type Weights } from '../../../engine/personalise/model/shared.ts'
import { snapshotOf } from '../../../engine/personalise/model/snapshot.ts'
import { hour, now, selection } from './newsroom.ts'

export const readerHalfLifeMs = 30 * 24 * hour
export const settings = { readerHalfLifeMs }

export const sight = (
  candidate: Candidate,
  place: number,
  interests: { readonly [topic: string]: number } = {},
): Sight =>
  sightOf({
    candidate,
    place,
    reader: { interests, language: null },
    at: now,
    halfLifeMs: selection().halfLifeMs,
  })

/** A letter that was read in one go: which places were clicked. */
export function read(
  model: Model,
  letter: readonly Sight[],
  clicked: readonly number[],
  reader: ReaderTallies = newReader(now),
  at = now,
): void {
  model.learn(letter, unread, { seen: true, clicked: new Set(clicked) }, reader, at)
}

export const weightsOf = (model: Model, version = 1): Weights =>
  readModel(shareModel(version, snapshotOf(model)))

/** A model that learned from letters of these candidates: the clicks fall on whoever has `liked`. */
export function trained(candidates: readonly Candidate[], liked: string, random: () => number): Model {
  const model = createModel(settings)
  if (candidates.length === 0) return model
  for (let i = 0; i < 60; i++) {
    const letter = Array.from({ length: 5 }, (_, place) =>
      sight(candidates[Math.floor(random() * candidates.length)]!, place),
    )
    const clicked = letter.flatMap(({ topics }, place) =>
      topics.includes(liked) && random() < 0.5 ? [place] : [],
    )
    read(model, letter, clicked, newReader(now), now - 60 * hour + i * hour)
  }
  return model
}
