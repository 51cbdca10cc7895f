import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a running daemon leaves for this machine's own commands, readable by its owner only. */
export interface DaemonFile {
  readonly pid: number
  readonly url: string
  readonly token: string
  readonly startedAt: string
}

export const daemonFile = (data: string): string => join(data, 'daemon.json')

/** The daemon that says it runs on this data folder, or null. It may be dead. */
export function readDaemonFile(data: string): DaemonFile | null {
  try {
    return JSON.parse(readFileSync(daemonFile(data), 'utf8')) as DaemonFile
  } catch {
    return null
  }
}

export function writeDaemonFile(data: string, content: DaemonFile): void {
  const draft = `${daemonFile(data)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, daemonFile(data))
}

/** Only the one with this token: with `memory:` a second daemon may have written it since. */
export function removeDaemonFile(data: string, token: string): void {
  if (readDaemonFile(data)?.token === token) rmSync(daemonFile(data), { force: true })
}
