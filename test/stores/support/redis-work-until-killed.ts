// A process that takes the jobs of a queue, says so, and never ends one.
import { openRedis } from '../../../stores/redis/open.ts'

const [url = '', prefix = ''] = process.argv.slice(2)
const redis = await openRedis(url, { prefix })
redis.queue.work(
  ({ seq }) => {
    console.log(`works ${seq}`)
    return new Promise(() => {})
  },
  () => 2,
)
console.log('open')
