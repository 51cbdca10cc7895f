import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Channel, ChannelContext, Message, Outcome } from '../../engine/channel/index.ts'
import { systemClock } from '../../engine/clock.ts'
import { silentLog } from '../../engine/log.ts'
import { smtp } from '../../plugins/smtp/index.ts'
import { type Sink, type SinkOptions, startSink } from '../servers/smtp-sink.ts'

export const never = (): AbortSignal => new AbortController().signal

/** No honest answer takes this long, however busy the machine. */
const patient = { connectTimeoutMs: 60_000, replyTimeoutMs: 60_000, dataTimeoutMs: 60_000 }
/** For servers that hang: the end comes soon. */
export const impatient = { replyTimeoutMs: 300, dataTimeoutMs: 300 }

/** A channel to a port of this machine, closed when the test ends. */
export async function openSmtp(
  port: number,
  settings: object = {},
  context: Partial<ChannelContext> = {},
): Promise<Channel> {
  const config = smtp.config.parse({ host: '127.0.0.1', port, ...patient, ...settings })
  const channel = await smtp.open(config, {
    clock: systemClock,
    log: silentLog,
    random: () => 0.5,
    ...context,
  })
  onTestFinished(() => channel.close())
  return channel
}

export async function openSink(options: SinkOptions = {}): Promise<Sink> {
  const sink = await startSink(options)
  onTestFinished(() => sink.close())
  return sink
}

/** A server that says whatever `talk` makes it say. */
export async function openServer(talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    talk(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  )
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

export const letter = (id: number, to = `reader${id}@example.org`, bytes = 300): Message => ({
  id,
  from: 'news@sender.test',
  to,
  bytes: Buffer.from(
    `Message-ID: <${id}@sender.test>\r\nSubject: Test\r\n\r\n${'a line of plain text\r\n'.repeat(Math.ceil(bytes / 22))}`,
    'latin1',
  ),
  eightBit: false,
  utf8: false,
  key: String(id),
})

export const letters = (count: number): Message[] => Array.from({ length: count }, (_, n) => letter(n + 1))

/** How many outcomes there are of each status. */
export function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** A rejection means the same as `unsent` for every letter. */
export async function sendOrUnsent(channel: Channel, batch: readonly Message[]): Promise<readonly Outcome[]> {
  try {
    return await channel.send(batch, never())
  } catch (error) {
    return batch.map(({ id }) => ({ id, status: 'unsent', code: 'rejected', detail: String(error) }))
  }
}

/** Every recipient exactly once. */
export function copies(sink: Sink): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { to } of sink.received()) counts[to] = (counts[to] ?? 0) + 1
  return counts
}
