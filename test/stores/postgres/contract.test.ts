import { openStore } from '../../../stores/open.ts'
import { testAlertsModel, testAnalytics, testLedgerModel, testStore } from '../../contract/store/index.ts'
import { makeDatabase } from './database.ts'

const open = async () => {
  const database = await makeDatabase()
  const store = await openStore(database.url)
  return {
    store,
    async close() {
      await store.close()
      await database.drop()
    },
  }
}

testStore('postgres', open)
testLedgerModel('postgres', open, 30)
testAlertsModel('postgres', open, 40)
testAnalytics('postgres', open, 30)
