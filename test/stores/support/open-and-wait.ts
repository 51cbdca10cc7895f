// A process that has a store open until it is killed or told to close.
import { openStore } from '../../../stores/open.ts'

const [file = '', url = ''] = process.argv.slice(2)
const store = await openStore(`sqlite:${file}`)
if (url !== '') store.describe({ url })
console.log('open')
process.once('SIGTERM', () => void store.close().then(() => console.log('closed')))
// Waits for the signal.
const hold = setInterval(() => {}, 1_000_000)
process.once('SIGTERM', () => clearInterval(hold))
