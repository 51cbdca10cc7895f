import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createClient } from '../../../../app/cli/daemon/client.ts'
import { loadConfig } from '../../../../app/config.ts'
import { startDaemon } from '../../../../app/daemon.ts'
import { freePort } from '../../../../app/demo/servers/free-port.ts'
import { silentLog } from '../../../../engine/log.ts'
import { waitFor } from '../../../engine/support/wait.ts'
import { findPrometheus, startPrometheus } from '../../../servers/prometheus.ts'
import { shown, startSlack } from '../../../servers/slack.ts'
import { startSink } from '../../../servers/smtp-sink.ts'

const program = findPrometheus()
const room = 'C0OPS00001'

test.skipIf(program === null)(
  'a real Prometheus fires, groups and resolves alerts in a Slack channel and by SMTP',
  { timeout: 600_000 },
  async () => {
    await using stack = new AsyncDisposableStack()
    const slack = await startSlack()
    stack.defer(() => slack.close())
    const sink = await startSink({ keep: true })
    stack.defer(() => sink.close())
    const cwd = mkdtempSync(join(tmpdir(), 'broadsheet-prometheus-'))
    stack.defer(() => rmSync(cwd, { recursive: true, force: true }))
    writeFileSync(
      join(cwd, 'broadsheet.yaml'),
      JSON.stringify({
        http: { port: 0 },
        publicUrl: 'https://news.example',
        channels: {
          smtp: { host: '127.0.0.1', port: sink.port, security: 'none' },
          slack: { token: slack.token, apiUrl: slack.apiUrl, rooms: { ops: { channel: room } } },
        },
        egress: { allow: ['127.0.0.1'] },
        alerts: {
          receivers: { ops: { rooms: ['slack/ops'], people: true } },
          rules: {
            route: { receiver: 'ops', group_by: ['alertname'], group_wait: '3s', group_interval: '3s' },
          },
        },
      }),
    )
    const daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
    stack.defer(() => daemon.stop())
    const client = createClient(daemon.url, daemon.token, new AbortController().signal)
    stack.defer(() => client.close())
    const ada = await client.post<{ id: number }>('/subscribers', { address: 'ada@example.org' })
    await client.post(`/subscribers/${ada.id}/follows`, { channel: 'smtp', minSeverity: 'error' })
    const { secret } = await client.post<{ secret: string }>('/keys', { name: 'prometheus' })

    const targets = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`].toSorted()
    stack.use(
      await startPrometheus(program!, {
        targets,
        alertmanager: { host: new URL(daemon.url).host, key: secret },
        labels: { severity: 'page' },
        annotations: { summary: '{{ $labels.instance }} is down' },
      }),
    )
    // What a letter says, without the line ends that its encoding puts in.
    const mails = () => sink.bodies().map((body) => body.toString('utf8').replaceAll('=\r\n', ''))

    await waitFor('Slack to be told', () => slack.messages.length > 0)
    await waitFor('Ada to be told', () => mails().length > 0)
    expect(slack.messages).toHaveLength(1)
    const [message] = slack.messages as [(typeof slack.messages)[0]]
    expect(message).toMatchObject({ channel: room, thread: null, edits: 0 })
    expect(shown(message).text).toContain('2 firing: TargetDown')
    for (const target of targets) expect(JSON.stringify(message.content)).toContain(`${target} is down`)
    expect(mails()).toHaveLength(1)
    expect(mails()[0]).toContain('Subject: CRITICAL: 2 firing: TargetDown')
    for (const target of targets) expect(mails()[0]).toContain(`${target} is down`)

    const servers: Server[] = []
    stack.defer(() => {
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    })
    for (const target of targets) {
      const server = createServer((_request, response) =>
        response.setHeader('content-type', 'text/plain').end('x 1\n'),
      )
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(Number(target.split(':')[1]), '127.0.0.1', resolve))
    }
    await waitFor('Ada to hear of the end', () => mails().some((mail) => mail.includes('Subject: Resolved:')))
    await waitFor('the message to be changed', () => message.edits > 0)
    expect(shown(message).text).toContain('Resolved: TargetDown')
    // Whoever follows the thread hears of it, too; nothing new stands in the channel itself.
    await waitFor('the thread to be answered', () =>
      slack.messages.some(({ thread }) => thread === message.ts),
    )
    expect(slack.messages.filter(({ thread, broadcast }) => thread === null && !broadcast)).toHaveLength(1)
  },
)
