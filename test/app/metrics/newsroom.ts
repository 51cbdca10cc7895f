import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Client, createClient } from '../../../app/cli/daemon/client.ts'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { freePort } from '../../../app/demo/servers/free-port.ts'
import { silentLog } from '../../../engine/log.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import { openStore } from '../../../stores/open.ts'
import { waitFor } from '../../engine/support/wait.ts'
import { addressOf, campaignInput, furnish } from '../../faults/support/house.ts'
import type { FaultPlan } from '../../servers/faults.ts'
import { startRedis } from '../../servers/redis.ts'
import { startSlack } from '../../servers/slack.ts'
import { type Sink, startSink } from '../../servers/smtp-sink.ts'
import { makeDatabase } from '../../stores/postgres/database.ts'
import { publicUrl, readLetter } from '../analytics/crowd.ts'

export const metricsToken = 'a-token-for-prometheus-only'
const people = 400
const room = 'C0OPS00001'
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** A daemon on Postgres and Redis in which everything happens that is measured. */
export interface Newsroom extends AsyncDisposable {
  readonly daemon: Daemon
  readonly sink: Sink
  readonly client: Client
  /** A campaign with refusals and limits, its readers, an alert in a room and by mail, an import, a bounce, and a look at the API. */
  work(): Promise<void>
  /** A channel that nobody answers, until its breaker is open. */
  fail(): Promise<void>
}

export async function openNewsroom(): Promise<Newsroom> {
  await using undo = new AsyncDisposableStack()
  const database = await makeDatabase()
  undo.defer(() => database.drop())
  const redis = await startRedis()
  undo.defer(() => redis.drop())
  const slack = await startSlack()
  undo.defer(() => slack.close())
  const sink = await startSink({ keep: true })
  undo.defer(() => sink.close())
  const cwd = mkdtempSync(join(tmpdir(), 'broadsheet-newsroom-'))
  undo.defer(() => rmSync(cwd, { recursive: true, force: true }))
  const store = await openStore(database.url)
  await furnish(store, { people })
  await store.close()

  const smtp = { type: 'smtp', host: '127.0.0.1', security: 'none' }
  const settings = {
    store: database.url,
    redis: redis.url,
    secrets: ['a secret only for the tests'],
    http: { port: 0 },
    publicUrl,
    metrics: { token: metricsToken },
    channels: {
      smtp: { ...smtp, port: sink.port },
      dead: { ...smtp, port: await freePort() },
      slack: { token: slack.token, apiUrl: slack.apiUrl, rooms: { ops: { channel: room } } },
    },
    egress: { allow: ['127.0.0.1'] },
    delivery: { batch: 20, sweepMs: 50, retryBaseMs: 100, retryCapMs: 200 },
    // At once fewer than a batch has: so some are held back on the slowest machine, too.
    limits: { channel: { smtp: { perSecond: 200, burst: 10 } } },
    ranking: { sweepMs: 50, snapshotMs: 1000 },
    bounces: { address: 'bounce@news.example' },
    alerts: {
      gatherMs: 0,
      receivers: { ops: { rooms: ['slack/ops'], people: true } },
      rules: { route: { receiver: 'ops', group_by: ['alertname'], group_wait: '0s', group_interval: '0s' } },
    },
  }
  writeFileSync(join(cwd, 'broadsheet.yaml'), JSON.stringify(settings))
  const daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
  undo.defer(() => daemon.stop())
  const client = createClient(daemon.url, daemon.token, new AbortController().signal)
  undo.defer(() => client.close())
  const ada = await client.post<{ id: number }>('/subscribers', { address: 'ada@example.org' })
  await client.post(`/subscribers/${ada.id}/follows`, { channel: 'smtp', minSeverity: 'warning' })
  let round = 0

  const start = async (name: string, channel: string): Promise<Campaign> => {
    await client.post('/campaigns', campaignInput({ name, channel }))
    return client.post<Campaign>(`/campaigns/${name}/start`)
  }
  const isFinished = async (name: string) =>
    (await client.get<Campaign>(`/campaigns/${name}`)).state === 'finished'

  /** Of the letters of this round, those of a few are opened and read. */
  async function read(from: number): Promise<void> {
    const letters = sink
      .received()
      .map(({ to }, i) => ({ to, at: i }))
      .slice(from)
      .filter(({ to }) => to.startsWith('reader'))
    for (const { to, at } of letters.slice(0, 12)) {
      const { links, pixel } = await readLetter(sink.bodies()[at]!, to)
      for (const path of [pixel, links[at % 3]])
        if (path != null)
          await fetch(daemon.url + path, { redirect: 'manual', headers: { 'user-agent': chrome } })
    }
  }

  const rest = undo.move()
  return {
    daemon,
    sink,
    client,
    async work() {
      round++
      const before = sink.count()
      const busy = new Set([addressOf(100 + round)])
      const faults: FaultPlan = ({ phase, to }) => {
        if (phase !== 'rcpt') return undefined
        if (to === addressOf(round)) return { do: 'reply', text: '550 5.7.1 no' }
        return busy.delete(to) ? { do: 'reply', text: '450 4.2.1 busy' } : undefined
      }
      sink.setFaults(faults)
      const name = `round-${round}`
      await start(name, 'smtp')
      await client.post('/alerts', { key: name, title: 'The press stands still', severity: 'critical' })
      await waitFor('the campaign to be through', () => isFinished(name))
      await waitFor('the room to be told', () => slack.messages.length >= round)
      const mails = () => sink.received().filter(({ to }) => to === 'ada@example.org').length
      await waitFor('Ada to be told', () => mails() >= round)
      await read(before)
      for (const path of ['/campaigns', '/lists', '/subscribers?limit=5', `/campaigns/${name}`])
        await client.get(path)
      await fetch(`${daemon.url}/api/v1/lists`)
      const rows = Readable.from([`address\nnew${round}@example.org\nno address\n`])
      await client.send('/subscribers/import', { body: rows, type: 'text/csv' })
      const told = { address: addressOf(200 + round), kind: 'complaint' }
      await client.post('/bounces', told)
    },
    async fail() {
      await start('nobody', 'dead')
      const isOut = () =>
        daemon.engine.channelStates().some(({ name, state }) => name === 'dead' && state !== 'closed')
      await waitFor('the breaker to open', isOut)
      await client.post('/campaigns/nobody/cancel')
    },
    [Symbol.asyncDispose]: () => rest[Symbol.asyncDispose](),
  }
}
