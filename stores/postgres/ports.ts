import type { ApiKey } from '../../engine/model/api-key.ts'
import type { Feed } from '../../engine/model/feed.ts'
import type { List, Topic } from '../../engine/model/list.ts'
import type { Segment } from '../../engine/model/segment.ts'
import type { Template } from '../../engine/model/template.ts'
import type { Store } from '../../engine/ports/store.ts'
import { createCollection } from './collection.ts'
import { createLeadership } from './leadership.ts'
import type { Database } from './sql.ts'

export type Ports = Omit<Store, 'kind' | 'maintain' | 'check' | 'close'>

/** A port that is still to be written. */
const missing = (port: string): never =>
  new Proxy(
    {},
    {
      get: (_, method) => () => Promise.reject(new Error(`${port}.${String(method)} is not there yet`)),
    },
  ) as never

export function createPorts(db: Database): Ports {
  return {
    subscribers: missing('subscribers'),
    suppressions: missing('suppressions'),
    subscriptions: missing('subscriptions'),
    consents: missing('consents'),
    notices: missing('notices'),
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
    feedStates: missing('feedStates'),
    items: missing('items'),
    imports: missing('imports'),
    campaigns: missing('campaigns'),
    publications: missing('publications'),
    editions: missing('editions'),
    ledger: missing('ledger'),
    deliveries: missing('deliveries'),
    events: missing('events'),
    buckets: missing('buckets'),
    replies: missing('replies'),
    presence: missing('presence'),
    leadership: createLeadership(db),
  }
}
