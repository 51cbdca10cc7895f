import { createMemoryBus } from '../../../stores/memory/nodes/bus.ts'
import { createMemoryCache } from '../../../stores/memory/nodes/cache.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openStore } from '../../../stores/open.ts'
import {
  testAlertsModel,
  testAnalytics,
  testBus,
  testCache,
  testLedgerModel,
  testQueue,
  testStore,
} from '../../contract/store/index.ts'

const open = async () => {
  const store = await openStore('memory:')
  return { store, close: () => store.close() }
}

testStore('memory', open)
testLedgerModel('memory', open, 300)
testAlertsModel('memory', open, 300)
testAnalytics('memory', open, 200)
testQueue('memory', async () => createMemoryQueue())
testBus('memory', async () => {
  const bus = createMemoryBus()
  return { here: bus, there: bus, close: () => bus.close() }
})
testCache('memory', async () => {
  const cache = createMemoryCache({ maxBytes: 1_000_000 })
  return { here: cache, there: cache, close: () => cache.close() }
})
