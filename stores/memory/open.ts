import type { ApiKey } from '../../engine/model/api-key.ts'
import type { Feed, FeedState } from '../../engine/model/feed.ts'
import type { FeedId } from '../../engine/model/ids.ts'
import type { List, Topic } from '../../engine/model/list.ts'
import type { Segment } from '../../engine/model/segment.ts'
import type { Template } from '../../engine/model/template.ts'
import type { Store } from '../../engine/ports/store.ts'
import { createLeadership } from '../rules/leadership.ts'
import { createBuckets } from './buckets.ts'
import { createCampaigns } from './campaigns.ts'
import { createCollection } from './collection.ts'
import { createConsents } from './consents.ts'
import { createDeliveries } from './deliveries.ts'
import { createEditions } from './editions.ts'
import { createEvents } from './events.ts'
import { createFeedStates } from './feed-states.ts'
import { createImports } from './imports.ts'
import { createItems } from './items.ts'
import { createLedger } from './ledger.ts'
import { createNotices } from './notices.ts'
import { createPresence } from './presence.ts'
import { createPublications } from './publications.ts'
import { createReplies } from './replies.ts'
import { createState } from './state.ts'
import { createSubscribers } from './subscribers.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createSuppressions } from './suppressions.ts'

/** All ports in plain maps: for tests and for trying things out. It ends with the process.
 *  `monotonic` times the leases, in milliseconds. */
export function openMemoryStore(options: { readonly monotonic?: () => number } = {}): Store {
  const lists = createCollection<List>('list', (id) => state.memberships.delete(id))
  const state = createState(lists.docs, options.monotonic ?? (() => performance.now()))
  const feedStates = new Map<FeedId, FeedState>()
  const feeds = createCollection<Feed>('feed', (id) => feedStates.delete(id))
  const reports = {
    subscribers: createSubscribers(state),
    suppressions: createSuppressions(state),
    consents: createConsents(state),
    items: createItems(state),
    publications: createPublications(state),
    deliveries: createDeliveries(state),
    events: createEvents(state),
  }
  return {
    kind: 'memory',
    ...reports,
    reports,
    subscriptions: createSubscriptions(state),
    notices: createNotices(state),
    lists,
    topics: createCollection<Topic>('topic'),
    segments: createCollection<Segment>('segment'),
    templates: createCollection<Template>('template'),
    apiKeys: createCollection<ApiKey>('API key'),
    feeds,
    feedStates: createFeedStates(feeds.docs, feedStates),
    imports: createImports(reports),
    campaigns: createCampaigns(state),
    editions: createEditions(state),
    ledger: createLedger(state, reports.suppressions),
    buckets: createBuckets(),
    replies: createReplies(),
    presence: createPresence(),
    leadership: createLeadership(state.monotonic),
    async maintain() {},
    async check() {},
    async close() {},
  }
}
