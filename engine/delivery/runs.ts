import { LRUCache } from 'lru-cache'
import type { EngineConfig } from '../config.ts'
import type { Log } from '../log.ts'
import type { PublicationId } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { Store } from '../ports/store.ts'
import { makePlan, type SharedPlan, sharePlan } from '../render/plan.ts'
import { createLinkBook, type LinkBook } from './link-book.ts'
import type { Models } from './ranking.ts'

/** A publication as the lanes need it: what never changes while it runs. */
export interface Run {
  readonly id: PublicationId
  readonly spec: PublicationSpec
  readonly plan: SharedPlan
  readonly links: LinkBook
}

/** Loads each publication once. */
export interface Runs {
  get(id: PublicationId): Promise<Run | null>
}

export function createRuns(
  config: EngineConfig,
  store: Pick<Store, 'publications' | 'links'>,
  models: Models,
  log: Log,
): Runs {
  const cache = new LRUCache<PublicationId, Run>({
    max: 16,
    async fetchMethod(id) {
      const publication = await store.publications.get(id)
      if (!publication) return undefined
      const { spec } = publication
      const plan = sharePlan(`p${id}`, makePlan(config, id, spec), await models.of(spec))
      return { id, spec, plan, links: createLinkBook(store.links, log, id) }
    },
  })
  return { get: async (id) => (await cache.fetch(id)) ?? null }
}
