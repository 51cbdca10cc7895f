import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createClient } from '../../../app/cli/daemon/client.ts'
import { loadConfig } from '../../../app/config.ts'
import { startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { waitFor } from '../../engine/support/wait.ts'
import type { ChatRequest } from '../../servers/chat.ts'
import { shown, startSlack } from '../../servers/slack.ts'

const rooms = { ops: 'C0OPS00001', desk: 'C0DESK0001' }
const waitMs = 2_000

test('a room that answers 429 is asked nothing before its time, and other rooms are told meanwhile', async () => {
  await using stack = new AsyncDisposableStack()
  const slack = await startSlack()
  stack.defer(() => slack.close())
  const cwd = mkdtempSync(join(tmpdir(), 'broadsheet-limits-'))
  stack.defer(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    JSON.stringify({
      store: 'memory:',
      http: { port: 0 },
      publicUrl: 'https://news.example',
      channels: {
        slack: {
          token: slack.token,
          apiUrl: slack.apiUrl,
          rooms: { ops: { channel: rooms.ops }, desk: { channel: rooms.desk } },
        },
      },
      egress: { allow: ['127.0.0.1'] },
      alerts: {
        receivers: { ops: { rooms: ['slack/ops'] }, desk: { rooms: ['slack/desk'] } },
        rules: {
          route: {
            receiver: 'ops',
            group_by: ['...'],
            group_wait: '0s',
            routes: [{ matchers: ['room="desk"'], receiver: 'desk' }],
          },
        },
      },
    }),
  )
  // What came for which room, and when. The first for "ops" is told to come later; nobody else is.
  const asked: { readonly room: string; readonly at: number }[] = []
  slack.answer = ({ body }: ChatRequest) => {
    const { channel } = JSON.parse(body) as { channel: string }
    asked.push({ room: channel, at: Date.now() })
    const inOps = asked.filter(({ room }) => room === rooms.ops)
    return channel === rooms.ops && inOps.length === 1
      ? {
          status: 429,
          headers: { 'retry-after': String(waitMs / 1000) },
          body: { ok: false, error: 'ratelimited' },
        }
      : undefined
  }
  const daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
  stack.defer(() => daemon.stop())
  const client = createClient(daemon.url, daemon.token, new AbortController().signal)
  stack.defer(() => client.close())
  const raise = (title: string, room: string) =>
    client.post('/alerts', { title, key: title, labels: { room } })
  const told = (title: string) => slack.messages.some((message) => shown(message).text.includes(title))

  await raise('Ops 0', 'ops')
  await waitFor('the room to be limited', () => asked.length > 0)
  for (let n = 1; n <= 5; n++) {
    await raise(`Ops ${n}`, 'ops')
    await raise(`Desk ${n}`, 'desk')
  }
  await waitFor('the other room to be told', () => [1, 2, 3, 4, 5].every((n) => told(`Desk ${n}`)))
  await waitFor('the limited room to be told after all', () =>
    [0, 1, 2, 3, 4, 5].every((n) => told(`Ops ${n}`)),
  )
  const [limited, next] = asked.filter(({ room }) => room === rooms.ops)
  expect(next!.at - limited!.at).toBeGreaterThanOrEqual(waitMs)
  expect(slack.messages).toHaveLength(11)
})
