import { createHash } from 'node:crypto'
import { BroadsheetError } from '../../engine/errors.ts'

/** A store is known by its salt, which it keeps for good. */
export const markOf = (kind: string, salt: string): string =>
  createHash('sha256').update(`${kind} ${salt}`).digest('hex')

export const inUse = (place: string, agoMs: number): BroadsheetError =>
  new BroadsheetError(
    'E_STORE_LOCKED',
    `A daemon was at work on the database ${place} ${Math.max(0, Math.round(agoMs / 1000))} s ago: stop every one that uses it and wait a minute, or say --force where none runs any more.`,
  )

export const takenTarget = (place: string, table: string, remedy: string): BroadsheetError =>
  new BroadsheetError(
    'E_STATE',
    `The database ${place} is not empty ("${table}" has rows): ${remedy}. Where a move into it has finished before, there is nothing left to do.`,
  )

export const otherSource = (place: string): BroadsheetError =>
  new BroadsheetError(
    'E_STATE',
    `The database ${place} holds a move from another source that is not finished: give the --from that it was begun with, or move into an empty database.`,
  )

export const moveTaken = (place: string, table: string): BroadsheetError =>
  new BroadsheetError(
    'E_CONFLICT',
    `Another process moves into ${place} too ("${table}" is further than this one left it): let one of them end.`,
  )

export const stillRunning = (place: string, campaigns: readonly string[]): BroadsheetError =>
  new BroadsheetError(
    'E_STATE',
    `In ${place} ${campaigns.length === 1 ? 'a campaign runs' : 'campaigns run'} (${campaigns.join(', ')}): pause ${campaigns.length === 1 ? 'it' : 'each'} with "broadsheet campaign pause NAME", or say --pause.`,
  )

export const differs = (table: string, from: Sum, to: Sum): BroadsheetError =>
  new BroadsheetError(
    'E_STATE',
    `"${table}" is not the same on both sides: ${from.rows} rows there (${from.sha256.slice(0, 12)}), ${to.rows} here (${to.sha256.slice(0, 12)}). The source was changed after an interrupted move of it was begun: empty the target, and move again.`,
  )

interface Sum {
  readonly rows: number
  readonly sha256: string
}
