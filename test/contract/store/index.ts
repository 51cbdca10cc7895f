import { describe } from 'vitest'
import { testAudit } from './access/audit.ts'
import { testSessions } from './access/sessions.ts'
import { testUsers } from './access/users.ts'
import { testAlerts } from './alerts/alerts.ts'
import { testDesk } from './alerts/desk.ts'
import { testFollows } from './alerts/follows.ts'
import { testNotifications } from './alerts/notifications.ts'
import { testPostings } from './alerts/postings.ts'
import { testSilences } from './alerts/silences.ts'
import { testNumbers } from './analytics/analytics.ts'
import { testAudienceFlow } from './analytics/audience-flow.ts'
import { testRollupsModel } from './analytics/model.ts'
import { testRollups } from './analytics/rollups.ts'
import { testCollections } from './collection.ts'
import type { OpenStore } from './fixtures.ts'
import { testDeliveries } from './ledger/deliveries.ts'
import { testEvents } from './ledger/events.ts'
import { testLedger } from './ledger/ledger.ts'
import { testPlan } from './ledger/plan.ts'
import { testBuckets } from './nodes/buckets.ts'
import { testLeadership } from './nodes/leadership.ts'
import { testPresence } from './nodes/presence.ts'
import { testReplies } from './nodes/replies.ts'
import { testImports } from './people/imports.ts'
import { testMerge } from './people/merge.ts'
import { testNotices } from './people/notices.ts'
import { testSegments } from './people/segments.ts'
import { testSoftBounces } from './people/soft-bounces.ts'
import { testSubscribers } from './people/subscribers.ts'
import { testSubscriptions } from './people/subscriptions.ts'
import { testSuppressions } from './people/suppressions.ts'
import { testAssets } from './publishing/assets.ts'
import { testCampaigns } from './publishing/campaigns.ts'
import { testCaps, testEditions, testWaves } from './publishing/editions.ts'
import { testFeeds } from './publishing/feeds.ts'
import { testItems } from './publishing/items.ts'
import { testLinks } from './publishing/links.ts'
import { testModels } from './publishing/models.ts'
import { testPublications } from './publishing/publications.ts'
import { testTemplates } from './publishing/templates.ts'

export { testAlertsModel } from './alerts/model.ts'
export type { OpenStore } from './fixtures.ts'
export { testLedgerModel } from './ledger/model.ts'
export { testBuckets } from './nodes/buckets.ts'
export { testBus } from './nodes/bus.ts'
export { put, testCache, valuesOf } from './nodes/cache.ts'
export { testQueue } from './nodes/queue.ts'

/** What every store must do: the sentences of engine/ports as tests. `open` gives an empty store. */
export function testStore(name: string, open: OpenStore): void {
  describe(`store ${name}`, () => {
    testSubscribers(open)
    testSuppressions(open)
    testSoftBounces(open)
    testSubscriptions(open)
    testNotices(open)
    testCollections(open)
    testUsers(open)
    testSessions(open)
    testAudit(open)
    testItems(open)
    testImports(open)
    testMerge(open)
    testFeeds(open)
    testCampaigns(open)
    testPublications(open)
    testTemplates(open)
    testLinks(open)
    testModels(open)
    testAssets(open)
    testEditions(open)
    testWaves(open)
    testCaps(open)
    testPlan(open)
    testLedger(open)
    testDeliveries(open)
    testSegments(open)
    testEvents(open)
    testAlerts(open)
    testDesk(open)
    testPostings(open)
    testNotifications(open)
    testFollows(open)
    testSilences(open)
    testBuckets(open)
    testReplies(open)
    testPresence(open)
    testLeadership(open)
  })
}

/** What every store must do that counts what is read. `rounds`: how many random stories are told to it. */
export function testAnalytics(name: string, open: OpenStore, rounds: number): void {
  describe(`store ${name}`, () => {
    testRollups(open)
    testNumbers(open)
    testAudienceFlow(open)
    testRollupsModel(open, rounds)
  })
}
