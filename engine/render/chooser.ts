import { fileURLToPath, pathToFileURL } from 'node:url'
import { BroadsheetError } from '../errors.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { FrozenRanking } from '../model/ranking.ts'
import { armOf } from '../personalise/arm.ts'
import { createInterestRanker } from '../personalise/interest-ranker.ts'
import { createLearnedRanker } from '../personalise/learned-ranker.ts'
import { readModel, type SharedModel } from '../personalise/model/shared.ts'
import { problemOfPicks } from '../personalise/promise.ts'
import type { Pick, Ranker, RankerFactory, RankRequest } from '../personalise/ranker.ts'

/** Chooses for readers: each by the ranker of their arm. */
export interface Chooser {
  /** One result a reader, in order. */
  choose(
    readers: readonly { readonly id: SubscriberId; readonly request: RankRequest }[],
  ): readonly (readonly Pick[])[]
}

interface Ranked {
  readonly candidates: PublicationSpec['candidates']
  readonly selection: PublicationSpec['selection']
  readonly startedAt: EpochMs
  readonly ranking?: FrozenRanking
}

/** `model`: of the version that the publication began with. `publicationId` 0 is a rehearsal: nobody is held out. */
export async function createChooser(
  publicationId: PublicationId | 0,
  spec: Ranked,
  model: SharedModel | null,
): Promise<Chooser> {
  const { candidates, selection, startedAt, ranking } = spec
  const control = createInterestRanker(candidates, selection, startedAt)
  const treated = await rankerOf(spec, model, control)
  if (treated === control || ranking === undefined)
    return { choose: (readers) => control.rank(readers.map(({ request }) => request)) }
  const share = publicationId === 0 ? 0 : ranking.holdoutShare
  return {
    choose(readers) {
      const arms = readers.map(({ id }) => armOf(publicationId, id, share))
      const pick = (ranker: Ranker, arm: 'learned' | 'holdout') =>
        ranker.rank(readers.flatMap(({ request }, i) => (arms[i] === arm ? [request] : []))).values()
      const learned = pick(treated, 'learned')
      const holdout = pick(control, 'holdout')
      return arms.map((arm) => (arm === 'learned' ? learned : holdout).next().value!)
    },
  }
}

async function rankerOf(
  { candidates, selection, startedAt, ranking }: Ranked,
  model: SharedModel | null,
  control: Ranker,
): Promise<Ranker> {
  if (ranking === undefined) return control
  if (ranking.kind === 'learned')
    return model === null
      ? control
      : createLearnedRanker(readModel(model), ranking.exploration, candidates, selection, startedAt)
  const factory = await loadRanker(ranking.module)
  return guarded(ranking.module, () => factory(candidates, selection, startedAt), control, {
    candidates,
    selection,
  })
}

/** The `createRanker` of a module, or its default export. Throws E_CONFIG where there is none. `module`: absolute path or file URL. */
export async function loadRanker(module: string): Promise<RankerFactory> {
  const url = module.startsWith('file:') ? module : pathToFileURL(module).href
  let found: { readonly createRanker?: unknown; readonly default?: unknown }
  try {
    found = (await import(url)) as typeof found
  } catch (error) {
    throw new BroadsheetError(
      'E_CONFIG',
      `The ranker ${fileURLToPath(url)} could not be loaded: ${messageOf(error)}`,
    )
  }
  const factory = found.createRanker ?? found.default
  if (typeof factory !== 'function')
    throw new BroadsheetError(
      'E_CONFIG',
      `The ranker ${fileURLToPath(url)} exports no function createRanker(candidates, selection, now).`,
    )
  return factory as RankerFactory
}

/** Somebody else's ranker: where it throws, or breaks a promise of `Ranker`, the readers of that batch are chosen for by the built-in one, and
 *  standard error says so once. A letter that is less well chosen is better than none. */
function guarded(
  name: string,
  make: () => Ranker,
  control: Ranker,
  given: Parameters<typeof problemOfPicks>[2],
): Ranker {
  let said = false
  const complain = (problem: string) => {
    if (said) return
    said = true
    process.emitWarning(`The ranker ${name} ${problem}: letters are ranked by interest instead.`)
  }
  let ranker: Ranker
  try {
    ranker = make()
  } catch (error) {
    complain(`failed (${messageOf(error)})`)
    return control
  }
  return {
    rank(batch) {
      try {
        const results = ranker.rank(batch)
        const problem =
          results.length === batch.length
            ? results.map((picks, i) => problemOfPicks(picks, batch[i]!, given)).find((one) => one !== null)
            : `gave ${results.length} results for ${batch.length} requests`
        if (problem == null) return results
        complain(problem)
      } catch (error) {
        complain(`failed (${messageOf(error)})`)
      }
      return control.rank(batch)
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
