import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '../app/cli/daemon/client.ts'
import { campaignData, list, paper } from '../app/demo/content/publication.ts'
import type { Asked } from './api-world.ts'
import { type BuiltDaemon, buildDist, serveBuilt } from './built-daemon.ts'
import { type Report, round } from './figure.ts'
import { makeFolder, seedNewsroom } from './newsroom.ts'
import { letter } from './sample.ts'
import { startBenchSink } from './smtp.ts'

const world = fileURLToPath(new URL('./api-world.ts', import.meta.url))

/** The API of a daemon that is built as it is published, on SQLite: at rest, and while a campaign to everybody runs; and what its
 *  callers cost that campaign. */
export async function benchApi(
  report: Report,
  { subscribers = 1_000_000, perSecond = 200, seconds = 30 } = {},
): Promise<void> {
  buildDist()
  const sink = await startBenchSink()
  const { file, remove } = makeFolder()
  mkdirSync(dirname(file), { recursive: true })
  await seedNewsroom(`sqlite:${file}`, subscribers)
  const daemon = await serveBuilt({
    file,
    channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none' } },
  })
  const client = createClient(daemon.url, daemon.token, AbortSignal.timeout(3 * 3_600_000))
  const callers = startCallers()
  try {
    const ask = (seed: number, forSeconds = seconds) =>
      callers.ask(daemon, { subscribers, perSecond, seconds: forSeconds, seed })
    await client.post('/campaigns', {
      name: 'million',
      title: 'Bench',
      template: letter.name,
      sender: paper.sender,
      lists: [list.name],
      selection: { count: 10, onlyNew: false },
      data: campaignData,
    })
    await ask(1, 3)
    const who = `API, ${perSecond} requests/s, ${subscribers.toLocaleString('en-US')} people`
    figures(report, `${who}, at rest`, await ask(2))
    await client.post('/campaigns/million/start')
    const sent = async () =>
      ((await client.get('/campaigns/million/progress')) as { counts: { sent: number } }).counts.sent
    while ((await sent()) < Math.min(5000, subscribers / 20))
      await new Promise((resolve) => setTimeout(resolve, 100))
    const rate = async (during: () => Promise<unknown>) => {
      const [before, begun] = [await sent(), performance.now()]
      await during()
      return ((await sent()) - before) / ((performance.now() - begun) / 1000)
    }
    const alone = await rate(() => new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / 2)))
    let asked: Asked | null = null
    const beside = await rate(async () => {
      asked = await ask(3)
    })
    const { state } = (await client.get('/campaigns/million/progress')) as { state: string }
    if (state !== 'running')
      throw new Error('The campaign ended before the requests did: use more subscribers')
    figures(report, `${who}, campaign`, asked!)
    report({
      name: 'campaign beside them',
      value: round(beside),
      unit: 'letters/s',
      peer: 'the same campaign alone',
      ratio: round(beside / alone, 2),
    })
  } finally {
    await client.close()
    callers.end()
    await daemon.stop()
    remove()
    await sink.close()
  }
}

/** Who is looked up by an address that nobody has, and how far a campaign is before it starts. */
const expected = ['404 find nobody by address', '404 read progress']

function figures(report: Report, name: string, { times, statuses, late, ownCores }: Asked): void {
  const figure = (what: string, value: number, unit = 'ms') =>
    report({ name: `${name}: ${what}`, value, unit, peer: null, ratio: null })
  const at = (sorted: readonly number[], share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0, 1)
  const sortedOf = (values: readonly number[]) => values.toSorted((a, b) => a - b)
  const all = sortedOf(Object.values(times).flat())
  for (const [label, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
    ['max', 1],
  ] as const)
    figure(label, at(all, share))
  for (const [what, own] of Object.entries(times).sort(([a], [b]) => (a < b ? -1 : 1)))
    figure(`${what}, p95`, at(sortedOf(own), 0.95))
  const count = (wanted: (status: string) => boolean) =>
    Object.entries(statuses).reduce((sum, [status, n]) => sum + (wanted(status) ? n : 0), 0)
  figure(
    'answers',
    count(() => true),
    'requests',
  )
  figure(
    '5xx or lost',
    count((status) => status.startsWith('5') || status === 'lost'),
    'requests',
  )
  figure(
    'other refusals',
    count((status) => status.startsWith('4') && !expected.includes(status)),
    'requests',
  )
  figure('requests that went out late, p99', at(late, 0.99))
  figure('taken by those who ask', round(ownCores, 2), 'cores')
}

interface Callers {
  ask(
    daemon: BuiltDaemon,
    task: { subscribers: number; perSecond: number; seconds: number; seed: number },
  ): Promise<Asked>
  end(): void
}

function startCallers(): Callers {
  const child = fork(world, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return {
    async ask({ url, token }, task) {
      child.send({ url, token, ...task })
      const [answer] = (await once(child, 'message')) as [{ asked?: Asked; error?: string }]
      if (answer.asked === undefined) throw new Error(answer.error)
      return answer.asked
    },
    end: () => child.disconnect(),
  }
}

if (import.meta.main) {
  const [subscribers = 1_000_000, perSecond = 200, seconds = 30] = process.argv.slice(2).map(Number)
  await benchApi((figure) => console.log(JSON.stringify(figure)), { subscribers, perSecond, seconds })
}
