import { type Audience, type AudienceCount, isOfLists } from '../../engine/model/audience.ts'
import type { PublicationId, SubscriberId } from '../../engine/model/ids.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'
import { estimate, minLooks, rangeSize, spread } from '../rules/estimate.ts'
import { fits, type Person } from '../rules/segment.ts'
import { hasLeft, isActiveMember, type MemoryState } from './state.ts'

export const personOf = (state: MemoryState, subscriber: Subscriber): Person => ({
  subscriber,
  membership: (list) => state.memberships.get(list)?.get(subscriber.id)?.membership ?? null,
  *events() {
    for (const { subscriberId, publicationId, type, at } of state.events)
      if (subscriberId === subscriber.id)
        yield { type, at, campaign: state.publications.get(publicationId)?.publication.campaignId ?? null }
  },
})

/** Would a publication to this audience be planned for this person now? */
function isMeant(state: MemoryState, audience: Audience, subscriber: Subscriber): boolean {
  const { lists, excludeLists, segments = [], publications = [] } = audience
  const { excludeSegments = [], excludePublications = [] } = audience
  const { id } = subscriber
  const person = personOf(state, subscriber)
  const wasSent = (runs: readonly PublicationId[]) =>
    runs.some((run) => state.publications.get(run)?.deliveries.get(id)?.state === 'sent')
  const included =
    isActiveMember(state, lists, id) ||
    ((wasSent(publications) || segments.some((rule) => fits(rule, person))) && !hasLeft(state, lists, id))
  return (
    subscriber.status === 'active' &&
    included &&
    !isActiveMember(state, excludeLists, id) &&
    !wasSent(excludePublications) &&
    !excludeSegments.some((rule) => fits(rule, person))
  )
}

/** May somebody for whom it was planned be sent it? What segments and earlier publications said holds as planned. */
export const isStillWanted = (state: MemoryState, audience: Audience, id: SubscriberId): boolean =>
  (isActiveMember(state, audience.lists, id) ||
    (!isOfLists(audience) && !hasLeft(state, audience.lists, id))) &&
  !isActiveMember(state, audience.excludeLists, id)

/** Who a publication to this audience would reach now, in id order. */
export function audienceAfter(
  state: MemoryState,
  audience: Audience,
  { after, limit }: { readonly after: number; readonly limit: number },
): readonly SubscriberId[] {
  const ids: SubscriberId[] = []
  for (let i = after; i < state.subscribers.length && ids.length < limit; i += 1) {
    const row = state.subscribers[i]
    if (row !== undefined && isMeant(state, audience, row)) ids.push(row.id)
  }
  return ids
}

export function countAudience(state: MemoryState, audience: Audience, budgetMs: number): AudienceCount {
  const until = performance.now() + budgetMs
  const ranges = Math.ceil(state.subscribers.length / rangeSize)
  const found: number[] = []
  for (const range of spread(ranges)) {
    const people = state.subscribers.slice(range * rangeSize, (range + 1) * rangeSize)
    found.push(people.filter((row) => isMeant(state, audience, row)).length)
    if (performance.now() >= until && found.length >= minLooks) break
  }
  return estimate(found, ranges)
}
