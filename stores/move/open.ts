import { BroadsheetError } from '../../engine/errors.ts'
import type { Log } from '../../engine/log.ts'
import { parseStoreUrl } from '../open.ts'
import { openPostgresSource, openPostgresTarget } from './postgres.ts'
import type { Source, Target } from './side.ts'
import { openSqliteSource, openSqliteTarget } from './sqlite.ts'

export interface House extends AsyncDisposable {
  readonly source: Source
  readonly target: Target
}

export interface OpenOptions {
  readonly log: Log
  /** A database that somebody was at work on less than a minute before is refused; null: it is taken all the same. */
  readonly now: number | null
}

/** What is moved, by its URL as `openStore` reads it. Rejects with E_STORE_LOCKED where somebody has it open. */
export async function openSource(url: string, options: OpenOptions): Promise<Source> {
  const place = parseStoreUrl(url)
  switch (place.kind) {
    case 'memory':
      throw inMemory()
    case 'sqlite':
      return openSqliteSource(place.file)
    case 'postgres':
      return openPostgresSource({ ...options, url })
  }
}

async function openTarget(url: string, options: OpenOptions): Promise<Target> {
  const place = parseStoreUrl(url)
  switch (place.kind) {
    case 'memory':
      throw inMemory()
    case 'sqlite':
      return openSqliteTarget(place.file)
    case 'postgres':
      return openPostgresTarget({ ...options, url })
  }
}

/** Both sides of a move, each for this process alone. */
export async function openHouse(from: string, to: string, options: OpenOptions): Promise<House> {
  const [old, next] = [parseStoreUrl(from), parseStoreUrl(to)]
  if (old.kind === 'memory' || next.kind === 'memory') throw inMemory()
  if (old.kind === 'sqlite' && next.kind === 'sqlite')
    throw new BroadsheetError(
      'E_CONFIG',
      `From file to file nothing has to be moved: stop the daemon and copy ${old.file} to ${next.file}.`,
    )
  await using undo = new AsyncDisposableStack()
  const source = undo.use(await openSource(from, options))
  const target = undo.use(await openTarget(to, options))
  const opened = undo.move()
  return { source, target, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

const inMemory = () =>
  new BroadsheetError(
    'E_CONFIG',
    'A store in memory is gone with its process: nothing moves from there or into it.',
  )
