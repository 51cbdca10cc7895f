import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '../app/cli/daemon/client.ts'
import { campaignData, list, paper } from '../app/demo/content/publication.ts'
import type { Raised } from './alert-world.ts'
import { type BuiltDaemon, buildDist, serveBuilt } from './built-daemon.ts'
import { median, type Report, round } from './figure.ts'
import { makeFolder, seedNewsroom } from './newsroom.ts'
import { letter } from './sample.ts'
import { startBenchSink } from './smtp.ts'

const world = fileURLToPath(new URL('./alert-world.ts', import.meta.url))

/** Alerts through a daemon that is built as it is published, from the request that raises them to the one that their channel gets:
 *  at rest, and while a campaign runs; and what they cost that campaign. */
export async function benchAlertLatency(
  report: Report,
  { subscribers = 1_000_000, perSecond = 200, windowSeconds = 6, rounds = 7 } = {},
): Promise<void> {
  buildDist()
  const sink = await startBenchSink()
  const around = await startWorld()
  const { file, remove } = makeFolder()
  mkdirSync(dirname(file), { recursive: true })
  await seedNewsroom(`sqlite:${file}`, subscribers)
  const daemon = await serveBuilt({
    file,
    channels: {
      smtp: { host: '127.0.0.1', port: sink.port, security: 'none' },
      hook: {
        type: 'webhook',
        rooms: {
          ops: {
            url: `http://127.0.0.1:${around.port}/`,
            secrets: [`whsec_${randomBytes(32).toString('base64')}`],
          },
        },
      },
    },
    settings: {
      egress: { allow: ['127.0.0.1'] },
      alerts: { receivers: { default: { rooms: ['hook/ops'] } } },
    },
  })
  const client = createClient(daemon.url, daemon.token, AbortSignal.timeout(3 * 3_600_000))
  try {
    const raise = (rate: number, seconds: number) => around.raise(daemon, rate, seconds)
    // V8 compiles what is new to it for a minute, and a daemon runs for months.
    await raise(perSecond, 60)
    figures(report, `${perSecond} alerts/s at rest`, await raise(perSecond, windowSeconds))

    await client.post('/campaigns', {
      name: 'million',
      title: 'Bench',
      template: letter.name,
      sender: paper.sender,
      lists: [list.name],
      selection: { count: 10, onlyNew: false },
      data: campaignData,
    })
    await client.post('/campaigns/million/start')
    const sent = async () =>
      ((await client.get('/campaigns/million/progress')) as { counts: { sent: number } }).counts.sent
    while ((await sent()) < 60_000) await new Promise((resolve) => setTimeout(resolve, 200))
    // Beside each other they are new to V8 once more.
    await raise(perSecond, 40)
    const rate = async (during: () => Promise<unknown>) => {
      const [before, begun] = [await sent(), performance.now()]
      await during()
      return ((await sent()) - before) / ((performance.now() - begun) / 1000)
    }
    const quiet = () => new Promise((resolve) => setTimeout(resolve, windowSeconds * 1000))
    // In turns, each beside its neighbours: a campaign slows down by itself while its ledger grows, and a machine that others use changes
    // its pace.
    const all: Raised[] = []
    const rates: number[] = []
    const kept: number[] = []
    let before = await rate(quiet)
    for (let i = 1; i <= rounds; i++) {
      const beside = await rate(async () => all.push(await raise(perSecond, windowSeconds)))
      const after = await rate(quiet)
      rates.push(beside)
      kept.push(beside / mean([before, after]))
      console.error(
        `  ${i} of ${rounds}: ${round(before)} letters/s, ${round(beside)} beside alerts, ${round(after)}: keeps ${round(kept.at(-1)!, 2)}`,
      )
      before = after
    }
    const campaign = (await client.get('/campaigns/million/progress')) as { state: string }
    if (campaign.state !== 'running')
      throw new Error('The campaign ended before the alerts did: use more subscribers')
    figures(report, `${perSecond} alerts/s while a campaign runs`, {
      sent: all.reduce((sum, one) => sum + one.sent, 0),
      refused: all.reduce((sum, one) => sum + one.refused, 0),
      missing: all.reduce((sum, one) => sum + one.missing, 0),
      toChannel: all.flatMap(({ toChannel }) => toChannel),
      toAccept: all.flatMap(({ toAccept }) => toAccept),
      ownCores: mean(all.map(({ ownCores }) => ownCores)),
    })
    report({
      name: 'campaign beside them',
      value: round(mean(rates)),
      unit: 'letters/s',
      peer: 'the same campaign without alerts, median of the rounds',
      ratio: round(median(kept), 2),
    })
  } finally {
    await client.close()
    around.end()
    await daemon.stop()
    remove()
    await sink.close()
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function figures(
  report: Report,
  name: string,
  { toChannel, toAccept, refused, missing, ownCores }: Raised,
): void {
  const figure = (what: string, value: number, unit = 'ms') =>
    report({ name: `${name}: ${what}`, value, unit, peer: null, ratio: null })
  const of = (values: readonly number[]) => {
    const sorted = values.toSorted((a, b) => a - b)
    return (share: number) =>
      round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0, 1)
  }
  const [channel, accept] = [of(toChannel), of(toAccept)]
  figure('request to 202, p99', accept(0.99))
  for (const [label, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
    ['max', 1],
  ] as const)
    figure(`request to the channel's request, ${label}`, channel(share))
  figure('refused or missing', refused + missing, 'alerts')
  figure('taken by those who raise and receive them', round(ownCores, 2), 'cores')
}

interface World {
  readonly port: number
  raise(to: Pick<BuiltDaemon, 'url' | 'token'>, perSecond: number, seconds: number): Promise<Raised>
  end(): void
}

async function startWorld(): Promise<World> {
  const child: ChildProcess = fork(world, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    port,
    async raise({ url, token }, perSecond, seconds) {
      child.send({ url, token, perSecond, seconds })
      const [answer] = (await once(child, 'message')) as [{ raised?: Raised; error?: string }]
      if (answer.raised === undefined) throw new Error(answer.error)
      return answer.raised
    },
    end: () => child.disconnect(),
  }
}

if (import.meta.main) {
  const subscribers = Number(process.argv[2] ?? 1_000_000)
  await benchAlertLatency((figure) => console.log(JSON.stringify(figure)), { subscribers })
}
