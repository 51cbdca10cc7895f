import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../../app/daemon.ts'
import { silentLog } from '../../../../engine/log.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { waitFor } from '../../../engine/support/wait.ts'

export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON. */
  readonly json: T
}

/** A whole daemon that tells alerts by mail into files. */
export interface AlertDaemon extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly store: Store
  readonly daemon: Daemon
  /** Its folder, for commands. */
  readonly cwd: string
  ask<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>
  /** Somebody who follows alerts by mail; their id. */
  follower(address: string, follow?: object): Promise<number>
  /** Waits for a mail to this address with this text in it, and gives the mail, decoded so far that links are whole. */
  mailed(address: string, text: string): Promise<string>
}

export async function openAlertDaemon(
  options: { readonly store?: 'memory:' | 'sqlite'; readonly alerts?: object } = {},
): Promise<AlertDaemon> {
  const cwd = mkdtempSync(join(tmpdir(), 'broadsheet-alerts-'))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    JSON.stringify({
      ...(options.store === 'memory:' && { store: 'memory:' }),
      http: { port: 0 },
      publicUrl: 'https://news.example',
      channels: { file: { directory: 'outbox', fsync: false } },
      alerts: options.alerts ?? {},
    }),
  )
  const daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
  const { url, token } = daemon

  const ask: AlertDaemon['ask'] = async (method, path, body, headers = {}) => {
    const json = body !== undefined && typeof body !== 'string'
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : body }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text)
      },
    }
  }

  return {
    url,
    token,
    daemon,
    cwd,
    store: daemon.engine.store,
    ask,
    async follower(address, follow = {}) {
      const { id } = (await ask<{ id: number }>('POST', '/api/v1/subscribers', { address, name: 'Ada' })).json
      const made = await ask('POST', `/api/v1/subscribers/${id}/follows`, { channel: 'file', ...follow })
      if (made.status !== 201) throw new Error(made.text)
      return id
    },
    mailed: (address, text) =>
      waitFor(`a mail to ${address} with "${text}"`, () =>
        mailsIn(join(cwd, 'outbox')).find((mail) => mail.includes(address) && mail.includes(text)),
      ),
    async [Symbol.asyncDispose]() {
      await daemon.stop()
      rmSync(cwd, { recursive: true, force: true })
    },
  }
}

const mailsIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile() && entry.name.endsWith('.eml') && !entry.parentPath.endsWith('tmp'))
    .map((entry) =>
      readFileSync(join(entry.parentPath, entry.name), 'utf8')
        .replace(/=\r?\n/g, '')
        .replace(/=3D/g, '='),
    )
