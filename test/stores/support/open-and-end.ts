// Opens a store, uses it and closes it. Ends by itself only if nothing of the store is left.
import { openStore } from '../../../stores/open.ts'

const store = await openStore(process.argv[2] ?? '')
const writes = Array.from({ length: 20 }, (_, i) =>
  store.topics.insert({ name: `topic-${i}`, title: 'T', description: '' }, 1),
)
// Close finishes what was accepted before it.
const closed = store.close()
await Promise.all(writes)
await closed
console.log('closed')
