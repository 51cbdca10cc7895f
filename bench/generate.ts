import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { silentLog } from '../engine/log.ts'
import type { PublicationId } from '../engine/model/ids.ts'
import { makePlan, sharePlan } from '../engine/render/plan.ts'
import { createRenderPool } from '../engine/render/pool.ts'
import { type Figure, type Report, round } from './figure.ts'
import { makeConfig, makeDkim, makeRecipients, makeSpec } from './sample.ts'

const batch = 100
const threads = 2
const inFlight = 6

/** Choose + render + compose in the render threads, and the finished letters in the main thread's hands. */
async function lettersPerSecond(dkim: readonly ('rsa' | 'ed25519')[], ms: number) {
  const config = makeConfig({
    dkim: dkim.map(makeDkim),
    render: { minThreads: threads, maxThreads: threads },
  })
  const pool = createRenderPool(config.render, silentLog)
  const now = Date.now()
  const plan = sharePlan('bench', makePlan(config, 1 as PublicationId, makeSpec(now)))
  const work = makeRecipients(50, batch)
  let turn = 0
  let letters = 0
  let bytes = 0
  const lane = async (until: number) => {
    while (performance.now() < until) {
      const recipients = work[turn++ % work.length]!
      for (const done of await pool.letters({
        plan,
        recipients,
        rows: batch,
        seen: [],
        now,
        dry: false,
        only: null,
      })) {
        letters += done.ids.length
        bytes += done.offsets.at(-1)!
        if (done.failed.length > 0) throw new Error(done.failed[0]!.problem.message)
        pool.giveBack(done)
      }
    }
  }
  const run = async (forMs: number) => {
    letters = 0
    bytes = 0
    const start = performance.now()
    await Promise.all(Array.from({ length: inFlight }, () => lane(start + forMs)))
    return (letters * 1000) / (performance.now() - start)
  }
  await run(ms / 2)
  const rate = await run(ms)
  const size = bytes / letters
  await pool.close()
  return { rate, size }
}

export type PeerKind = 'liquidjs' | 'eta'

/** LiquidJS or Eta, and nodemailer's MailComposer, in two threads. */
async function peer(kind: PeerKind, ms: number): Promise<number> {
  const rates = await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise<number>((resolve, reject) => {
          const worker = new Worker(fileURLToPath(new URL('./peer-render.ts', import.meta.url)), {
            workerData: { kind, ms },
          })
          worker.once('message', resolve)
          worker.once('error', reject)
        }),
    ),
  )
  return rates.reduce((sum, rate) => sum + rate, 0)
}

export async function benchGenerate(report: Report, { ms = 4000 } = {}): Promise<void> {
  const eta = await peer('eta', ms)
  const liquid = await peer('liquidjs', ms)
  const cases = [
    ['unsigned', []],
    ['Ed25519', ['ed25519']],
    ['RSA-2048', ['rsa']],
    ['RSA-2048 and Ed25519', ['rsa', 'ed25519']],
  ] as const
  for (const [name, dkim] of cases) {
    const { rate, size } = await lettersPerSecond(dkim, ms)
    const figure = (peerName: string, peerRate: number): Figure => ({
      name: `generate ${round(size / 1000)} KB letters, ${name}, 2 threads`,
      value: round(rate),
      unit: 'letters/s',
      peer: `${peerName} + nodemailer MailComposer, unsigned, 2 threads: ${round(peerRate)}/s`,
      ratio: round(rate / peerRate, 1),
    })
    report(figure('Eta', eta))
    if (name === 'unsigned') report(figure('LiquidJS', liquid))
  }
}

if (import.meta.main) await benchGenerate((figure) => console.log(JSON.stringify(figure)))
