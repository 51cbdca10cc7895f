import type { ListId, PublicationId } from './ids.ts'
import type { PublicationSpec } from './publication.ts'
import type { ResolvedRule } from './segment.ts'

/** Who receives, in a store's terms. An audience is every active subscriber who
 *  - is an active member of one of `lists`; or, unless they left one of `lists`, fits one of `segments` or was sent
 *    a letter of one of `publications` (their row there is `sent`);
 *  - and is an active member of none of `excludeLists`, fits none of `excludeSegments` and was sent none of
 *    `excludePublications`.
 *  Who left a list of the audience stays away: no segment brings back what a person said no to. Nothing included
 *  is nobody. */
export interface Audience {
  readonly lists: readonly ListId[]
  readonly excludeLists: readonly ListId[]
  readonly segments?: readonly ResolvedRule[]
  readonly excludeSegments?: readonly ResolvedRule[]
  readonly publications?: readonly PublicationId[]
  readonly excludePublications?: readonly PublicationId[]
}

export interface AudienceCount {
  readonly count: number
  /** Counted, not estimated. */
  readonly exact: boolean
  /** The true number is within `count` +- this with 95 % confidence; 0 when exact. */
  readonly margin: number
}

/** Whom a publication is for. */
export const audienceOf = (spec: PublicationSpec): Required<Audience> => ({
  lists: spec.listIds,
  excludeLists: spec.excludeListIds,
  segments: spec.segments,
  excludeSegments: spec.excludeSegments,
  publications: spec.publications,
  excludePublications: spec.excludePublications,
})

/** Is it of lists alone? Then everything about it is in the memberships. */
export const isOfLists = (audience: Audience): boolean =>
  [audience.segments, audience.excludeSegments, audience.publications, audience.excludePublications].every(
    (part) => part === undefined || part.length === 0,
  )
