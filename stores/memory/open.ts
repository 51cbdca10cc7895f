import type { Feed, FeedState } from '../../engine/model/feed.ts'
import type { Heartbeat } from '../../engine/model/heartbeat.ts'
import type { FeedId, HeartbeatId } from '../../engine/model/ids.ts'
import type { List, Topic } from '../../engine/model/list.ts'
import type { Segment } from '../../engine/model/segment.ts'
import type { Store } from '../../engine/ports/store.ts'
import { createLeadership } from '../rules/leadership.ts'
import { createAudit } from './access/audit.ts'
import { createSessions, createTokens, endSessionsOf, type Sessions } from './access/sessions.ts'
import { createApiKeys, createUsers } from './access/users.ts'
import { createAlerts } from './alerts/alerts.ts'
import { createDesk } from './alerts/desk.ts'
import { createFollowPreferences, createFollows } from './alerts/follows.ts'
import { createNotifications } from './alerts/notifications.ts'
import { createPlacing } from './alerts/place.ts'
import { createPostings } from './alerts/postings.ts'
import { type Beat, createBeats, createSilences } from './alerts/silences.ts'
import { createAlertState } from './alerts/state.ts'
import { createAnalytics } from './analytics/analytics.ts'
import { createAudienceFlow } from './analytics/audience-flow.ts'
import { createRollups } from './analytics/rollups.ts'
import { createCollection } from './collection.ts'
import { createDeliveries } from './ledger/deliveries.ts'
import { createEvents } from './ledger/events.ts'
import { createLedger } from './ledger/ledger.ts'
import { createBuckets } from './nodes/buckets.ts'
import { createPresence } from './nodes/presence.ts'
import { createReplies } from './nodes/replies.ts'
import { createConsents } from './people/consents.ts'
import { createImports } from './people/imports.ts'
import { createNotices } from './people/notices.ts'
import { createSoftBounces } from './people/soft-bounces.ts'
import { createSubscribers } from './people/subscribers.ts'
import { createSubscriptions } from './people/subscriptions.ts'
import { createSuppressions } from './people/suppressions.ts'
import { createAssets } from './publishing/assets.ts'
import { createCampaigns } from './publishing/campaigns.ts'
import { createEditions } from './publishing/editions.ts'
import { createFeedStates } from './publishing/feed-states.ts'
import { createItems } from './publishing/items.ts'
import { createLinks } from './publishing/links.ts'
import { createModels } from './publishing/models.ts'
import { createPublications } from './publishing/publications.ts'
import { createTemplates } from './publishing/templates.ts'
import { createState } from './state.ts'

/** All ports in plain maps: for tests and for trying things out. It ends with the process.
 *  `monotonic` times the leases, in milliseconds. */
export function openMemoryStore(options: { readonly monotonic?: () => number } = {}): Store {
  const lists = createCollection<List>('list', (id) => state.memberships.delete(id))
  const state = createState(lists.docs, options.monotonic ?? (() => performance.now()))
  const feedStates = new Map<FeedId, FeedState>()
  const feeds = createCollection<Feed>('feed', (id) => feedStates.delete(id))
  const alerts = createAlertState()
  const placing = createPlacing(state, alerts)
  const beats = new Map<HeartbeatId, Beat>()
  const heartbeats = createCollection<Heartbeat>('heartbeat', (id) => beats.delete(id))
  const sessions: Sessions = new Map()
  const users = createUsers((id) => endSessionsOf(sessions, id, null))
  const suppressions = createSuppressions(state)
  const audienceFlow = createAudienceFlow(state, alerts)
  const reports = {
    subscribers: createSubscribers(state),
    suppressions,
    consents: createConsents(state),
    items: createItems(state),
    publications: createPublications(state),
    deliveries: createDeliveries(state),
    events: createEvents(state),
    analytics: createAnalytics(state),
    audienceFlow,
  }
  return {
    kind: 'memory',
    ...reports,
    reports,
    softBounces: createSoftBounces(state),
    subscriptions: createSubscriptions(state, alerts),
    notices: createNotices(state),
    lists,
    topics: createCollection<Topic>('topic'),
    segments: createCollection<Segment>('segment'),
    templates: createTemplates(),
    apiKeys: createApiKeys(),
    users,
    sessions: createSessions(sessions, users.docs),
    tokens: createTokens(),
    audit: createAudit(),
    feeds,
    feedStates: createFeedStates(feeds.docs, feedStates),
    imports: createImports(reports),
    campaigns: createCampaigns(state),
    editions: createEditions(state),
    rollups: createRollups(state),
    links: createLinks(state),
    models: createModels(state),
    ...createAssets(state),
    ledger: createLedger(state, reports.suppressions),
    alerts: createAlerts(alerts),
    desk: createDesk(alerts, placing),
    postings: createPostings(state, alerts, placing, suppressions),
    notifications: createNotifications(alerts),
    follows: createFollows(state, alerts),
    followPreferences: createFollowPreferences(state, alerts),
    silences: createSilences(),
    heartbeats,
    beats: createBeats(heartbeats, beats),
    buckets: createBuckets(),
    replies: createReplies(),
    presence: createPresence(),
    leadership: createLeadership(state.monotonic),
    async maintain() {},
    async check() {},
    async close() {},
  }
}
