import { randomBytes } from 'node:crypto'
import type { Campaign } from '../../engine/model/campaign.ts'
import type { ChunkState } from '../../engine/model/chunk.ts'
import type { Consent, NewConsent } from '../../engine/model/consent.ts'
import type { Delivery } from '../../engine/model/delivery.ts'
import type { DeliveryEvent, NewDeliveryEvent } from '../../engine/model/event.ts'
import type {
  CampaignId,
  EpochMs,
  EventId,
  ItemId,
  ListId,
  PublicationId,
  SubscriberId,
} from '../../engine/model/ids.ts'
import type { Item } from '../../engine/model/item.ts'
import type { Link } from '../../engine/model/link.ts'
import type { List, Membership } from '../../engine/model/list.ts'
import type { Notice } from '../../engine/model/notice.ts'
import type { Publication } from '../../engine/model/publication.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'
import type { Affinity } from '../../engine/ports/models.ts'
import type { SoftBounce } from '../../engine/ports/soft-bounces.ts'
import type { Suppression, SuppressionReason } from '../../engine/ports/subscribers.ts'
import type { SubscriptionSettings } from '../../engine/ports/subscriptions.ts'
import type { RowCounts } from '../rules/ledger.ts'
import { createRollupState, type RollupState } from './analytics/state.ts'

export interface MemoryChunk {
  readonly seq: number
  readonly ids: readonly SubscriberId[]
  state: ChunkState
  epoch: number
  /** By the monotonic clock. */
  leaseUntil: number
  dueAt: EpochMs | null
}

export interface MemoryPublication {
  publication: Omit<Publication, 'counts'>
  audience: number
  /** The last id that is in a chunk. */
  plannedTo?: number
  readonly rows: RowCounts
  readonly chunks: MemoryChunk[]
  readonly deliveries: Map<SubscriberId, Delivery>
  /** By index. */
  readonly links: Link[]
}

export interface MemoryEdition {
  readonly number: number | null
  readonly reason: string | null
  readonly publicationId: PublicationId | null
  readonly at: EpochMs
}

/** What the ports share. Records are replaced, never changed in place, so that what a caller was given stays
 *  as it was. */
export interface MemoryState {
  /** Nobody is ever removed: the subscriber `id` is at `id - 1`. */
  readonly subscribers: Subscriber[]
  readonly byAddress: Map<string, SubscriberId>
  readonly lists: ReadonlyMap<ListId, List>
  readonly memberships: Map<ListId, Map<SubscriberId, { membership: Membership; at: EpochMs }>>
  readonly suppressions: Map<string, Suppression>
  readonly softBounces: Map<SubscriberId, SoftBounce>
  readonly settings: Map<SubscriberId, SubscriptionSettings>
  readonly affinities: Map<SubscriberId, Affinity & { readonly updatedAt: EpochMs }>
  /** In the order they were written; `seq` counts from 1. */
  readonly consents: Map<SubscriberId, Consent[]>
  /** By `<subscriber>/<kind>`. */
  readonly notices: Map<string, Notice>
  /** Hash of an erased address -> when. */
  readonly erased: Map<string, EpochMs>
  readonly salt: string
  readonly items: Map<ItemId, Item>
  readonly campaigns: Map<CampaignId, Campaign>
  readonly publications: Map<PublicationId, MemoryPublication>
  /** By due time. Publication null: skipped. */
  readonly editions: Map<CampaignId, Map<EpochMs, MemoryEdition>>
  /** Once key -> who holds it for whom. */
  readonly once: Map<string, Map<SubscriberId, PublicationId>>
  /** The event `id` is at `id - 1`. */
  readonly events: DeliveryEvent[]
  /** `<at> <key>` of those that have one. */
  readonly eventKeys: Set<string>
  readonly rollups: RollupState
  /** Milliseconds that never jump; leases are timed by it. */
  readonly monotonic: () => number
}

export function createState(lists: ReadonlyMap<ListId, List>, monotonic: () => number): MemoryState {
  return {
    subscribers: [],
    byAddress: new Map(),
    lists,
    memberships: new Map(),
    suppressions: new Map(),
    softBounces: new Map(),
    settings: new Map(),
    affinities: new Map(),
    consents: new Map(),
    notices: new Map(),
    erased: new Map(),
    salt: randomBytes(32).toString('hex'),
    items: new Map(),
    campaigns: new Map(),
    publications: new Map(),
    editions: new Map(),
    once: new Map(),
    events: [],
    eventKeys: new Set(),
    rollups: createRollupState(),
    monotonic,
  }
}

/** Null: it was told before. */
export function appendEvent(state: MemoryState, event: NewDeliveryEvent): EventId | null {
  const { class: by = null, was = null, link = null, key = null } = event
  if (key !== null) {
    const told = `${event.at} ${key}`
    if (state.eventKeys.has(told)) return null
    state.eventKeys.add(told)
  }
  const id = (state.events.length + 1) as EventId
  state.events.push({ ...event, id, class: by, was, link, key })
  return id
}

export function appendConsent(state: MemoryState, consent: NewConsent): void {
  const known = state.consents.get(consent.subscriberId) ?? []
  state.consents.set(consent.subscriberId, known)
  known.push({ ...structuredClone(consent), seq: known.length + 1 })
}

/** Why this address is never mailed: its own entry, or that of its domain. */
export const reasonAgainst = (state: MemoryState, address: string): SuppressionReason | null =>
  (state.suppressions.get(address) ?? state.suppressions.get(address.slice(address.lastIndexOf('@'))))
    ?.reason ?? null

export const isActiveMember = (state: MemoryState, lists: readonly ListId[], id: SubscriberId): boolean =>
  lists.some((list) => state.memberships.get(list)?.get(id)?.membership === 'active')

export const hasLeft = (state: MemoryState, lists: readonly ListId[], id: SubscriberId): boolean =>
  lists.some((list) => state.memberships.get(list)?.get(id)?.membership === 'unsubscribed')
