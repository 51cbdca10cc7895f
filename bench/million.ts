import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createClient } from '../app/cli/daemon/client.ts'
import { campaignData, list, paper } from '../app/demo/content/publication.ts'
import type { Progress } from '../engine/model/progress.ts'
import { buildDist, serveBuilt } from './built-daemon.ts'
import { type Report, round } from './figure.ts'
import { makeFolder, seedNewsroom } from './newsroom.ts'
import { letter } from './sample.ts'
import { startBenchSink } from './smtp.ts'

const mebibyte = 2 ** 20

/** A campaign to a million through `broadsheet serve`, built as it is published, in a process of its own. */
export async function benchMillion(report: Report, { subscribers = 1_000_000 } = {}): Promise<void> {
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
  await client.post('/campaigns', {
    name: 'million',
    title: 'Bench',
    template: letter.name,
    sender: paper.sender,
    lists: [list.name],
    selection: { count: 10, onlyNew: false },
    data: campaignData,
  })
  const samples: { share: number; bytes: number }[] = []
  let share = 0
  const timer = setInterval(() => samples.push({ share, bytes: daemon.rss() }), 100)
  const idle = daemon.rss()
  const start = performance.now()
  const events = await client.events(
    '/stream',
    { types: 'publication.progress' },
    AbortSignal.timeout(3 * 3_600_000),
  )
  await client.post('/campaigns/million/start')
  let planned = 0
  let end: Progress | null = null
  for await (const { data } of events) {
    const { progress } = JSON.parse(data) as { progress: Progress }
    const { audience, queued } = progress.counts
    if (audience > queued) planned ||= performance.now()
    share = audience === 0 ? 0 : (audience - queued) / audience
    if (progress.state === 'running') continue
    end = progress
    break
  }
  const ms = performance.now() - start
  clearInterval(timer)
  await client.close()
  await daemon.stop()
  remove()
  await sink.close()
  if (end?.state !== 'finished') throw new Error(`The campaign is ${end?.state}`)
  // One sample is a moment of the garbage collector: the median of four percent of the way is not.
  const around = (point: number) => {
    const near = samples.filter((sample) => Math.abs(sample.share - point) <= 0.02).map(({ bytes }) => bytes)
    return near.toSorted((a, b) => a - b)[near.length >> 1] ?? 0
  }
  const name = `campaign to ${subscribers.toLocaleString('en-US')}`
  const figure = (what: string, value: number, unit: string) =>
    report({ name: `${name}: ${what}`, value, unit, peer: null, ratio: null })
  figure('sent', end.counts.sent, 'letters')
  figure('rate', round((end.counts.sent * 1000) / ms), 'letters/s')
  figure('start to first letter', round(planned - start), 'ms')
  figure("daemon's RSS before", round(idle / mebibyte), 'MiB')
  figure("daemon's RSS at its peak", round(Math.max(...samples.map(({ bytes }) => bytes)) / mebibyte), 'MiB')
  figure("daemon's RSS at 10 %", round(around(0.1) / mebibyte, 1), 'MiB')
  figure("daemon's RSS at 90 %", round(around(0.9) / mebibyte, 1), 'MiB')
}

if (import.meta.main) {
  const subscribers = Number(process.argv[2] ?? 1_000_000)
  await benchMillion((figure) => console.log(JSON.stringify(figure)), { subscribers })
}
