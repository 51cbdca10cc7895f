// A process that counts events, a few at a time, and says so, until it is killed.
import { openStore } from '../../../stores/open.ts'
import { rollUp } from '../../contract/store/analytics/roll.ts'

const [url = '', limit = ''] = process.argv.slice(2)
const store = await openStore(url)
console.log('open')
for (;;) if ((await rollUp(store, Number(limit))) > 0) console.log('counted')
