import { createMemoryQueue } from '../../stores/memory/queue.ts'
import { openStore } from '../../stores/open.ts'
import { testLedgerModel, testQueue, testStore } from '../contract/store/index.ts'

const open = async () => {
  const store = await openStore('memory:')
  return { store, close: () => store.close() }
}

testStore('memory', open)
testLedgerModel('memory', open, 300)
testQueue('memory', async () => createMemoryQueue())
