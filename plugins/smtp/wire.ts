import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '../../engine/channel/index.ts'
import type { SmtpConfig } from './config.ts'
import { connectFault, SmtpFault, tlsFault } from './faults.ts'
import { createReplyParser, type Reply } from './replies.ts'

/** A socket that speaks lines and replies, with a time limit on every wait. After the first fault it is
 *  destroyed for good, and every later call ends with that same fault. */
export interface Wire {
  readonly fault: SmtpFault | null
  /** Replies heard so far. */
  readonly heard: number
  /** Nothing was heard beyond what was asked for. */
  readonly quiet: boolean
  /** This end's address, for EHLO. */
  readonly localAddress: string
  /** Called once with the fault that ended it, when nobody waits for a reply. */
  onIdleEnd: ((fault: SmtpFault) => void) | null
  write(text: string): void
  /** Body and terminator. `onLeft` is called when the system has taken the body, so that from then on the
   *  terminator may have left too. */
  writeLetter(body: Uint8Array, terminator: Buffer, onLeft: () => void): void
  /** The next reply. One call at a time. */
  reply(limitMs: number): Promise<Reply>
  /** The reply that is being waited for must come within `ms`. */
  hurry(ms: number): void
  /** Begin TLS on this connection. Refuses what the server said in plain text beyond its reply. */
  startTls(): Promise<void>
  end(fault: SmtpFault): void
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>
}

// Above this a letter may fill the socket's buffer: then the terminator is a write of its own, which tells
// exactly whether it left. Below, one system call carries both.
const joinedBytes = 64 * 1024
// A server has no business sending replies nobody asked for.
const maxAhead = 8

/** Connect by TCP, and by TLS where `security` is `tls`. `signal` ends the attempt, and any handshake later. */
export async function openWire(config: SmtpConfig, clock: Clock, signal: AbortSignal): Promise<Wire> {
  const at = `${config.host}:${config.port}`
  // Read into one buffer of our own: libuv would take and shrink 64 KB for every reply, 8 us a letter.
  const onRead = { buffer: Buffer.allocUnsafeSlow(4096), to: (_chunk: Buffer) => {} }
  let socket = await connectSocket(config, clock, signal, onRead)
  let fault: SmtpFault | null = null
  let waiting: { resolve: (reply: Reply) => void; reject: (fault: SmtpFault) => void } | null = null
  let cancel: (() => void) | null = null
  let heard = 0
  const ahead: Reply[] = []
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>()

  const end = (why: SmtpFault) => {
    if (fault !== null) return
    fault = why
    cancel?.()
    cancel = null
    socket.destroy()
    if (waiting !== null) {
      const { reject } = waiting
      waiting = null
      reject(why)
    } else {
      wire.onIdleEnd?.(why)
    }
  }

  let parser = createReplyParser(onReply)
  function onReply(reply: Reply): void {
    heard++
    if (waiting !== null) {
      cancel?.()
      cancel = null
      const { resolve } = waiting
      waiting = null
      resolve(reply)
    } else if (ahead.push(reply) > maxAhead) {
      throw new SmtpFault('protocol', `${at} sends replies that nobody asked for.`)
    } else if (wire.onIdleEnd !== null && reply.code === 421) {
      end(new SmtpFault('disconnected', `${at} closed the connection: 421.`))
    }
  }
  const onData = (chunk: Buffer) => {
    try {
      parser.push(chunk)
    } catch (error) {
      const said = error instanceof SmtpFault ? error.message : String(error)
      end(new SmtpFault('protocol', `${at}: ${said}`, error))
    }
  }
  const onEnd = () => end(new SmtpFault('disconnected', `${at} closed the connection.`))
  const onError = (error: Error) =>
    end(new SmtpFault('disconnected', `The connection to ${at} broke: ${error.message}`, error))
  const attach = (to: Socket) => {
    // Only TLS emits it: plain sockets read by `onRead`.
    to.on('data', onData)
    to.on('end', onEnd)
    to.on('error', onError)
    to.on('close', () => {
      onEnd()
      onClosed()
    })
  }

  const arm = (ms: number) => {
    cancel?.()
    cancel = clock.after(ms, () => {
      end(new SmtpFault('timeout', `${at} gave no reply within ${ms} ms.`))
    })
  }

  const wire: Wire = {
    get fault() {
      return fault
    },
    get heard() {
      return heard
    },
    get quiet() {
      return ahead.length === 0 && !parser.pending
    },
    get localAddress() {
      return socket.localAddress ?? '127.0.0.1'
    },
    onIdleEnd: null,
    closed,
    write(text) {
      // latin1 and ASCII need no look at every character; only SMTPUTF8 addresses have more.
      if (fault === null) socket.write(text, /[^\x00-\x7f]/.test(text) ? 'utf8' : 'latin1')
    },
    writeLetter(body, terminator, onLeft) {
      if (fault !== null) return
      // A write that failed reports by its callback and again as the socket's error; `end` handles that one.
      const taken = (error?: Error | null) => {
        if (!error) onLeft()
      }
      const joined = body.length <= joinedBytes
      if (joined) socket.cork()
      socket.write(body, taken)
      socket.write(terminator)
      if (joined) socket.uncork()
    },
    reply(limitMs) {
      const next = ahead.shift()
      if (next !== undefined) return Promise.resolve(next)
      if (fault !== null) return Promise.reject(fault)
      arm(limitMs)
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
      })
    },
    hurry(ms) {
      if (waiting !== null) arm(ms)
    },
    async startTls() {
      // RFC 3207 6 and CVE-2011-0411: plain text behind the reply to STARTTLS was put there by somebody.
      if (!wire.quiet) {
        const found = new SmtpFault('tls', `${at} sent plain text after agreeing to STARTTLS: refused.`)
        end(found)
        throw found
      }
      for (const event of ['data', 'end', 'error', 'close']) socket.removeAllListeners(event)
      parser = createReplyParser(onReply)
      onRead.to = () => {}
      try {
        socket = await secure(config, clock, socket, signal)
      } catch (error) {
        fault = error instanceof SmtpFault ? error : new SmtpFault('tls', String(error), error)
        onClosed()
        throw fault
      }
      attach(socket)
    },
    end,
  }
  onRead.to = onData
  attach(socket)
  return wire
}

async function connectSocket(
  config: SmtpConfig,
  clock: Clock,
  signal: AbortSignal,
  onRead: { readonly buffer: Buffer; readonly to: (chunk: Buffer) => void },
): Promise<Socket> {
  if (signal.aborted) throw stopped()
  const { host, port } = config
  const socket = connectTcp({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    ...(config.security === 'tls'
      ? {}
      : {
          onread: {
            buffer: onRead.buffer,
            callback(bytes: number) {
              onRead.to(onRead.buffer.subarray(0, bytes))
              return true
            },
          },
        }),
  })
  await ready(socket, 'connect', clock, config.connectTimeoutMs, signal, {
    failed: (error) => connectFault(error, host, port),
    late: () =>
      new SmtpFault(
        'unreachable',
        `${host}:${port} did not accept a connection within ${config.connectTimeoutMs} ms. Check host, port and firewalls.`,
      ),
  })
  return config.security === 'tls' ? secure(config, clock, socket, signal) : socket
}

async function secure(config: SmtpConfig, clock: Clock, plain: Socket, signal: AbortSignal): Promise<Socket> {
  const { host, port } = config
  // The handle belongs to the TLS socket from here on; what the plain one still reports is its echo.
  plain.on('error', () => {})
  const name = config.tls.servername ?? (isIP(host) === 0 ? host : undefined)
  const socket = connectTls({
    socket: plain,
    host,
    ...(name === undefined ? {} : { servername: name }),
    ...(config.tls.ca === undefined ? {} : { ca: config.tls.ca }),
    rejectUnauthorized: config.tls.rejectUnauthorized ?? config.security !== 'opportunistic',
    minVersion: 'TLSv1.2',
  })
  await ready(socket, 'secureConnect', clock, config.connectTimeoutMs, signal, {
    failed: (error) => tlsFault(error, host, port),
    late: () =>
      new SmtpFault(
        'tls',
        `${host}:${port} did not finish a TLS handshake within ${config.connectTimeoutMs} ms.`,
      ),
  })
  return socket
}

const stopped = () => new SmtpFault('aborted', 'Stopped while connecting.')

/** Waits for `event`; on failure the socket is destroyed and the fault thrown. */
function ready(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  say: { failed(error: Error): SmtpFault; late(): SmtpFault },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (fault: SmtpFault | null) => {
      cancel()
      signal.removeEventListener('abort', onAbort)
      socket.removeListener(event, onReady)
      socket.removeListener('error', onError)
      socket.removeListener('close', onClose)
      if (fault === null) return resolve()
      // A destroyed socket may still report an error; without a listener that would end the process.
      socket.on('error', () => {})
      socket.destroy()
      reject(fault)
    }
    const onAbort = () => settle(stopped())
    const onReady = () => settle(null)
    const onError = (error: Error) => settle(say.failed(error))
    const onClose = () => settle(say.failed(new Error('the server closed the connection')))
    const cancel = clock.after(limitMs, () => settle(say.late()))
    signal.addEventListener('abort', onAbort)
    socket.once(event, onReady)
    socket.once('error', onError)
    socket.once('close', onClose)
  })
}
