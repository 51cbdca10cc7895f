import type { Feed } from '../../engine/model/feed.ts'
import type { List, Topic } from '../../engine/model/list.ts'
import type { Segment } from '../../engine/model/segment.ts'
import type { Store } from '../../engine/ports/store.ts'
import { createAudit } from './access/audit.ts'
import { createSessions } from './access/sessions.ts'
import { createTokens } from './access/tokens.ts'
import { createApiKeys, createUsers } from './access/users.ts'
import { createAlertPorts } from './alerts/ports.ts'
import { createAnalytics } from './analytics/analytics.ts'
import { createAudienceFlow } from './analytics/audience-flow.ts'
import { createRollups } from './analytics/rollups.ts'
import { createCollection } from './collection.ts'
import type { Lineage } from './database/lineage.ts'
import type { Database } from './database/sql.ts'
import { createDeliveries } from './ledger/deliveries.ts'
import { createEvents } from './ledger/events.ts'
import { createLedger } from './ledger/ledger.ts'
import { createRuns } from './ledger/runs.ts'
import { createBuckets } from './nodes/buckets.ts'
import { createLeadership } from './nodes/leadership.ts'
import { createPresence } from './nodes/presence.ts'
import { createReplies } from './nodes/replies.ts'
import { createConsents } from './people/consents.ts'
import { createImports } from './people/imports.ts'
import { createNotices } from './people/notices.ts'
import { createSoftBounces } from './people/soft-bounces.ts'
import { createSubscribers } from './people/subscribers.ts'
import { createSubscriptions } from './people/subscriptions.ts'
import { createSuppressions } from './people/suppressions.ts'
import { createAssets, createAssetUploads } from './publishing/assets.ts'
import { createCampaigns } from './publishing/campaigns.ts'
import { createEditions } from './publishing/editions.ts'
import { createFeedStates } from './publishing/feed-states.ts'
import { createItems } from './publishing/items.ts'
import { createLinks } from './publishing/links.ts'
import { createModels } from './publishing/models.ts'
import { createPublications } from './publishing/publications.ts'
import { createTemplates } from './publishing/templates.ts'

export type Ports = Omit<Store, 'kind' | 'reports' | 'maintain' | 'check' | 'close'>

export function createPorts(db: Database, lineage: Lineage): Ports {
  const runs = createRuns(db)
  return {
    subscribers: createSubscribers(db),
    suppressions: createSuppressions(db),
    softBounces: createSoftBounces(db),
    subscriptions: createSubscriptions(db),
    consents: createConsents(db),
    notices: createNotices(db),
    lists: createCollection<List>(db, 'list', (tx, id) =>
      tx.run('DELETE FROM membership WHERE list_id = $1', [id]),
    ),
    topics: createCollection<Topic>(db, 'topic'),
    segments: createCollection<Segment>(db, 'segment'),
    templates: createTemplates(db),
    apiKeys: createApiKeys(db),
    users: createUsers(db),
    sessions: createSessions(db),
    tokens: createTokens(db),
    audit: createAudit(db),
    feeds: createCollection<Feed>(db, 'feed', (tx, id) =>
      tx.run('DELETE FROM feed_state WHERE feed_id = $1', [id]),
    ),
    feedStates: createFeedStates(db),
    items: createItems(db),
    imports: createImports(db),
    campaigns: createCampaigns(db),
    publications: createPublications(db),
    editions: createEditions(db),
    links: createLinks(db),
    models: createModels(db),
    assets: createAssets(db),
    assetUploads: createAssetUploads(db),
    ledger: createLedger(db, runs, lineage),
    deliveries: createDeliveries(db, runs),
    events: createEvents(db),
    rollups: createRollups(db),
    analytics: createAnalytics(db),
    audienceFlow: createAudienceFlow(db),
    buckets: createBuckets(db),
    replies: createReplies(db),
    presence: createPresence(db, lineage),
    leadership: createLeadership(db),
    ...createAlertPorts(db),
  }
}
