import { LRUCache } from 'lru-cache'
import type { Log } from '../log.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { RankingConfig } from '../model/ranking.ts'
import { type SharedModel, shareModel } from '../personalise/model/shared.ts'
import { readSnapshot } from '../personalise/model/snapshot.ts'
import type { Store } from '../ports/store.ts'

/** How a publication that begins now is ranked to its end; nothing where nothing was learned yet, or is to be. */
export async function rankingNow(
  { kind, module, holdoutShare, exploration }: RankingConfig,
  store: Pick<Store, 'models'>,
): Promise<Pick<PublicationSpec, 'ranking'>> {
  if (module !== null) return { ranking: { kind: 'module', module, holdoutShare } }
  if (kind === 'interest') return {}
  const active = (await store.models.list()).find((model) => model.active)
  if (active === undefined) return {}
  return { ranking: { kind: 'learned', version: active.version, exploration, holdoutShare } }
}

/** Weights for the render threads: each version is loaded and judged once. */
export interface Models {
  /** Those that a publication began with. Null where it needs none; and where they are gone or no good, which is logged: its letters are
   *  ranked by interest then, for a letter that is less well chosen is better than none. */
  of(spec: Pick<PublicationSpec, 'ranking'>): Promise<SharedModel | null>
}

// Publications under way began with a few versions at most, and each is a megabyte.
const maxModels = 8

export function createModels(store: Pick<Store, 'models'>, log: Log): Models {
  const cache = new LRUCache<number, SharedModel>({
    max: maxModels,
    async fetchMethod(version) {
      const kept = await store.models.get(version)
      const read = kept === null ? { problem: 'it is not kept any more' } : readSnapshot(kept.state)
      if ('snapshot' in read) return shareModel(version, read.snapshot)
      log.error({ version, problem: read.problem }, 'ranking.model_refused')
      return undefined
    },
  })
  return {
    async of({ ranking }) {
      return ranking?.kind === 'learned' ? ((await cache.fetch(ranking.version)) ?? null) : null
    },
  }
}
