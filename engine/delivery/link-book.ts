import type { Log } from '../log.ts'
import type { PublicationId } from '../model/ids.ts'
import type { NewLink } from '../model/link.ts'
import type { LinkStore } from '../ports/links.ts'
import { type SharedLinks, shareLinks } from '../render/plan.ts'

/** The links of one publication, as this node knows them. A letter leaves when all of its links are kept. */
export interface LinkBook {
  /** The only links that letters may hold tracked; null while there is room for more. */
  readonly only: SharedLinks | null
  /** Keep links. False: not all of them are kept; the letters that hold them must be made again, with `only`. */
  keep(links: readonly NewLink[]): Promise<boolean>
}

export function createLinkBook(store: LinkStore, log: Log, publicationId: PublicationId): LinkBook {
  const kept = new Set<string>()
  let only: SharedLinks | null = null
  return {
    get only() {
      return only
    },
    async keep(links) {
      // With `only`, a batch that was made before it came may still hold others.
      const fresh = links.filter(({ key }) => !kept.has(key))
      if (fresh.length === 0) return true
      if (await store.put(publicationId, fresh)) {
        for (const { key } of fresh) kept.add(key)
        return true
      }
      const all = await store.get(publicationId)
      // Lanes that find it full together say so once.
      if (only === null) log.warn({ publicationId, links: all.length }, 'links.full')
      only ??= shareLinks(all)
      for (const { key } of all) kept.add(key)
      return false
    },
  }
}
