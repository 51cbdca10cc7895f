import { BroadsheetError } from '../engine/errors.ts'
import type { Log } from '../engine/log.ts'
import type { Store } from '../engine/ports/store.ts'
import { openMemoryStore } from './memory/open.ts'
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
}

/** Open the store that a URL names: `memory:`, `sqlite:<path>`, where the path may be relative to the working
 *  directory, or `postgres://...`. Rejects with E_CONFIG when the URL names none, else as the store does. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<OpenedStore> {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? []
  switch (scheme.toLowerCase()) {
    case 'memory':
      return { ...openMemoryStore(), describe() {} }
    case 'sqlite':
      return openSqliteStore({ file: sqlitePath(url, rest), ...options })
    case 'postgres':
    case 'postgresql':
      // The client is loaded by those who need it: a laptop's daemon does not carry it.
      return (await import('./postgres/open.ts')).openPostgresStore({ url, ...options })
    default:
      throw new BroadsheetError(
        'E_CONFIG',
        `The store "${scheme === '' ? url : `${scheme}:`}" is not known. Known: memory:, sqlite:<path>, e.g. sqlite:data/broadsheet.db, and postgres://user:password@host:5432/name.`,
      )
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
