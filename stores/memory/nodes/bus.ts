import { type Log, silentLog } from '../../../engine/log.ts'
import type { Bus } from '../../../engine/ports/bus.ts'
import { createHearers } from '../../rules/hearers.ts'

/** Between engines of one process: misses nothing. */
export function createMemoryBus({ log = silentLog }: { readonly log?: Log } = {}): Bus {
  const hearers = createHearers(log)
  let closed = false
  return {
    publish: (topic, text) => hearers.tell(topic, text),
    subscribe: (topic, hear) => (closed ? () => {} : hearers.add(topic, hear)),
    hears: () => !closed,
    async close() {
      closed = true
      hearers.clear()
    },
  }
}
