import type { Database } from 'better-sqlite3'
import type { Feed } from '../../engine/model/feed.ts'
import type { Heartbeat } from '../../engine/model/heartbeat.ts'
import type { List, Topic } from '../../engine/model/list.ts'
import type { Segment } from '../../engine/model/segment.ts'
import { createAudit } from './access/audit.ts'
import { createSessions } from './access/sessions.ts'
import { createTokens } from './access/tokens.ts'
import { createApiKeys, createUsers } from './access/users.ts'
import { createAlertRows, createAlerts } from './alerts/alerts.ts'
import { createBeats } from './alerts/beats.ts'
import { createDesk } from './alerts/desk.ts'
import { createFollowPreferences, createFollows } from './alerts/follows.ts'
import { createPostingLeases, type PostingLeases } from './alerts/leases.ts'
import { createNotifications } from './alerts/notifications.ts'
import { createPeople } from './alerts/people.ts'
import { createPlacing } from './alerts/place.ts'
import { createPostings } from './alerts/postings.ts'
import { createNotificationRows } from './alerts/rows.ts'
import { createSilences } from './alerts/silences.ts'
import { createAnalytics } from './analytics/analytics.ts'
import { createAudienceFlow } from './analytics/audience-flow.ts'
import { createRollups } from './analytics/rollups.ts'
import { createCollection } from './collection.ts'
import { createSql } from './database/statements.ts'
import { createDeliveries } from './ledger/deliveries.ts'
import { createEvents, createEventWriter } from './ledger/events.ts'
import { createLeases, type Leases } from './ledger/leases.ts'
import { createLedger } from './ledger/ledger.ts'
import { createRuns } from './ledger/runs.ts'
import { createBuckets } from './nodes/buckets.ts'
import { createPresence } from './nodes/presence.ts'
import { createReplies } from './nodes/replies.ts'
import { createConsents, createConsentWriter } from './people/consents.ts'
import { createErasedAddresses } from './people/erased.ts'
import { createImports } from './people/imports.ts'
import { createNotices } from './people/notices.ts'
import { createSoftBounces } from './people/soft-bounces.ts'
import { createSubscriberRows, createSubscribers } from './people/subscribers.ts'
import { createSubscriptions } from './people/subscriptions.ts'
import { createSuppressions } from './people/suppressions.ts'
import { createAssets, createAssetUploads } from './publishing/assets.ts'
import { createCampaigns } from './publishing/campaigns.ts'
import { createEditions, createEditionWriter } from './publishing/editions.ts'
import { createFeedStates } from './publishing/feed-states.ts'
import { createItems } from './publishing/items.ts'
import { createLinks } from './publishing/links.ts'
import { createModels } from './publishing/models.ts'
import { createPublications } from './publishing/publications.ts'
import { createTemplates } from './publishing/templates.ts'
import type { SyncPorts } from './threads/methods.ts'

/** What a writer has given out, known in memory alone. */
export interface GivenOut {
  readonly chunks: Leases
  readonly postings: PostingLeases
}

export const createGivenOut = (monotonic: () => number): GivenOut => ({
  chunks: createLeases(monotonic),
  postings: createPostingLeases(monotonic),
})

/** All ports over one connection. The caller gives each call its transaction, and tells both of `givenOut` how it ended. */
export function createPorts(
  db: Database,
  { chunks, postings }: GivenOut = createGivenOut(() => performance.now()),
): SyncPorts {
  const sql = createSql(db)
  const events = createEventWriter(sql)
  const runs = createRuns(sql)
  const suppressions = createSuppressions(sql)
  const publications = createPublications(sql)
  const consents = createConsentWriter(sql)
  const follows = createFollows(sql)
  const people = {
    rows: createSubscriberRows(sql, events),
    consents,
    erased: createErasedAddresses(sql),
    follows,
  }
  const placing = createPlacing(sql, postings)
  const notifications = createNotificationRows(sql, { people: createPeople(sql), placing })
  const alerts = createAlertRows(sql)
  const heartbeats = createCollection<Heartbeat>(sql, 'heartbeat', (id) => {
    sql<[number]>('DELETE FROM beat WHERE heartbeat_id = ?').run(id)
  })
  const subscribers = createSubscribers(sql, people)
  const items = createItems(sql)
  const assets = createAssets(sql)
  return {
    subscribers,
    suppressions,
    softBounces: createSoftBounces(sql),
    subscriptions: createSubscriptions(sql, people),
    consents: createConsents(sql, consents),
    notices: createNotices(sql),
    lists: createCollection<List>(sql, 'list', (id) => {
      sql<[number]>('DELETE FROM membership WHERE list_id = ?').run(id)
    }),
    topics: createCollection<Topic>(sql, 'topic'),
    segments: createCollection<Segment>(sql, 'segment'),
    templates: createTemplates(sql),
    apiKeys: createApiKeys(sql),
    users: createUsers(sql),
    sessions: createSessions(sql),
    tokens: createTokens(sql),
    audit: createAudit(sql),
    feeds: createCollection<Feed>(sql, 'feed', (id) => {
      sql<[number]>('DELETE FROM feed_state WHERE feed_id = ?').run(id)
    }),
    feedStates: createFeedStates(sql),
    items,
    imports: createImports(sql, { subscribers, items, suppressions }),
    campaigns: createCampaigns(sql, publications, createEditionWriter(sql)),
    publications,
    editions: createEditions(sql),
    links: createLinks(sql),
    models: createModels(sql),
    assets,
    assetUploads: createAssetUploads(sql, assets),
    ledger: createLedger(sql, {
      runs,
      leases: chunks,
      events,
      suppressions,
      consents,
    }),
    deliveries: createDeliveries(sql, runs),
    events: createEvents(sql, events),
    rollups: createRollups(sql),
    analytics: createAnalytics(sql),
    audienceFlow: createAudienceFlow(sql),
    alerts: createAlerts(sql, alerts),
    desk: createDesk(sql, { alerts, notifications }),
    postings: createPostings(sql, { rows: notifications, placing, leases: postings, suppressions, consents }),
    notifications: createNotifications(sql),
    follows,
    followPreferences: createFollowPreferences(sql, follows),
    silences: createSilences(sql),
    heartbeats,
    beats: createBeats(sql, heartbeats),
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
