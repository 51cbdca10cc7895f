import type { NewConsent } from '../../engine/model/consent.ts'
import { bareProof, boundedProof, type Proof } from '../../engine/model/consent.ts'
import type { EpochMs, ListId, SubscriberId } from '../../engine/model/ids.ts'
import type { Membership } from '../../engine/model/list.ts'
import type { SubscriberStatus } from '../../engine/model/subscriber.ts'
import type { SubscriptionChange, SubscriptionSettings } from '../../engine/ports/subscriptions.ts'
import type { Wanted } from './subscriber.ts'

export const noSettings: SubscriptionSettings = { maxPerWeek: null, tracking: 'unknown', pausedUntil: null }

/** Settings after a change; null when they are as they were. */
export function changedSettings(
  known: SubscriptionSettings,
  change: Partial<SubscriptionSettings> | undefined,
): SubscriptionSettings | null {
  const next: SubscriptionSettings = { ...known, ...change }
  return next.maxPerWeek === known.maxPerWeek &&
    next.tracking === known.tracking &&
    next.pausedUntil === known.pausedUntil
    ? null
    : next
}

/** What a decision makes of somebody's memberships: only those that become others. */
export function changedMemberships(
  known: ReadonlyMap<ListId, Membership>,
  { join = [], ask = [], leave = [] }: Pick<SubscriptionChange, 'join' | 'ask' | 'leave'>,
): ReadonlyMap<ListId, Membership> {
  const next = new Map<ListId, Membership>()
  const set = (list: ListId, membership: Membership) => {
    if (known.get(list) === membership) next.delete(list)
    else next.set(list, membership)
  }
  for (const list of leave === 'all' ? known.keys() : leave) if (known.has(list)) set(list, 'unsubscribed')
  for (const list of join) set(list, 'active')
  // Who left a list stays `unsubscribed` until they confirm: only that keeps an import from bringing them back.
  for (const list of ask) if (!next.has(list) && !known.has(list)) next.set(list, 'unconfirmed')
  return next
}

/** The consent events of a decision. */
export const consentsOf = (change: SubscriptionChange): readonly NewConsent[] =>
  change.consents.map(({ kind, lists, ...proof }) => ({
    ...boundedProof(proof),
    subscriberId: change.id,
    kind,
    lists,
    from: change.from,
    to: change.to,
  }))

/** What a bulk path says of a way in or out: of the subscription where that moved, else of its lists. */
export function bulkConsent(
  proof: Proof | undefined,
  now: EpochMs,
  consent: {
    readonly subscriberId: SubscriberId
    readonly kind: NewConsent['kind']
    readonly from: SubscriberStatus | null
    readonly to: SubscriberStatus
    readonly lists: readonly ListId[]
  },
): NewConsent {
  return { ...boundedProof(proof ?? bareProof('system', now)), ...consent }
}

/** Those of these lists that were joined or left. */
export const listsOf = (wanted: readonly Wanted[], membership: Membership): readonly ListId[] =>
  wanted.filter((one) => one.membership === membership).map(({ listId }) => listId)

/** What an upsert of somebody known has to say: of the subscription where that moved, and of lists joined and left. */
export function upsertConsents(
  from: SubscriberStatus,
  to: SubscriberStatus,
  changed: readonly Wanted[],
): readonly Pick<NewConsent, 'kind' | 'lists'>[] {
  const joined = listsOf(changed, 'active')
  const left = listsOf(changed, 'unsubscribed')
  const consents: Pick<NewConsent, 'kind' | 'lists'>[] = []
  if (to !== from) consents.push({ kind: kindOfMove(to), lists: joined })
  else if (joined.length > 0) consents.push({ kind: 'join', lists: joined })
  if (left.length > 0) consents.push({ kind: 'leave', lists: left })
  return consents
}

/** The kind of event by which a status came to be another. */
export function kindOfMove(to: SubscriberStatus): NewConsent['kind'] {
  switch (to) {
    case 'active':
      return 'signUp'
    case 'paused':
      return 'pause'
    case 'unsubscribed':
      return 'unsubscribe'
    case 'bounced':
      return 'bounce'
    case 'complained':
      return 'complain'
    case 'erased':
      return 'erase'
    case 'unconfirmed':
      return 'ask'
  }
}
