import { Readable } from 'node:stream'
import type { Clock } from '../../../engine/clock.ts'
import type { Engine, Fact } from '../../../engine/engine.ts'
import type { Log } from '../../../engine/log.ts'

export interface Live {
  /** A stream of `text/event-stream` with the facts of `types` (null: all) from now on. */
  open(types: ReadonlySet<Fact['type']> | null): Readable
  /** How many listen. */
  size(): number
  /** End every stream and stop listening. Idempotent. */
  close(): void
}

const heartbeatMs = 15_000
const reconnectMs = 2000
// Progress of a few campaigns for some minutes. A client that is further behind will not catch up: it is
// dropped, reconnects, and asks for the present state.
const maxBufferedBytes = 262_144

/** Facts of the engine for any number of clients: one listener, each fact written once, a bounded buffer a
 *  client. Event ids rise, over restarts too, since they begin with the time. */
export function createLive(options: {
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Log
}): Live {
  const { engine, clock, log } = options
  const clients = new Map<Readable, ReadonlySet<Fact['type']> | null>()
  let id = clock.now() * 1000
  let unlisten: (() => void) | null = null
  let cancelBeat = () => {}
  let closed = false

  const write = (client: Readable, text: string): void => {
    if (client.readableLength > maxBufferedBytes) {
      log.warn({ bufferedBytes: client.readableLength }, 'stream.client_dropped')
      client.destroy()
      return
    }
    client.push(text)
  }
  const onFact = (fact: Fact): void => {
    id++
    let text: string | null = null
    for (const [client, types] of clients) {
      if (types !== null && !types.has(fact.type)) continue
      text ??= `event: ${fact.type}\nid: ${id}\ndata: ${JSON.stringify(fact)}\n\n`
      write(client, text)
    }
  }
  const beat = (): void => {
    cancelBeat = clock.after(heartbeatMs, () => {
      for (const client of clients.keys()) write(client, ': heartbeat\n\n')
      beat()
    })
  }
  const remove = (client: Readable): void => {
    if (!clients.delete(client) || clients.size > 0) return
    unlisten?.()
    unlisten = null
    cancelBeat()
  }

  return {
    open(types) {
      const client = new Readable({ read() {} })
      client.once('close', () => remove(client))
      client.push(`retry: ${reconnectMs}\n: listening\n\n`)
      if (closed) {
        client.push(null)
        return client
      }
      if (clients.size === 0) {
        unlisten = engine.listen(onFact)
        beat()
      }
      clients.set(client, types)
      return client
    },
    size: () => clients.size,
    close() {
      closed = true
      for (const client of clients.keys()) {
        client.push(null)
        remove(client)
      }
    },
  }
}
