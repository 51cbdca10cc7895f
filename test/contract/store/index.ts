import { describe } from 'vitest'
import { testBuckets } from './buckets.ts'
import { testCampaigns } from './campaigns.ts'
import { testCollections } from './collection.ts'
import { testDeliveries } from './deliveries.ts'
import { testCaps, testEditions, testWaves } from './editions.ts'
import { testEvents } from './events.ts'
import { testFeeds } from './feeds.ts'
import type { OpenStore } from './fixtures.ts'
import { testImports } from './imports.ts'
import { testItems } from './items.ts'
import { testLeadership } from './leadership.ts'
import { testLedger } from './ledger.ts'
import { testMerge } from './merge.ts'
import { testNotices } from './notices.ts'
import { testPlan } from './plan.ts'
import { testPresence } from './presence.ts'
import { testPublications } from './publications.ts'
import { testReplies } from './replies.ts'
import { testSegments } from './segments.ts'
import { testSubscribers } from './subscribers.ts'
import { testSubscriptions } from './subscriptions.ts'
import { testSuppressions } from './suppressions.ts'

export { testBuckets } from './buckets.ts'
export { testBus } from './bus.ts'
export { testCache } from './cache.ts'
export type { OpenStore } from './fixtures.ts'
export { testLedgerModel } from './ledger-model.ts'
export { testQueue } from './queue.ts'

/** What every store must do: the sentences of engine/ports as tests. `open` gives an empty store. */
export function testStore(name: string, open: OpenStore): void {
  describe(`store ${name}`, () => {
    testSubscribers(open)
    testSuppressions(open)
    testSubscriptions(open)
    testNotices(open)
    testCollections(open)
    testItems(open)
    testImports(open)
    testMerge(open)
    testFeeds(open)
    testCampaigns(open)
    testPublications(open)
    testEditions(open)
    testWaves(open)
    testCaps(open)
    testPlan(open)
    testLedger(open)
    testDeliveries(open)
    testSegments(open)
    testEvents(open)
    testBuckets(open)
    testReplies(open)
    testPresence(open)
    testLeadership(open)
  })
}
