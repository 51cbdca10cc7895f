import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who has the store open, for the message that a second process gets. Only words: the lock decides
 *  (lock.ts), so a file that a kill left behind does no harm. */
export interface Owner {
  readonly pid: number
  readonly host: string
  /** ISO 8601 */
  readonly since: string
  readonly [detail: string]: string | number
}

const pathOf = (file: string) => `${file}.owner`

export const thisProcess = (): Owner => ({
  pid: process.pid,
  host: hostname(),
  since: new Date().toISOString(),
})

export function writeOwner(file: string, owner: Owner): void {
  const path = pathOf(file)
  writeFileSync(`${path}.new`, `${JSON.stringify(owner)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function addToOwner(file: string, info: { readonly [detail: string]: string }): void {
  const owner = JSON.parse(readFileSync(pathOf(file), 'utf8')) as Owner
  writeOwner(file, { ...owner, ...info })
}

export function removeOwner(file: string): void {
  rmSync(pathOf(file), { force: true })
}

/** `process 4711 on laptop since 2026-11-23T17:43:00.000Z (url http://localhost:8025)` */
export function describeOwner(file: string): string {
  try {
    const { pid, host, since, ...details } = JSON.parse(readFileSync(pathOf(file), 'utf8')) as Owner
    const more = Object.entries(details).map(([key, value]) => `${key} ${value}`)
    return `process ${pid} on ${host} since ${since}${more.length > 0 ? ` (${more.join(', ')})` : ''}`
  } catch {
    return 'another process'
  }
}
