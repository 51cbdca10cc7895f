import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { run } from './outside.ts'

let cwd = ''
let daemon: Daemon
const cli = (...args: string[]) => run(cwd, args)
const report = join(import.meta.dirname, '../../engine/feedback/corpus/postfix-quota.eml')

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-bounce-'))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    `http: { port: 0 }
channels:
  file: { directory: outbox, fsync: false }
bounces:
  address: bounce@example.org
  rules:
    - { name: ours, text: "gone fishing", class: soft, action: ignore }
feedback:
  mailgun: { key: a-key-of-the-test }
`,
  )
  daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
  await daemon.engine.store.subscribers.upsert([{ address: 'jane@example.com' }], { lists: [], now: 1 })
})
afterAll(async () => {
  await daemon.stop()
  rmSync(cwd, { recursive: true, force: true })
})

test('broadsheet bounce read says what a mail is', async () => {
  const shown = await cli('bounce', 'read', report)
  expect(shown.err).toBe('')
  expect(shown.out).toContain('bounce, read as dsn')
  expect(shown.out).toMatch(/jane@example\.com: full \(mailbox full\) 5\.2\.2 maildir delivery failed/)
  expect((await cli('bounce', 'read', report, '--json')).json[0]).toMatchObject({ kind: 'bounce', by: 'dsn' })
})

test('broadsheet bounce hear acts on it', async () => {
  expect((await cli('bounce', 'hear', report)).out).toContain('-> unproven')
  expect((await cli('bounce', 'hear', report, '--trusted')).out).toMatch(/-> counted, subscriber 1/)
  expect((await cli('bounce', 'hear', 'nothing.eml')).code).not.toBe(0)
})

test("broadsheet bounce rules shows one's own lines first", async () => {
  const { out } = await cli('bounce', 'rules')
  const lines = out.split('\n')
  expect(lines[1]).toMatch(/^soft\s+ignore\s+settings\s+ours\s+text gone fishing/)
  expect(out).toContain('no such mailbox')
})

test('what the settings set up answers', async () => {
  const post = (provider: string) => fetch(`${daemon.url}/hooks/${provider}`, { method: 'POST', body: '{}' })
  expect((await post('mailgun')).status).toBe(400)
  expect((await post('postmark')).status).toBe(404)
})
