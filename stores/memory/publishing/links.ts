import type { LinkStore } from '../../../engine/ports/links.ts'
import { joinLinks } from '../../rules/link.ts'
import type { MemoryState } from '../state.ts'

export function createLinks({ publications }: Pick<MemoryState, 'publications'>): LinkStore {
  return {
    async put(publicationId, links) {
      const run = publications.get(publicationId)
      if (run === undefined) return false
      const { added, whole } = joinLinks(run.links, links)
      run.links.push(...added)
      return whole
    },
    async get(publicationId) {
      return [...(publications.get(publicationId)?.links ?? [])]
    },
  }
}
