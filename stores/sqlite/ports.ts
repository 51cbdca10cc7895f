import type { Database } from 'better-sqlite3'
import type { ApiKey } from '../../engine/model/api-key.ts'
import type { List, Topic } from '../../engine/model/list.ts'
import type { Segment } from '../../engine/model/segment.ts'
import type { Template } from '../../engine/model/template.ts'
import { createBuckets } from './buckets.ts'
import { createCampaigns } from './campaigns.ts'
import { createCollection } from './collection.ts'
import { createDeliveries } from './deliveries.ts'
import { createEvents, createEventWriter } from './events.ts'
import { createItems } from './items.ts'
import { createLeases } from './leases.ts'
import { createLedger } from './ledger.ts'
import type { SyncPorts } from './methods.ts'
import { createPresence } from './presence.ts'
import { createPublications } from './publications.ts'
import { createReplies } from './replies.ts'
import { createRuns } from './runs.ts'
import { createSql } from './statements.ts'
import { createSubscribers } from './subscribers.ts'
import { createSuppressions } from './suppressions.ts'

/** All ports over one connection. The caller gives each call its transaction. */
export function createPorts(db: Database): SyncPorts {
  const sql = createSql(db)
  const events = createEventWriter(sql)
  const runs = createRuns(sql)
  const suppressions = createSuppressions(sql)
  const publications = createPublications(sql)
  return {
    subscribers: createSubscribers(sql, events),
    suppressions,
    lists: createCollection<List>(sql, 'list', (id) => {
      sql<[number]>('DELETE FROM membership WHERE list_id = ?').run(id)
    }),
    topics: createCollection<Topic>(sql, 'topic'),
    segments: createCollection<Segment>(sql, 'segment'),
    templates: createCollection<Template>(sql, 'template'),
    apiKeys: createCollection<ApiKey>(sql, 'api_key'),
    items: createItems(sql),
    campaigns: createCampaigns(sql, publications),
    publications,
    ledger: createLedger(sql, {
      runs,
      leases: createLeases(() => performance.now()),
      events,
      suppressions,
    }),
    deliveries: createDeliveries(sql, runs),
    events: createEvents(sql, events),
    buckets: createBuckets(sql),
    replies: createReplies(sql),
    presence: createPresence(sql, db),
    health: {
      read() {
        sql<[]>('SELECT value FROM meta').get()
      },
      write() {
        sql<[]>("UPDATE meta SET value = value + 1 WHERE key = 'checks'").run()
      },
    },
  }
}
