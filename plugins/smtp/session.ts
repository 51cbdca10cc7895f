import { hostname } from 'node:os'
import type { ChannelContext } from '../../engine/channel/index.ts'
import { authenticate, type TokenSource } from './auth.ts'
import type { SmtpConfig } from './config.ts'
import { asFault, SmtpFault } from './faults.ts'
import { codeOf, type Reply, textOf } from './replies.ts'
import { type Stopwatch, startStopwatch } from './stopwatch.ts'
import { openWire, type Wire } from './wire.ts'

/** What the server said it can do, after the last EHLO. */
export interface Features {
  readonly pipelining: boolean
  readonly startTls: boolean
  readonly eightBit: boolean
  readonly utf8: boolean
  /** Largest message in bytes; null: the server names none. */
  readonly maxBytes: number | null
  /** It takes SIZE= on MAIL. */
  readonly size: boolean
  readonly auth: readonly string[]
}

/** A connection that is ready for MAIL. */
export interface Session {
  readonly wire: Wire
  readonly features: Features
  /** Letters answered on this connection. */
  served: number
  /** A transaction was left open: RSET goes ahead of the next MAIL. */
  needsReset: boolean
}

// How long a server may take to say good-bye; nothing depends on its answer.
const quitMs = 1000

/** Greeting, EHLO, TLS and AUTH. Rejects with an `SmtpFault`, the connection gone. */
export async function openSession(
  config: SmtpConfig,
  { clock, meter }: Pick<ChannelContext, 'clock' | 'meter'>,
  token: TokenSource,
  signal: AbortSignal,
): Promise<Session> {
  const steps = startStopwatch(meter)
  const wire = await openWire(config, clock, signal)
  steps.lap('connect')
  const onAbort = () => wire.end(new SmtpFault('aborted', 'Stopped while connecting.'))
  signal.addEventListener('abort', onAbort)
  try {
    const features = await greet(wire, config, steps)
    if (config.auth !== null) {
      await authenticate(wire, features.auth, config, config.auth, token)
      steps.lap('auth')
    }
    return { wire, features, served: 0, needsReset: false }
  } catch (error) {
    const fault = asFault(error)
    wire.end(fault)
    await wire.closed
    throw fault
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function greet(wire: Wire, config: SmtpConfig, steps: Stopwatch): Promise<Features> {
  const at = `${config.host}:${config.port}`
  const greeting = await wire.reply(config.replyTimeoutMs).catch((error: unknown) => {
    if (!(error instanceof SmtpFault) || error.kind !== 'timeout' || config.security === 'tls') throw error
    throw new SmtpFault(
      'timeout',
      `${at} sent no greeting within ${config.replyTimeoutMs} ms. If it expects TLS from the first byte (port 465), set security to "tls".`,
    )
  })
  if (greeting.code !== 220) throw refused(at, 'the connection', greeting)
  let features = await hello(wire, config)
  steps.lap('ehlo')
  const wantsTls =
    config.security === 'starttls' || (config.security === 'opportunistic' && features.startTls)
  if (wantsTls) {
    if (!features.startTls) {
      throw new SmtpFault(
        'tls',
        `${at} does not offer STARTTLS. Use its TLS port with security "tls", or, knowingly, "none".`,
      )
    }
    wire.write('STARTTLS\r\n')
    const agreed = await wire.reply(config.replyTimeoutMs)
    if (agreed.code !== 220) {
      if (config.security === 'opportunistic' && agreed.code !== 421) return features
      throw refused(at, 'STARTTLS', agreed)
    }
    await wire.startTls()
    // RFC 3207 4.2: forget what was said in plain text.
    features = await hello(wire, config)
    steps.lap('starttls')
  }
  return features
}

async function hello(wire: Wire, config: SmtpConfig): Promise<Features> {
  const name = config.localName ?? ownName(wire.localAddress)
  wire.write(`EHLO ${name}\r\n`)
  const ehlo = await wire.reply(config.replyTimeoutMs)
  if (ehlo.code === 250) return featuresOf(ehlo, config)
  // RFC 5321 3.2: a server that does not know EHLO is asked with HELO.
  if (ehlo.code !== 421 && ehlo.code >= 500) {
    wire.write(`HELO ${name}\r\n`)
    const helo = await wire.reply(config.replyTimeoutMs)
    if (helo.code === 250) return featuresOf({ code: 250, lines: [] }, config)
    throw refused(`${config.host}:${config.port}`, 'HELO', helo)
  }
  throw refused(`${config.host}:${config.port}`, 'EHLO', ehlo)
}

function featuresOf(ehlo: Reply, config: SmtpConfig): Features {
  const words = new Map<string, string>()
  for (const line of ehlo.lines.slice(1)) {
    const [keyword = '', ...rest] = line.trim().split(/[ =]+/)
    words.set(keyword.toUpperCase(), rest.join(' '))
  }
  const limit = Number(words.get('SIZE') || '0')
  return {
    pipelining: config.pipelining === 'auto' && words.has('PIPELINING'),
    startTls: words.has('STARTTLS'),
    eightBit: words.has('8BITMIME'),
    utf8: words.has('SMTPUTF8'),
    size: words.has('SIZE'),
    maxBytes: Number.isSafeInteger(limit) && limit > 0 ? limit : null,
    auth: (words.get('AUTH') ?? '').toUpperCase().split(' ').filter(Boolean),
  }
}

// RFC 5321 4.1.4: a host without a name gives its address.
function ownName(localAddress: string): string {
  const name = hostname()
  if (/^([a-z0-9-]+\.)+[a-z0-9-]+$/i.test(name)) return name
  return localAddress.includes(':') && !localAddress.startsWith('::ffff:')
    ? `[IPv6:${localAddress}]`
    : `[${localAddress.replace('::ffff:', '')}]`
}

const refused = (at: string, what: string, reply: Reply) =>
  new SmtpFault('refused', `${at} refused ${what}: ${codeOf(reply)} ${textOf(reply)}`.slice(0, 500))

/** Say good-bye and close. Never rejects. */
export async function quit(session: Session): Promise<void> {
  const { wire } = session
  if (wire.fault === null) {
    wire.onIdleEnd = null
    wire.write('QUIT\r\n')
    await wire.reply(quitMs).catch(() => undefined)
    wire.end(new SmtpFault('aborted', 'closed'))
  }
  await wire.closed
}
