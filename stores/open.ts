import { BroadsheetError } from '../engine/errors.ts'
import type { Log } from '../engine/log.ts'
import type { Store } from '../engine/ports/store.ts'
import { openMemoryStore } from './memory/open.ts'
import type { ConnectionUse } from './rules/connection-use.ts'
import { openSqliteStore } from './sqlite/open.ts'

export interface StoreOptions {
  /** SQLite: threads that read beside the one that writes. */
  readonly readers?: number
  /** Postgres: connections at most, and a replica for reports. */
  readonly connections?: number
  readonly replica?: string | null
  readonly replicaLagMs?: number
  readonly log?: Log
}

export interface OpenedStore extends Store {
  /** Tell a second process that is refused more about this one, e.g. `{ url }`. */
  describe(info: { readonly [key: string]: string }): void
  /** How its pools of connections or threads are used, by name; a store without any has none. */
  connections?(): { readonly [pool: string]: ConnectionUse }
}

/** Where a store is. */
export type StorePlace =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** What a URL names: `memory:`, `sqlite:<path>`, where the path may be relative to the working directory, or
 *  `postgres://...`. Refuses with E_CONFIG when it names none. */
export function parseStoreUrl(url: string): StorePlace {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? []
  switch (scheme.toLowerCase()) {
    case 'memory':
      return { kind: 'memory' }
    case 'sqlite':
      return { kind: 'sqlite', file: sqlitePath(url, rest) }
    case 'postgres':
    case 'postgresql':
      return { kind: 'postgres', url }
    default:
      throw new BroadsheetError(
        'E_CONFIG',
        `The store "${scheme === '' ? url : `${scheme}:`}" is not known. Known: memory:, sqlite:<path>, e.g. sqlite:data/broadsheet.db, and postgres://user:password@host:5432/name.`,
      )
  }
}

/** Open the store that a URL names. Rejects as `parseStoreUrl` and as the store does. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<OpenedStore> {
  const place = parseStoreUrl(url)
  switch (place.kind) {
    case 'memory':
      return { ...openMemoryStore(), describe() {} }
    case 'sqlite':
      return openSqliteStore({ file: place.file, ...options })
    case 'postgres':
      // The client is loaded by those who need it: a laptop's daemon does not carry it.
      return (await import('./postgres/open.ts')).openPostgresStore({ url: place.url, ...options })
  }
}

function sqlitePath(url: string, rest: string): string {
  // `sqlite:///var/x.db` is how other tools write an absolute path.
  const path = rest.startsWith('//') ? rest.slice(2) : rest
  if (path === '' || path === ':memory:' || path.endsWith('/'))
    throw new BroadsheetError(
      'E_CONFIG',
      `"${url}" names no file. Write sqlite:<path>, e.g. sqlite:data/broadsheet.db, or memory: to keep nothing.`,
    )
  return path
}
