import { mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { BroadsheetError } from '../../engine/errors.ts'
import { type Log, silentLog } from '../../engine/log.ts'
import type { Store } from '../../engine/ports/store.ts'
import type { ConnectionUse } from '../rules/connection-use.ts'
import { createLeadership } from '../rules/leadership.ts'
import { addToOwner } from './nodes/owner.ts'
import { noteBeats } from './nodes/presence.ts'
import { type Client, startClient } from './threads/client.ts'
import { methods, type PortName, type Ports } from './threads/methods.ts'

export interface SqliteOptions {
  /** Made when it is not there, with its folder. */
  readonly file: string
  /** Threads that read beside the one that writes. Default 1. */
  readonly readers?: number
  readonly log?: Log
}

export interface SqliteStore extends Store {
  readonly kind: 'sqlite'
  /** Tell a second process that is refused more about this one, e.g. `{ url }`. */
  describe(info: { readonly [key: string]: string }): void
  /** Its threads: `writer` and `readers`. */
  connections(): { readonly writer: ConnectionUse; readonly readers: ConnectionUse }
}

/** Open a file for this process alone. Rejects with E_STORE_LOCKED when another process has it,
 *  E_STORE_CORRUPT when it is damaged (and leaves it as it is), E_STORE when it cannot be opened or was made
 *  by a newer version. */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const { log = silentLog, readers: readerCount = 1 } = options
  const file = place(options.file)
  const writer = await startClient({ role: 'writer', file })
  const readers: Client[] = []
  try {
    for (let i = 0; i < Math.max(1, readerCount); i += 1)
      readers.push(await startClient({ role: 'reader', file }))
  } catch (error) {
    await Promise.all(readers.map((reader) => reader.close()))
    await writer.close()
    throw error
  }
  if (writer.migrated.length > 0) log.info({ file, steps: writer.migrated }, 'store.migrated')

  const leastBusy = () => readers.reduce((best, next) => (next.pending() < best.pending() ? next : best))
  const portOf = <P extends PortName>(port: P): Ports[P] => {
    const calls = Object.entries(methods[port]).map(([method, way]) => [
      method,
      (...args: unknown[]) => (way === 'write' ? writer : leastBusy()).call(`${port}.${method}`, args),
    ])
    return Object.fromEntries(calls) as Ports[P]
  }
  const health = portOf('health')
  const presence = portOf('presence')
  const { removeSome, ...notifications } = portOf('notifications')

  let closing: Promise<void> | null = null
  const close = async () => {
    // The writer last: it is the one that folds the log into the file.
    await Promise.all(readers.map((reader) => reader.close()))
    await writer.close()
  }

  const reports = {
    subscribers: portOf('subscribers'),
    suppressions: portOf('suppressions'),
    softBounces: portOf('softBounces'),
    consents: portOf('consents'),
    items: portOf('items'),
    publications: portOf('publications'),
    deliveries: portOf('deliveries'),
    events: portOf('events'),
    analytics: portOf('analytics'),
    audienceFlow: portOf('audienceFlow'),
  }
  return {
    kind: 'sqlite',
    ...reports,
    reports,
    subscriptions: portOf('subscriptions'),
    notices: portOf('notices'),
    lists: portOf('lists'),
    topics: portOf('topics'),
    segments: portOf('segments'),
    templates: portOf('templates'),
    apiKeys: portOf('apiKeys'),
    users: portOf('users'),
    sessions: portOf('sessions'),
    tokens: portOf('tokens'),
    audit: portOf('audit'),
    feeds: portOf('feeds'),
    feedStates: portOf('feedStates'),
    imports: portOf('imports'),
    campaigns: portOf('campaigns'),
    editions: portOf('editions'),
    links: portOf('links'),
    models: portOf('models'),
    assets: portOf('assets'),
    assetUploads: portOf('assetUploads'),
    ledger: portOf('ledger'),
    rollups: portOf('rollups'),
    alerts: portOf('alerts'),
    desk: portOf('desk'),
    postings: portOf('postings'),
    notifications: {
      ...notifications,
      async remove({ before, limit }) {
        for (let removed = 0; ; ) {
          const some = await removeSome({ before, limit: limit - removed })
          removed += some.removed
          if (!some.more) return removed
        }
      },
    },
    follows: portOf('follows'),
    followPreferences: portOf('followPreferences'),
    silences: portOf('silences'),
    heartbeats: portOf('heartbeats'),
    beats: portOf('beats'),
    buckets: portOf('buckets'),
    replies: portOf('replies'),
    presence: {
      found: () => presence.found(),
      async beat(now) {
        noteBeats(file, await presence.beat(now))
      },
      // What was acknowledged is in the file.
      doubt: async () => null,
      async trust() {},
    },
    // The file belongs to this process: nobody else could lead.
    leadership: createLeadership(() => performance.now()),
    describe(info) {
      if (closing === null) tell(file, info, log)
    },
    connections: () => ({ writer: useOf([writer]), readers: useOf(readers) }),
    async maintain() {},
    async check() {
      await health.write()
      await health.read()
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** The file's own path, its folder made: two links to one file must meet at one lock. */
export function place(file: string): string {
  const path = resolve(file)
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new BroadsheetError('E_STORE', `The folder of the database ${path} cannot be made: ${reason}.`)
  }
  try {
    return realpathSync(path)
  } catch {
    return join(realpathSync(dirname(path)), basename(path))
  }
}

function tell(file: string, info: { readonly [key: string]: string }, log: Log) {
  try {
    addToOwner(file, info)
  } catch (error) {
    // Only words for others: a full disk must not stop the daemon.
    log.warn(
      { file, error: error instanceof Error ? error.message : String(error) },
      'store.owner_not_written',
    )
  }
}

/** A thread works one call at a time; those behind it wait. */
function useOf(clients: readonly Client[]): ConnectionUse {
  const pending = clients.map((client) => client.pending())
  const used = pending.filter((calls) => calls > 0).length
  const waiting = pending.reduce((sum, calls) => sum + Math.max(0, calls - 1), 0)
  return { used, idle: clients.length - used, waiting, max: clients.length }
}
