import { LRUCache } from 'lru-cache'
import type { ItemId, PublicationId } from '../model/ids.ts'
import type { CountedEvent } from '../model/rollup.ts'
import { armOf } from '../personalise/arm.ts'
import type { Store } from '../ports/store.ts'
import type { CountFacts } from './fold.ts'
import { providerOf } from './provider.ts'

/** What publications have frozen, as much of it as counting needs. */
export interface FactBook {
  /** The facts that counting these events needs, read where they are not known yet. */
  of(events: readonly CountedEvent[]): Promise<CountFacts>
}

/** Of one publication. */
interface Facts {
  readonly topicsByItem: ReadonlyMap<ItemId, readonly string[]>
  /** Null: no experiment, one ranker for all. */
  readonly holdoutShare: number | null
  /** By index; more come while letters are rendered. */
  readonly topicsByLink: readonly (readonly string[])[]
}

/** Old letters are opened for weeks: 200 publications of 1,000 items are some 30 MB, most have ten. */
const maxPublications = 200
const none: Facts = { topicsByItem: new Map(), holdoutShare: null, topicsByLink: [] }
const noTopics: readonly string[] = []

export function createFactBook(store: Pick<Store, 'publications' | 'links'>): FactBook {
  const known = new LRUCache<PublicationId, Facts>({ max: maxPublications })

  async function read(id: PublicationId, before: Facts | undefined): Promise<Facts> {
    const { topicsByItem, holdoutShare } = before ?? (await frozen(id))
    const links = await store.links.get(id)
    const topicsByLink = links.map(
      ({ itemId }) => (itemId === null ? undefined : topicsByItem.get(itemId)) ?? noTopics,
    )
    const facts = { topicsByItem, holdoutShare, topicsByLink }
    known.set(id, facts)
    return facts
  }

  async function frozen(id: PublicationId): Promise<Facts> {
    const publication = await store.publications.get(id)
    if (publication === null) return none
    const { candidates, ranking } = publication.spec
    return {
      topicsByItem: new Map(candidates.map((item) => [item.id, item.topics])),
      holdoutShare: ranking?.holdoutShare || null,
      topicsByLink: [],
    }
  }

  return {
    async of(events) {
      const lastLink = new Map<PublicationId, number>()
      for (const { publicationId, link } of events)
        lastLink.set(publicationId, Math.max(lastLink.get(publicationId) ?? -1, link ?? -1))
      const facts = new Map<PublicationId, Facts>()
      for (const [id, last] of lastLink) {
        const there = known.get(id)
        facts.set(id, there !== undefined && last < there.topicsByLink.length ? there : await read(id, there))
      }
      return {
        variantOf(publicationId, subscriberId) {
          const share = facts.get(publicationId)?.holdoutShare ?? null
          return share === null ? '' : armOf(publicationId, subscriberId, share)
        },
        topicsOf: (publicationId, link) => facts.get(publicationId)?.topicsByLink[link] ?? noTopics,
        providerOf,
      }
    },
  }
}
