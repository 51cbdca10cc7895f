import type { ApiKey } from '../../engine/model/api-key.ts'
import type { List, Topic } from '../../engine/model/list.ts'
import type { Segment } from '../../engine/model/segment.ts'
import type { Template } from '../../engine/model/template.ts'
import type { Store } from '../../engine/ports/store.ts'
import { createBuckets } from './buckets.ts'
import { createCampaigns } from './campaigns.ts'
import { createCollection } from './collection.ts'
import { createDeliveries } from './deliveries.ts'
import { createEvents } from './events.ts'
import { createItems } from './items.ts'
import { createLedger } from './ledger.ts'
import { createPresence } from './presence.ts'
import { createPublications } from './publications.ts'
import { createReplies } from './replies.ts'
import { createState } from './state.ts'
import { createSubscribers } from './subscribers.ts'
import { createSuppressions } from './suppressions.ts'

/** All ports in plain maps: for tests and for trying things out. It ends with the process.
 *  `monotonic` times the leases, in milliseconds. */
export function openMemoryStore(options: { readonly monotonic?: () => number } = {}): Store {
  const lists = createCollection<List>('list', (id) => state.memberships.delete(id))
  const state = createState(lists.docs, options.monotonic ?? (() => performance.now()))
  const suppressions = createSuppressions(state)
  return {
    kind: 'memory',
    subscribers: createSubscribers(state),
    suppressions,
    lists,
    topics: createCollection<Topic>('topic'),
    segments: createCollection<Segment>('segment'),
    templates: createCollection<Template>('template'),
    apiKeys: createCollection<ApiKey>('API key'),
    items: createItems(state),
    campaigns: createCampaigns(state),
    publications: createPublications(state),
    ledger: createLedger(state, suppressions),
    deliveries: createDeliveries(state),
    events: createEvents(state),
    buckets: createBuckets(),
    replies: createReplies(),
    presence: createPresence(),
    async check() {},
    async close() {},
  }
}
