// Without zod: the stores' threads and render threads read these.
import type { ItemId } from './ids.ts'

/** A link that the letters of a publication hold, as it is told. */
export interface NewLink {
  /** The first 8 characters of base64url of SHA-256 of `url`: the last part of the address that letters hold instead
   *  (`{publicUrl}/c/{token}/{key}`). */
  readonly key: string
  /** Absolute, http or https, as the template or the item says it: neither encoded nor brought to another form. */
  readonly url: string
  /** The item that it leads to; null: to none of the publication's. */
  readonly itemId: ItemId | null
}

export interface Link extends NewLink {
  /** Counts a publication's links from 0, in the order in which they were told. */
  readonly index: number
}

/** Links of one publication. Where a template writes another address for every reader, these are enough to see that. */
export const maxLinks = 2000

/** In place of a key, in the address of a link that nobody sees: who follows it reads markup, not letters. */
export const hiddenKey = '0'
