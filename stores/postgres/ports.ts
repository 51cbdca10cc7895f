import type { ApiKey } from '../../engine/model/api-key.ts'
import type { Feed } from '../../engine/model/feed.ts'
import type { List, Topic } from '../../engine/model/list.ts'
import type { Segment } from '../../engine/model/segment.ts'
import type { Template } from '../../engine/model/template.ts'
import type { Store } from '../../engine/ports/store.ts'
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
import { createLeadership } from './leadership.ts'
import { createLedger } from './ledger.ts'
import type { Lineage } from './lineage.ts'
import { createNotices } from './notices.ts'
import { createPresence } from './presence.ts'
import { createPublications } from './publications.ts'
import { createReplies } from './replies.ts'
import { createRuns } from './runs.ts'
import type { Database } from './sql.ts'
import { createSubscribers } from './subscribers.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createSuppressions } from './suppressions.ts'

export type Ports = Omit<Store, 'kind' | 'reports' | 'maintain' | 'check' | 'close'>

export function createPorts(db: Database, lineage: Lineage): Ports {
  const runs = createRuns(db)
  return {
    subscribers: createSubscribers(db),
    suppressions: createSuppressions(db),
    subscriptions: createSubscriptions(db),
    consents: createConsents(db),
    notices: createNotices(db),
    lists: createCollection<List>(db, 'list', (tx, id) =>
      tx.run('DELETE FROM membership WHERE list_id = $1', [id]),
    ),
    topics: createCollection<Topic>(db, 'topic'),
    segments: createCollection<Segment>(db, 'segment'),
    templates: createCollection<Template>(db, 'template'),
    apiKeys: createCollection<ApiKey>(db, 'api_key'),
    feeds: createCollection<Feed>(db, 'feed', (tx, id) =>
      tx.run('DELETE FROM feed_state WHERE feed_id = $1', [id]),
    ),
    feedStates: createFeedStates(db),
    items: createItems(db),
    imports: createImports(db),
    campaigns: createCampaigns(db),
    publications: createPublications(db),
    editions: createEditions(db),
    ledger: createLedger(db, runs, lineage),
    deliveries: createDeliveries(db, runs),
    events: createEvents(db),
    buckets: createBuckets(db),
    replies: createReplies(db),
    presence: createPresence(db, lineage),
    leadership: createLeadership(db),
  }
}
