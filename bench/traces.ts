import { spawn } from 'node:child_process'
import { openTracing } from '../app/tracing/tracing.ts'
import type { Outcome } from '../engine/channel/index.ts'
import { traceBatch } from '../engine/delivery/batch-trace.ts'
import type { Run } from '../engine/delivery/runs.ts'
import { silentLog } from '../engine/log.ts'
import { noTracer, type Tracer } from '../engine/ports/tracer.ts'
import type { RenderedBatch } from '../engine/render/task.ts'
import { withTrace } from '../engine/trace.ts'
import { median, type Report, round } from './figure.ts'
import { makeFolder, openNewsroom, seedNewsroom } from './newsroom.ts'
import { startBenchSink } from './smtp.ts'

/** `delivery.batch` by default. */
const batchLetters = 64

/** What following a campaign costs it. A difference of one in a hundred drowns in the noise of whole campaigns: what a batch pays
 *  for being traced is measured alone, beside the same awaits without it, and set against the CPU of a batch of a real campaign.
 *  With spans posted to a collector (another process) whole campaigns are compared, round by round. */
export async function benchTraces(
  report: Report,
  { subscribers = 20_000, rounds = 5, batches = 50_000 } = {},
): Promise<void> {
  const collector = await startCollector()
  const open = () =>
    openTracing(
      { url: collector.url, sampling: 1, headers: {}, attributes: { 'service.name': 'bench' } },
      { version: 'bench', log: silentLog },
    )
  const sink = await startBenchSink()
  const { file, remove } = makeFolder()
  await seedNewsroom(`sqlite:${file}`, subscribers)
  const micros = { without: [] as number[], with: [] as number[] }
  const publish = async (name: string, tracer: Tracer): Promise<number> => {
    const newsroom = await openNewsroom({ url: `sqlite:${file}`, smtpPort: sink.port, tracer })
    const before = process.cpuUsage()
    const { sent } = await newsroom.publish(name)
    const { user, system } = process.cpuUsage(before)
    await newsroom.close()
    if (sent !== subscribers) throw new Error(`${sent} of ${subscribers} were sent`)
    return (user + system) / sent
  }
  await publish('warm-up', noTracer)
  for (let nth = 0; nth < rounds; nth++) {
    micros.without.push(await publish(`without-${nth}`, noTracer))
    const tracing = await open()
    micros.with.push(await publish(`with-${nth}`, tracing.tracer))
    await tracing.close()
  }
  remove()
  await sink.close()

  const bare: number[] = []
  const none: number[] = []
  for (let nth = 0; nth < rounds; nth++) {
    bare.push(await microsABatch(batches, bareBatch))
    none.push(await microsABatch(batches, () => tracedBatch(noTracer)))
  }
  collector.stop()

  const added = median(none) - median(bare)
  const batchMicros = median(micros.without) * batchLetters
  const share = (part: number) => `${round(part * 100, 3)} %`
  report({
    name: 'traces: what a batch pays while nobody wants spans',
    value: round(added, 2),
    unit: 'us/batch',
    peer: `the CPU of a batch of ${batchLetters}, ${round(batchMicros)} us: ${share(added / batchMicros)} of it`,
    ratio: null,
  })
  report({
    name: 'traces: CPU of a campaign with all spans posted',
    value: round(median(micros.with), 1),
    unit: 'us/letter',
    peer: `without spans: ${round(median(micros.without), 1)} us/letter`,
    ratio: round(median(micros.without) / median(micros.with), 3),
  })
}

const outcomes: readonly Outcome[] = Array.from({ length: batchLetters }, (_, i) => ({
  id: i + 1,
  status: 'sent',
  code: '250',
  detail: null,
}))
const own = noTracer.name(null)
const run = { id: 1, spec: { campaign: { id: 1 }, trace: { own, parent: null } } } as unknown as Run
const rendered = [{ ids: outcomes, made: { thread: 1, from: 0, until: 1 } }] as unknown as RenderedBatch[]
const send = async () => outcomes
const settle = async () => 'settled'

/** As a lane goes through it. */
const tracedBatch = (tracer: Tracer): Promise<unknown> =>
  withTrace(own, { publicationId: 1, campaignId: 1 }, async () => {
    const trace = traceBatch({ tracer, log: silentLog }, run, { seq: 1 }, batchLetters)
    trace.rendered(rendered)
    return trace.until(
      (async () => {
        await trace.sending('smtp', send)
        return trace.settling(settle)
      })(),
    )
  })

const bareBatch = async (): Promise<unknown> =>
  (async () => {
    await send()
    return settle()
  })()

async function microsABatch(batches: number, batch: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < batches / 10; i++) await batch()
  const { user, system } = process.cpuUsage()
  for (let i = 0; i < batches; i++) await batch()
  const used = process.cpuUsage({ user, system })
  return (used.user + used.system) / batches
}

/** Takes everything and keeps nothing. */
async function startCollector(): Promise<{ readonly url: string; stop(): void }> {
  const source = `const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  }).listen(0, '127.0.0.1', () => console.log(server.address().port))`
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<string>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()))
  })
  return { url: `http://127.0.0.1:${port}/v1/traces`, stop: () => void child.kill() }
}

if (import.meta.main) await benchTraces((figure) => console.log(JSON.stringify(figure)))
