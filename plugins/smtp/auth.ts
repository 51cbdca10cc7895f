import type { SmtpConfig } from './config.ts'
import { SmtpFault } from './faults.ts'
import { codeOf, type Reply, textOf } from './replies.ts'
import type { Wire } from './wire.ts'

/** An OAuth2 access token. `renew`: the last one was refused. Rejects with an `SmtpFault`. */
export type TokenSource = (renew: boolean) => Promise<string>

type Auth = NonNullable<SmtpConfig['auth']>

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64')

/** RFC 4954. Rejects with an `SmtpFault` that never holds a secret. */
export async function authenticate(
  wire: Wire,
  offered: readonly string[],
  config: SmtpConfig,
  auth: Auth,
  token: TokenSource,
): Promise<void> {
  const at = `${config.host}:${config.port}`
  if (offered.length === 0) {
    throw new SmtpFault('auth', `${at} offers no AUTH. Remove "auth", or use its submission port (587, 465).`)
  }
  const ask = async (line: string): Promise<Reply> => {
    wire.write(`${line}\r\n`)
    return wire.reply(config.replyTimeoutMs)
  }
  const method = methodFor(auth, offered)
  if (!offered.includes(method)) {
    throw new SmtpFault(
      'auth',
      `${at} does not offer AUTH ${method}, only ${offered.join(', ').slice(0, 200)}.`,
    )
  }
  // A token endpoint that hangs holds up nobody once the connection has ended.
  const gone = wire.closed.then(() => {
    throw wire.fault ?? new SmtpFault('disconnected', `${at} closed the connection.`)
  })
  gone.catch(() => {})
  const reply = await attempt(method, auth, ask, token, gone)
  if (reply.code === 235) return
  throw new SmtpFault(
    'auth',
    `${at} refused the ${method === 'XOAUTH2' ? 'token' : 'password'} of "auth.user": ${codeOf(reply)} ${textOf(reply)}`.slice(
      0,
      500,
    ),
  )
}

function methodFor(auth: Auth, offered: readonly string[]): string {
  if (auth.method !== 'auto') return auth.method.toUpperCase()
  return offered.includes('PLAIN') || !offered.includes('LOGIN') ? 'PLAIN' : 'LOGIN'
}

async function attempt(
  method: string,
  auth: Auth,
  ask: (line: string) => Promise<Reply>,
  token: TokenSource,
  gone: Promise<never>,
): Promise<Reply> {
  if (auth.method === 'xoauth2') {
    const first = await bearer(auth.user, await Promise.race([token(false), gone]), ask)
    // A cached token may have been withdrawn before its time: one fresh one, no more.
    return first.code === 235 || auth.refreshToken === undefined
      ? first
      : bearer(auth.user, await Promise.race([token(true), gone]), ask)
  }
  // The schema wants it with every other method.
  const secret = auth.pass ?? ''
  if (method === 'PLAIN') return ask(`AUTH PLAIN ${base64(`\0${auth.user}\0${secret}`)}`)
  const user = await ask('AUTH LOGIN')
  if (user.code !== 334) return user
  const pass = await ask(base64(auth.user))
  if (pass.code !== 334) return pass
  return ask(base64(secret))
}

// Google's and Microsoft's XOAUTH2: a refusal comes as a 334 with JSON, and ends after an empty line.
async function bearer(user: string, token: string, ask: (line: string) => Promise<Reply>): Promise<Reply> {
  const reply = await ask(`AUTH XOAUTH2 ${base64(`user=${user}\x01auth=Bearer ${token}\x01\x01`)}`)
  return reply.code === 334 ? ask('') : reply
}
