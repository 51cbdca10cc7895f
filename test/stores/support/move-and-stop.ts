// A process that moves a store until so many pages of a table have come, and then waits to be killed.
import { silentLog } from '../../../engine/log.ts'
import { moveHouse } from '../../../stores/move/move.ts'
import { openHouse } from '../../../stores/move/open.ts'

const [from = '', to = '', table = '', pages = '1'] = process.argv.slice(2)
let left = Number(pages)
const house = await openHouse(from, to, { log: silentLog, now: null })
await moveHouse(house.source, house.target, {
  onProgress(progress) {
    if (progress.phase !== 'copy' || progress.table !== table || --left > 0) return
    process.stdout.write(`stopped at ${table}\n`)
    // Nothing goes on in this process any more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
})
