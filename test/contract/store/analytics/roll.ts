import { type CountFacts, fold, needsOf } from '../../../../engine/analytics/fold.ts'
import { providerOf } from '../../../../engine/analytics/provider.ts'
import type { CountStep } from '../../../../engine/ports/rollups.ts'
import type { Store } from '../../../../engine/ports/store.ts'

// No test runner in here: benches use it too.

const variants = ['', 'learned', 'holdout'] as const
const topics = [[], ['sea'], ['sea', 'sky'], ['sky']] as const

/** Something of everything, told by the numbers themselves. */
export const facts: CountFacts = {
  variantOf: (publicationId, subscriberId) => variants[(publicationId + subscriberId) % 3]!,
  topicsOf: (publicationId, link) => topics[(publicationId + link) % 4]!,
  providerOf,
}

/** What the next step would be. */
export async function nextStep(store: Store, limit: number, by: CountFacts = facts): Promise<CountStep> {
  const { cursor, events } = await store.rollups.next(limit)
  return fold(cursor, events, await store.rollups.known(needsOf(events)), by)
}

// Somebody else who counts at the same time comes first now and then, but not for ever.
const maxRefused = 100

/** Count on to the last event; a step that is refused is counted again. How many were not. */
export async function rollUp(store: Store, limit = 1000, by: CountFacts = facts): Promise<number> {
  for (let [steps, refused] = [0, 0]; ; ) {
    const step = await nextStep(store, limit, by)
    if (step.to === step.from) return steps
    if (await store.rollups.apply(step)) [steps, refused] = [steps + 1, 0]
    else if (++refused === maxRefused) throw new Error(`The step from ${step.from} is refused for ever.`)
  }
}
