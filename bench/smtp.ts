import { spawn } from 'node:child_process'
import { accessSync, closeSync, constants, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createTransport } from 'nodemailer'
import { freePort } from '../app/demo/servers/free-port.ts'
import type { Message } from '../engine/channel/index.ts'
import { systemClock } from '../engine/clock.ts'
import { silentLog } from '../engine/log.ts'
import { smtp } from '../plugins/smtp/index.ts'
import { startSinkProcess } from '../test/servers/smtp-sink-process.ts'
import { peerMail, peerRenderer } from './peer-letter.ts'

export interface SmtpFigure {
  readonly name: string
  readonly lettersPerSecond: number
  /** CPU of the sending process, user and system, all threads. */
  readonly cpuMicrosPerLetter: number
}

export interface SmtpServer {
  readonly port: number
  /** `smtp-sink` is postfix's; `own` where that is not installed. */
  readonly kind: 'smtp-sink' | 'own'
  /** Of the server's process, for its CPU; undefined where it is not known. */
  readonly pid: number | undefined
  /** Letters that it took; of `smtp-sink` only if it was started to count. */
  letters(): number
  close(): Promise<void>
}

const letterBytes = 25_000
const batchSize = 100

/** Postfix's smtp-sink where it is installed (Debian: `apt-get install postfix`), else our own in a process. */
export async function startBenchSink({ counted = false } = {}): Promise<SmtpServer> {
  const binary = findSink()
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'))
  if (binary === null) {
    const sink = await startSinkProcess({ file: join(folder, 'received') })
    return {
      port: sink.port,
      kind: 'own',
      pid: sink.pid,
      letters: () => sink.received().length,
      async close() {
        await sink.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
  const port = await freePort()
  // As root it wants to become somebody.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  // To a file: through a pipe it would wake this process for each letter.
  const out = openSync(join(folder, 'said'), 'a+')
  const child = spawn(binary, [...(counted ? ['-c'] : []), ...user, `127.0.0.1:${port}`, '256'], {
    stdio: ['ignore', out, 'ignore'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const channel = await openOurs(port, 1)
  try {
    const until = performance.now() + 5000
    while (!(await channel.probe(AbortSignal.timeout(5000))).ok) {
      if (performance.now() > until || child.exitCode !== null)
        throw new Error(`${binary} did not start on port ${port}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  } finally {
    await channel.close()
  }
  return {
    port,
    kind: 'smtp-sink',
    pid: child.pid,
    letters: () => lastCount(out),
    async close() {
      child.kill('SIGKILL')
      await gone
      closeSync(out)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** It writes `sess=8 quit=0 mesg=1200` and a carriage return, again and again. */
function lastCount(file: number): number {
  const tail = Buffer.alloc(200)
  const from = Math.max(0, fstatSync(file).size - tail.length)
  const text = tail.toString('latin1', 0, readSync(file, tail, 0, tail.length, from))
  return Number([...text.matchAll(/mesg=(\d+)\r/g)].at(-1)?.[1] ?? 0)
}

function findSink(): string | null {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/libexec/postfix']) {
    const file = join(folder, 'smtp-sink')
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {}
  }
  return null
}

const openOurs = (port: number, connections: number) =>
  smtp.open(smtp.config.parse({ host: '127.0.0.1', port, security: 'none', connections }), {
    clock: systemClock,
    log: silentLog,
    random: Math.random,
  })

/** A finished letter, as the composer hands it over: CRLF, quoted-printable lines of 76. */
function makeLetter(): Uint8Array {
  const head =
    'Message-ID: <bench@example.org>\r\nFrom: Bench <news@example.org>\r\nTo: reader@example.org\r\n' +
    'Subject: Bench\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n' +
    'Content-Transfer-Encoding: quoted-printable\r\n\r\n'
  const line = `<p style=3D"margin:0">${'news of the day '.repeat(3)}=\r\n`
  const text = head + line.repeat(Math.ceil((letterBytes - head.length) / line.length))
  return Buffer.from(text, 'latin1')
}

async function sendOurs(port: number, letters: number): Promise<void> {
  const channel = await openOurs(port, 8)
  const bytes = makeLetter()
  const signal = new AbortController().signal
  let next = 0
  const lane = async () => {
    while (next < letters) {
      const first = next
      next += batchSize
      const batch: Message[] = Array.from({ length: Math.min(batchSize, letters - first) }, (_, n) => ({
        id: n,
        from: 'news@example.org',
        to: `reader${first + n}@example.org`,
        bytes,
        eightBit: false,
        utf8: false,
        key: String(first + n),
      }))
      const outcomes = await channel.send(batch, signal)
      const lost = outcomes.find((outcome) => outcome.status !== 'sent')
      if (lost !== undefined) throw new Error(`${lost.status}: ${lost.detail}`)
    }
  }
  await Promise.all([lane(), lane(), lane(), lane()])
  await channel.close()
}

/** `composed`: nodemailer makes each letter of finished HTML and text, as its users have it do; `raw`: it is handed
 *  finished bytes. */
type PeerMail = 'composed' | 'raw'

async function sendNodemailer(port: number, letters: number, mail: PeerMail): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    pool: true,
    maxConnections: 8,
    maxMessages: Number.POSITIVE_INFINITY,
    ignoreTLS: true,
  })
  const content = mail === 'raw' ? { raw: Buffer.from(makeLetter()) } : peerMail(peerRenderer('liquidjs')())
  let next = 0
  // It queues without bound: a few more asked for than it has connections keeps it busy.
  const lane = async () => {
    while (next < letters) {
      const n = next++
      await transport.sendMail({
        ...content,
        envelope: { from: 'news@example.org', to: `reader${n}@example.org` },
      })
    }
  }
  await Promise.all(Array.from({ length: 24 }, lane))
  transport.close()
}

async function sendNodemailerInWorkers(port: number, letters: number, mail: PeerMail): Promise<void> {
  const share = Math.ceil(letters / 2)
  await Promise.all(
    [share, letters - share].map(
      (part) =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(fileURLToPath(import.meta.url), {
            workerData: { port, letters: part, mail },
          })
          worker.once('error', reject)
          worker.once('exit', () => resolve())
        }),
    ),
  )
}

/** Nodemailer's pool in two threads: its best arrangement. */
export const measureNodemailerInWorkers = (port: number, letters: number, mail: PeerMail) =>
  timed(`nodemailer pool, two workers, ${mail}`, letters, () => sendNodemailerInWorkers(port, letters, mail))

async function timed(name: string, letters: number, run: () => Promise<void>): Promise<SmtpFigure> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await run()
  const seconds = (performance.now() - start) / 1000
  const used = process.cpuUsage(cpu)
  return {
    name,
    lettersPerSecond: Math.round(letters / seconds),
    cpuMicrosPerLetter: Math.round((used.user + used.system) / letters),
  }
}

/** The same finished letter of 25 KB to a sink on loopback: our channel, nodemailer's pool, and that pool in
 *  two workers; then those two workers composing it, too. */
export async function measureSmtp(
  options: { readonly letters?: number; readonly peerLetters?: number } = {},
): Promise<{ readonly server: SmtpServer['kind']; readonly figures: readonly SmtpFigure[] }> {
  const { letters = 20_000, peerLetters = 3000 } = options
  const server = await startBenchSink()
  try {
    await sendOurs(server.port, 2000)
    const figures = [
      await timed('smtp channel', letters, () => sendOurs(server.port, letters)),
      await timed('nodemailer pool, raw', peerLetters, () => sendNodemailer(server.port, peerLetters, 'raw')),
      await measureNodemailerInWorkers(server.port, peerLetters, 'raw'),
      await measureNodemailerInWorkers(server.port, peerLetters, 'composed'),
    ]
    return { server: server.kind, figures }
  } finally {
    await server.close()
  }
}

if (!isMainThread && parentPort !== null) {
  const { port, letters, mail }: { port: number; letters: number; mail: PeerMail } = workerData
  await sendNodemailer(port, letters, mail)
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { server, figures } = await measureSmtp()
  console.log(`against ${server === 'own' ? 'our own sink (postfix has a faster one: smtp-sink)' : server}`)
  for (const { name, lettersPerSecond, cpuMicrosPerLetter } of figures) {
    console.log(`${name.padEnd(40)} ${lettersPerSecond} letters/s, ${cpuMicrosPerLetter} us of CPU a letter`)
  }
}
