/** A piece of the demo's paper. Ages are relative, so that the demo is never out of date. */
export interface Article {
  /** Last part of its address; the first topic is the part before it. */
  readonly slug: string
  readonly title: string
  readonly summary: string
  readonly author: string
  readonly topics: readonly [string, ...string[]]
  readonly hoursAgo: number
  /** 0 to 1. */
  readonly popularity: number
}
