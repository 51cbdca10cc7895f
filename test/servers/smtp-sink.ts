import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import type { FaultPlan } from './faults.ts'
import { type Receipt, serve } from './smtp-session.ts'

export type { Receipt } from './smtp-session.ts'

export interface SinkOptions {
  /** Default: one the system picks. */
  readonly port?: number
  readonly host?: string
  /** Asked at every phase of every connection. */
  readonly faults?: FaultPlan
  /** What EHLO offers. */
  readonly extensions?: readonly string[]
  /** Appended to, one line a letter, before the letter's 250: it outlives both sides. */
  readonly file?: string
  /** Keep whole letters for `bodies`, and commands for `commands`. */
  readonly keep?: boolean
}

export interface Sink {
  readonly port: number
  /** Letters taken, in order; a letter taken twice is there twice. */
  received(): readonly Receipt[]
  count(): number
  /** With `keep`: the letters as they came. */
  bodies(): readonly Buffer[]
  /** With `keep`: the command lines as they came. */
  commands(): readonly string[]
  /** Connections accepted so far, and open now. */
  connections(): { readonly total: number; readonly open: number }
  /** From now on, instead of `faults`. */
  setFaults(plan: FaultPlan | null): void
  /** Ends every connection. Idempotent. */
  close(): Promise<void>
}

export const defaultExtensions = [
  'PIPELINING',
  'SIZE 52428800',
  '8BITMIME',
  'SMTPUTF8',
  'ENHANCEDSTATUSCODES',
]

/** An SMTP server in this process that takes every letter, remembers who got what, and fails on demand. */
export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const receipts: Receipt[] = []
  const bodies: Buffer[] = []
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const file = options.file === undefined ? null : openSync(options.file, 'a')
  let plan = options.faults ?? null
  let total = 0

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, {
      extensions: options.extensions ?? defaultExtensions,
      keepBodies: options.keep ?? false,
      connection: ++total,
      plan: () => plan,
      onCommand: (line) => {
        if (options.keep) commands.push(line)
      },
      onLetter: (receipt, body) => {
        if (file !== null) writeSync(file, toLine(receipt))
        receipts.push(receipt)
        if (body !== null) bodies.push(body)
      },
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve)
  })
  const address = server.address()
  let closing: Promise<void> | null = null
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received: () => receipts,
    count: () => receipts.length,
    bodies: () => bodies,
    commands: () => commands,
    connections: () => ({ total, open: sockets.size }),
    setFaults(next) {
      plan = next
    },
    close() {
      closing ??= new Promise<void>((resolve) => {
        server.close(() => {
          if (file !== null) closeSync(file)
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      })
      return closing
    },
  }
}

const toLine = ({ from, to, messageId, bytes, subject }: Receipt) =>
  `${to}\t${messageId}\t${bytes}\t${from}\t${subject}\n`

/** The letters that a sink wrote to its `file`. */
export function readSinkFile(file: string): Receipt[] {
  const receipts: Receipt[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [to, messageId, bytes, from, subject] = line.split('\t')
    // The last line may be half written.
    if (to === undefined || messageId === undefined || from === undefined || subject === undefined) continue
    receipts.push({ to, messageId, bytes: Number(bytes), from, subject })
  }
  return receipts
}
