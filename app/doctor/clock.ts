import { connect } from 'node:net'
import { smtpConfigSchema } from '../../plugins/smtp/config.ts'
import type { AppConfig } from '../config.ts'
import { type Finding, ok, warning } from './finding.ts'
import { isLoopback } from './loopback.ts'

/** Somebody else's clock. */
export interface Timepiece {
  readonly name: string
  /** Milliseconds since 1970; null: it answers and tells no time. Rejects where it does not answer. */
  ask(): Promise<number | null>
  /** What to do where it does not answer; null: other checks say so. */
  readonly silent: string | null
}

const timeoutMs = 5000
/** Dates of HTTP and mail are whole seconds, and machines that set their clocks by NTP differ by far less. */
const maxSkewMs = 5000
const maxGreetingChars = 512

/** Signatures, links and schedules go by this machine's clock, leases by the store's: is it right, by all that tell the time?
 *  One line each. Never rejects. */
export async function lookAtClocks(
  pieces: readonly Timepiece[],
  now: () => number,
): Promise<readonly Finding[]> {
  if (pieces.length === 0)
    return [
      ok('clock', 'nothing here tells another time: no Postgres, no Redis, no host beside this machine'),
    ]
  const found = await Promise.all(pieces.map((piece) => compare(piece, now)))
  return found.filter((finding) => finding !== null)
}

async function compare({ name, ask, silent }: Timepiece, now: () => number): Promise<Finding | null> {
  const asked = now()
  let theirs: number | null
  try {
    theirs = await ask()
  } catch {
    return silent === null ? null : warning('clock', `${name} could not be reached from here`, silent)
  }
  if (theirs === null || Number.isNaN(theirs)) return ok('clock', `${name} answers, and tells no time`)
  // It was read between question and answer.
  const skew = theirs < asked ? asked - theirs : Math.min(0, now() - theirs)
  const seconds = Math.round(Math.abs(skew) / 1000)
  return Math.abs(skew) > maxSkewMs
    ? warning(
        'clock',
        `${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} ${name}`,
        'Let both machines set their clocks by NTP: schedules, signatures and codes of second factors go by them.',
      )
    : ok('clock', `within ${Math.max(1, seconds)} s of ${name}`)
}

/** Who tells the time among those that the settings name. */
export function timepiecesOf({ engine, store, redis, channels }: AppConfig): readonly Timepiece[] {
  const url = new URL(engine.publicUrl)
  const mail = Object.values(channels).flatMap(({ type, config }) => {
    const smtp = type === 'smtp' ? smtpConfigSchema.safeParse(config).data : undefined
    return smtp === undefined || smtp.security === 'tls' || isLoopback(smtp.host) ? [] : [greetingOf(smtp)]
  })
  return [
    ...(/^postgres(ql)?:/.test(store) ? [postgresClock(store)] : []),
    ...(redis === null ? [] : [redisClock(redis)]),
    ...(isLoopback(url.hostname) ? [] : [webClock(url)]),
    ...mail,
  ]
}

export const postgresClock = (url: string): Timepiece => ({
  name: 'Postgres',
  silent: null,
  async ask() {
    const { clockOf } = await import('../../stores/postgres/database/clock.ts')
    return clockOf(url)
  },
})

export const redisClock = (url: string): Timepiece => ({
  name: 'Redis',
  silent: null,
  async ask() {
    const { openRedis } = await import('../../stores/redis/open.ts')
    await using stack = new AsyncDisposableStack()
    const redis = stack.adopt(await openRedis(url), (one) => one.close())
    return await redis.clock()
  },
})

/** By the Date of its answer (RFC 9110 6.6.1). */
export const webClock = (url: URL): Timepiece => ({
  name: url.host,
  silent: 'See that readers can reach "publicUrl": links in letters lead there.',
  async ask() {
    const { headers } = await fetch(new URL('/livez', url), {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const date = headers.get('date')
    return date === null ? null : Date.parse(date)
  },
})

/** Some mail servers say the time as they greet: `220 mx.example.org ESMTP Exim 4.98 Sat, 28 Nov 2026 19:00:00 +0000`. */
export const greetingOf = ({ host, port }: { readonly host: string; readonly port: number }): Timepiece => ({
  name: `${host}:${port}`,
  silent: null,
  async ask() {
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) })
    let said = ''
    try {
      for await (const bytes of socket.setEncoding('latin1')) {
        said += bytes as string
        if (said.includes('\n') || said.length > maxGreetingChars) break
      }
    } finally {
      socket.on('error', () => {}).destroy()
    }
    const date = /\w{3}, {1,2}\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/.exec(
      said.slice(0, maxGreetingChars),
    )
    return date === null ? null : Date.parse(date[0])
  },
})
