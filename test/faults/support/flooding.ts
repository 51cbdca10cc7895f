import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import type { RawClient } from '../../../bench/raw-http.ts'
import type { Daemon } from './daemon.ts'

/** Secrets of as many new API keys, which may read. */
export async function newKeys({ client }: Daemon, count: number): Promise<readonly string[]> {
  const secrets: string[] = []
  for (let n = 0; n < count; n++) {
    const made = await client.post('/keys', {
      name: `key-${n}`,
      scopes: ['content:read', 'subscribers:read'],
    })
    secrets.push((made as { secret: string }).secret)
  }
  return secrets
}

/** Two requests at a time, each with the next key; how many were answered. All are within their limits. */
export async function askInTurn(client: RawClient, secrets: readonly string[], ms: number): Promise<number> {
  let answers = 0
  const begun = performance.now()
  const one = async () => {
    while (performance.now() - begun < ms) {
      const secret = secrets[answers % secrets.length]!
      answers++
      expect(await client.request('GET', '/api/v1/lists', `authorization: Bearer ${secret}\r\n`)).toBe(200)
    }
  }
  await Promise.all([one(), one()])
  return answers
}

/** See flood.ts. */
export function startFlood(url: string, secret: string): ChildProcess {
  const script = fileURLToPath(new URL('./flood.ts', import.meta.url))
  const child = fork(script, [url, secret], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => {
    if (child.connected) child.disconnect()
  })
  return child
}
