import type { PublicationId } from '../model/ids.ts'
import type { Link, NewLink } from '../model/link.ts'

/** Where the links of letters lead. They live as long as their publication: a letter may be opened years later.
 *
 *  Invariants: a link never changes; within a publication keys differ and indexes are 0, 1, 2 ... without a gap; there are at
 *  most `maxLinks` of a publication. */
export interface LinkStore {
  /** Keep those that are not kept yet, in their order. False when one of them is not kept as it was told: there is no room
   *  left (those that found room are kept), another address has its key, or there is no such publication. */
  put(publicationId: PublicationId, links: readonly NewLink[]): Promise<boolean>
  /** All of a publication, by index. */
  get(publicationId: PublicationId): Promise<readonly Link[]>
}
