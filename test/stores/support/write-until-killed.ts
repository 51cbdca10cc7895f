// A process that writes to a store and says on its output what was acknowledged, until it is killed.
import { openStore } from '../../../stores/open.ts'
import { intent, longMs, newRun, now } from '../../contract/store/scene.ts'

const [file = '', round = ''] = process.argv.slice(2)
const store = await openStore(`sqlite:${file}`)

const { id, people } = await newRun(store, 20, { chunkSize: 10 })
const lease = await store.ledger.lease(
  { publicationId: id, seq: 0 },
  { owner: 'child', leaseMs: longMs, now },
)
if (lease === null) throw new Error('no chunk')
await store.ledger.intend(
  lease,
  people.slice(0, 4).map((one) => intent(one)),
  { leaseMs: longMs, now },
)
console.log(`leased ${id} ${lease.epoch}`)

for (let i = 0; ; i += 4) {
  // Several at once, so that a kill may also fall into a group.
  const rows = [0, 1, 2, 3].map((k) => `kept-${round}-${i + k}@example.org`)
  await Promise.all(
    rows.map(async (address) => {
      await store.subscribers.upsert([{ address }], { lists: [], now })
      console.log(`acknowledged ${address}`)
    }),
  )
}
