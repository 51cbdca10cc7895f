import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { freePort } from '../../../../app/demo/servers/free-port.ts'
import type { Alert } from '../../../../engine/model/alert.ts'
import { waitFor } from '../../../engine/support/wait.ts'
import { findPrometheus, startPrometheus } from '../../../servers/prometheus.ts'
import { openAlertDaemon } from './daemon.ts'

const program = findPrometheus()

test.skipIf(program === null)(
  'a real Prometheus fires and resolves an alert, and people are told',
  { timeout: 600_000 },
  async () => {
    const rules = {
      route: { receiver: 'all', group_by: ['alertname'], group_wait: '0s', group_interval: '0s' },
    }
    await using house = await openAlertDaemon({
      store: 'memory:',
      alerts: { rules, receivers: { all: { people: true } } },
    })
    await house.follower('ada@example.org', { topics: ['production'] })
    const key = await house.ask<{ secret: string }>('POST', '/api/v1/keys', { name: 'prometheus' })
    const target = `127.0.0.1:${await freePort()}`
    await using _prometheus = await startPrometheus(program!, {
      targets: [target],
      alertmanager: { host: new URL(house.url).host, key: key.json.secret },
      labels: { severity: 'page', topic: 'production' },
      annotations: { summary: '{{ $labels.instance }} is down', runbook_url: 'https://wiki.example/down' },
    })
    const last = async () =>
      (await house.ask<{ data: Alert[] }>('GET', '/api/v1/alerts?topic=production&limit=1')).json.data[0]
    const fired = await waitFor('Prometheus to fire', last)
    expect(fired).toMatchObject({
      state: 'firing',
      severity: 'critical',
      title: `${target} is down`,
      labels: { alertname: 'TargetDown', instance: target, job: 'target' },
      ends: 'resolved',
    })
    expect(fired.links.map(({ title }) => title)).toEqual(['Source', 'Runbook'])
    await house.mailed('ada@example.org', `CRITICAL: ${target} is down`)

    const server = createServer((_request, response) =>
      response.setHeader('content-type', 'text/plain').end('x 1\n'),
    )
    await new Promise<void>((resolve) => server.listen(Number(target.split(':')[1]), '127.0.0.1', resolve))
    try {
      const over = await waitFor('Prometheus to resolve it', async () => {
        const alert = await last()
        return alert?.state === 'resolved' && alert
      })
      expect(over.id).toBe(fired.id)
      await house.mailed('ada@example.org', `Resolved: ${target} is down`)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  },
)
