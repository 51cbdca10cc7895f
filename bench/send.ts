import { cpuByThread, cpuSince } from './cpu.ts'
import { median, type Report, round } from './figure.ts'
import { makeFolder, openNewsroom, seedNewsroom } from './newsroom.ts'
import { measureNodemailerInWorkers, startBenchSink } from './smtp.ts'

/** The whole way: choose, render, compose, ledger on SQLite, SMTP to a sink on loopback; beside nodemailer's
 *  pool in two threads, which chooses and renders nothing: it composes and sends one finished page, or only sends
 *  finished bytes. Rounds alternate, the medians are compared. */
export async function benchSend(
  report: Report,
  {
    subscribers = 30_000,
    peerLetters = 3000,
    rounds = 3,
    config = {},
  }: { subscribers?: number; peerLetters?: number; rounds?: number; config?: object } = {},
): Promise<void> {
  const sink = await startBenchSink()
  const { file, remove } = makeFolder()
  await seedNewsroom(`sqlite:${file}`, subscribers)
  const newsroom = await openNewsroom({ url: `sqlite:${file}`, smtpPort: sink.port, config })
  await newsroom.publish('warm-up')
  const ours: number[] = []
  const composing: number[] = []
  const raw: number[] = []
  let cpu: ReturnType<typeof cpuSince> = []
  let sinkMicros = 0
  let processMicros = 0
  for (let roundNo = 0; roundNo < rounds; roundNo++) {
    const before = cpuByThread()
    const sinkBefore = sum(cpuByThread(sink.pid ?? 0))
    const used = process.cpuUsage()
    const { sent, ms } = await newsroom.publish(`round-${roundNo}`)
    const { user, system } = process.cpuUsage(used)
    if (sent !== subscribers) throw new Error(`${sent} of ${subscribers} were sent`)
    processMicros = (user + system) / sent
    sinkMicros = (sum(cpuByThread(sink.pid ?? 0)) - sinkBefore) / sent
    cpu = cpuSince(before, cpuByThread()).map(({ part, micros }) => ({ part, micros: micros / sent }))
    ours.push((sent * 1000) / ms)
    composing.push((await measureNodemailerInWorkers(sink.port, peerLetters, 'composed')).lettersPerSecond)
    raw.push((await measureNodemailerInWorkers(sink.port, peerLetters, 'raw')).lettersPerSecond)
  }
  await newsroom.close()
  remove()
  await sink.close()
  const rate = median(ours)
  const name = `send through the SQLite ledger and SMTP to ${sink.kind}, unsigned`
  const beside = (peer: string, rates: readonly number[]) =>
    report({
      name,
      value: round(rate),
      unit: 'letters/s',
      peer: `nodemailer pool in 2 threads, no ledger, ${peer}: ${round(median(rates))}/s`,
      ratio: round(rate / median(rates), 1),
    })
  beside('composing one page', composing)
  beside('finished bytes', raw)
  const part = (partName: string, micros: number) =>
    report({
      name: `${name}: CPU of ${partName}`,
      value: round(micros),
      unit: 'us/letter',
      peer: null,
      ratio: null,
    })
  part('Broadsheet, all threads', processMicros)
  for (const { part: thread, micros } of cpu) if (micros >= 1) part(thread, micros)
  part('the sink', sinkMicros)
}

const sum = (parts: ReadonlyMap<string, number>): number => [...parts.values()].reduce((a, b) => a + b, 0)

if (import.meta.main) await benchSend((figure) => console.log(JSON.stringify(figure)))
