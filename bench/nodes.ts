import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '../app/cli/daemon/client.ts'
import { campaignData, list, paper } from '../app/demo/content/publication.ts'
import { buildHouse, moveIn, type Tenant } from '../app/demo/house.ts'
import { childrenOf, startPostgres } from '../app/demo/servers/postgres.ts'
import { startDemoRedis } from '../app/demo/servers/redis.ts'
import { domainOf } from '../engine/model/address.ts'
import type { Progress } from '../engine/model/progress.ts'
import { cpuByThread } from './cpu.ts'
import { type Report, round } from './figure.ts'
import { seedNewsroom } from './newsroom.ts'
import { letter } from './sample.ts'
import { startBenchSink } from './smtp.ts'

const apiEveryMs = 20

/** One node that answers and some that send, in processes of their own, on Postgres and Redis: what an operator would
 *  start. While the campaign runs the API is asked, at moments that do not wait for answers. */
export async function benchNodes(
  report: Report,
  { subscribers = 40_000, workers = [1, 2, 3] }: { subscribers?: number; workers?: readonly number[] } = {},
): Promise<void> {
  const sink = await startBenchSink()
  const postgres = await startPostgres({
    settings: { fsync: 'on', synchronous_commit: 'on', shared_buffers: '512MB', max_wal_size: '2GB' },
  })
  const redis = await startDemoRedis({})
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'))
  await seedNewsroom(postgres.url, subscribers)
  const domain = domainOf(paper.sender.address)
  const settings = { store: postgres.url, redis: redis.url, secrets: ['a secret for benches only'], dkim: [] }
  const open = async (name: string, role: 'api' | 'worker', publicUrl?: string) => {
    const house = await buildHouse({
      folder: join(folder, name),
      smtpPort: sink.port,
      domain,
      role,
      settings,
      ...(publicUrl !== undefined && { publicUrl }),
    })
    return { house, tenant: await moveIn(house, Date) }
  }
  const api = await open('api', 'api')
  const client = createClient(api.house.url, api.tenant.token, new AbortController().signal)
  const senders: Tenant[] = []
  for (const count of workers) {
    while (senders.length < count)
      senders.push((await open(`worker-${senders.length}`, 'worker', api.house.url)).tenant)
    const before = { postgres: cpuOfServer(postgres.pid), redis: cpuOf([redis.pid ?? 0]) }
    const { ms, apiMs } = await campaign(client, `with-${count}`)
    const name = `${count} worker${count === 1 ? '' : 's'} and an API node on Postgres and Redis`
    const figure = (what: string, value: number, unit: string) =>
      report({ name: `${name}: ${what}`, value, unit, peer: null, ratio: null })
    figure('rate', round((subscribers * 1000) / ms), 'letters/s')
    figure('API p95 meanwhile', round(percentile(apiMs, 0.95), 1), 'ms')
    figure('CPU of Postgres', round((cpuOfServer(postgres.pid) - before.postgres) / subscribers), 'us/letter')
    figure('CPU of Redis', round((cpuOf([redis.pid ?? 0]) - before.redis) / subscribers, 1), 'us/letter')
    figure(
      'memory of a worker at its peak',
      round(Math.max(...senders.map((one) => one.peakRss())) / 2 ** 20),
      'MiB',
    )
  }
  await client.close()
  await Promise.all([api.tenant, ...senders].map((tenant) => tenant.stop()))
  await redis.close()
  await postgres.drop()
  await sink.close()
  rmSync(folder, { recursive: true, force: true })
}

type Client = ReturnType<typeof createClient>

async function campaign(client: Client, name: string): Promise<{ ms: number; apiMs: readonly number[] }> {
  const { id } = await client.post<{ id: number }>('/campaigns', {
    name,
    title: 'Bench',
    template: letter.name,
    sender: paper.sender,
    lists: [list.name],
    selection: { count: 10, onlyNew: false },
    data: campaignData,
  })
  const apiMs: number[] = []
  const ended = new AbortController()
  const events = await client.events('/stream', { types: 'publication.progress' }, ended.signal)
  const start = performance.now()
  await client.post(`/campaigns/${name}/start`)
  const asking = setInterval(() => {
    const asked = performance.now()
    void client.get('/subscribers?limit=20').then(
      () => apiMs.push(performance.now() - asked),
      () => apiMs.push(Number.POSITIVE_INFINITY),
    )
  }, apiEveryMs)
  try {
    for await (const { data } of events) {
      const { progress } = JSON.parse(data) as { progress: Progress }
      // The one before may still be told of.
      if (progress.campaignId === id && progress.state === 'finished')
        return { ms: performance.now() - start, apiMs }
    }
    throw new Error('The API node ended its stream')
  } finally {
    clearInterval(asking)
    ended.abort()
  }
}

const cpuOf = (pids: readonly number[]): number =>
  pids.flatMap((pid) => [...cpuByThread(pid).values()]).reduce((all, micros) => all + micros, 0)

const cpuOfServer = (pid: number): number => cpuOf([pid, ...childrenOf(pid)])

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
