import type { Feed } from '../model/feed.ts'
import type { Heartbeat } from '../model/heartbeat.ts'
import type { EpochMs } from '../model/ids.ts'
import type { List, Topic } from '../model/list.ts'
import type { Segment } from '../model/segment.ts'
import type { AccessPorts } from './access.ts'
import type { AlertStore, BeatStore, DeskStore, SilenceStore } from './alerts.ts'
import type { AssetStore, AssetUploads } from './assets.ts'
import type { AudienceFlowStore } from './audience-flow.ts'
import type { BucketStore } from './buckets.ts'
import type { CampaignStore, EditionStore, PublicationStore } from './campaigns.ts'
import type { Collection } from './collection.ts'
import type { ConsentStore } from './consents.ts'
import type { EventStore } from './events.ts'
import type { FeedStateStore } from './feeds.ts'
import type { FollowPreferenceStore, FollowStore } from './follows.ts'
import type { ImportStore } from './imports.ts'
import type { ItemStore } from './items.ts'
import type { LeadershipStore } from './leadership.ts'
import type { DeliveryStore, LedgerStore } from './ledger.ts'
import type { LinkStore } from './links.ts'
import type { ModelStore } from './models.ts'
import type { NoticeStore } from './notices.ts'
import type { NotificationStore, PostingStore } from './notifications.ts'
import type { PresenceStore } from './presence.ts'
import type { ReplyStore } from './replies.ts'
import type { AnalyticsStore, RollupStore } from './rollups.ts'
import type { SoftBounceStore } from './soft-bounces.ts'
import type { SubscriberStore, SuppressionStore } from './subscribers.ts'
import type { SubscriptionStore } from './subscriptions.ts'
import type { TemplateStore } from './templates.ts'

/** What only reads, of the ports that exports and analytics use. It may be a few seconds behind the others, where the store
 *  has a copy of the database to ask, and one call may be further behind than the one before: not for what somebody
 *  has just changed, nor for deciding about a write, nor for going on from the last event seen, since an earlier one
 *  may still arrive there. */
export interface Reports {
  readonly subscribers: Pick<
    SubscriberStore,
    'get' | 'byAddress' | 'page' | 'count' | 'memberships' | 'membershipsOf'
  >
  readonly suppressions: Pick<SuppressionStore, 'byAddress' | 'page'>
  readonly consents: Pick<ConsentStore, 'page'>
  readonly items: Pick<ItemStore, 'get' | 'byUrl' | 'byKey' | 'page' | 'candidates'>
  readonly publications: PublicationStore
  readonly deliveries: DeliveryStore
  readonly events: Pick<EventStore, 'page'>
  readonly analytics: AnalyticsStore
  readonly audienceFlow: Omit<AudienceFlowStore, 'keep'>
}

/** What is kept of alerts. */
export interface AlertPorts {
  readonly alerts: AlertStore
  readonly desk: DeskStore
  readonly postings: PostingStore
  readonly notifications: NotificationStore
  readonly follows: FollowStore
  readonly followPreferences: FollowPreferenceStore
  readonly silences: SilenceStore
  readonly heartbeats: Collection<Heartbeat>
  readonly beats: BeatStore
}

/** Everything that is kept. Lost infrastructure rejects with E_STORE_*; an expected refusal with the codes
 *  named at each method. */
export interface Store extends AlertPorts, AccessPorts {
  readonly kind: 'memory' | 'sqlite' | 'postgres'
  readonly subscribers: SubscriberStore
  readonly suppressions: SuppressionStore
  readonly softBounces: SoftBounceStore
  readonly subscriptions: SubscriptionStore
  readonly consents: ConsentStore
  readonly notices: NoticeStore
  readonly lists: Collection<List>
  readonly topics: Collection<Topic>
  readonly segments: Collection<Segment>
  readonly templates: TemplateStore
  readonly feeds: Collection<Feed>
  readonly feedStates: FeedStateStore
  readonly items: ItemStore
  readonly imports: ImportStore
  readonly campaigns: CampaignStore
  readonly publications: PublicationStore
  readonly editions: EditionStore
  readonly links: LinkStore
  readonly models: ModelStore
  readonly assets: AssetStore
  readonly assetUploads: AssetUploads
  readonly ledger: LedgerStore
  readonly deliveries: DeliveryStore
  readonly events: EventStore
  readonly rollups: RollupStore
  readonly analytics: AnalyticsStore
  readonly audienceFlow: AudienceFlowStore
  readonly buckets: BucketStore
  readonly replies: ReplyStore
  readonly presence: PresenceStore
  readonly leadership: LeadershipStore
  readonly reports: Reports
  /** Once a day, by one node: make ahead what the store needs, such as the next months' partitions. */
  maintain(now: EpochMs): Promise<void>
  /** Resolves when a read and a write work. */
  check(): Promise<void>
  /** Finishes what was accepted. Idempotent. */
  close(): Promise<void>
}
