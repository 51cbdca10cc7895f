import { join } from 'node:path'
import { openStore } from '../../../stores/open.ts'
import { testAlertsModel, testAnalytics, testLedgerModel, testStore } from '../../contract/store/index.ts'
import { dropFolder, makeFolder } from '../support/folder.ts'

const open = async () => {
  const folder = makeFolder()
  const store = await openStore(`sqlite:${join(folder, 'store.db')}`)
  return {
    store,
    async close() {
      await store.close()
      dropFolder(folder)
    },
  }
}

testStore('sqlite', open)
testLedgerModel('sqlite', open, 30)
testAlertsModel('sqlite', open, 80)
testAnalytics('sqlite', open, 40)
