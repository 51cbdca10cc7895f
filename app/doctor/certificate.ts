import { connect as connectTcp, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { connect as connectTls } from 'node:tls'
import { type Finding, failed, ok, warning } from './finding.ts'

/** Where TLS is spoken. */
export interface TlsPlace {
  readonly host: string
  readonly port: number
  /** The name that the certificate has to carry. */
  readonly name: string
  /** After an SMTP greeting (RFC 3207), not from the first byte. */
  readonly startTls: boolean
  /** PEM of authorities instead of the system's. */
  readonly ca?: string | undefined
  /** A certificate that nobody vouches for is a mistake, not only a weakness. */
  readonly checked: boolean
}

const timeoutMs = 5000
const soonDays = 14
const dayMs = 86_400_000

/** Whose certificate is there, until when, and by which version. Never rejects. */
export async function lookAtCertificate(check: string, place: TlsPlace, now: number): Promise<Finding> {
  const at = `${place.host}:${place.port}`
  try {
    const { error, validTo, version } = await handshake(place)
    const days = Math.floor((validTo - now) / dayMs)
    const until = new Date(validTo).toISOString().slice(0, 10)
    const renew = 'Renew it, and see that renewing runs by itself.'
    if (days < 0) return failed(check, `the certificate of ${at} ended on ${until}`, renew)
    if (error !== null) {
      const words = `the certificate of ${at} is not believed: ${error}`
      return place.checked
        ? failed(
            check,
            words,
            `Give it one for ${place.name} that a known authority signed, or name yours under "tls.ca".`,
          )
        : warning(
            check,
            words,
            'Mail servers take that from each other; set "security" to "starttls" where you can.',
          )
    }
    if (days < soonDays) return warning(check, `the certificate of ${at} ends on ${until}`, renew)
    return ok(check, `${at}, ${version}, certificate for ${place.name} until ${until}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return warning(check, `${at}: ${why}`, `Let it listen, or correct its address; then look again.`)
  }
}

async function handshake(place: TlsPlace) {
  const tcp = connectTcp({ host: place.host, port: place.port })
  const signal = AbortSignal.timeout(timeoutMs)
  const late = () => tcp.destroy(new Error(`did not answer within ${timeoutMs / 1000} s`))
  signal.addEventListener('abort', late)
  try {
    await new Promise<void>((resolve, reject) => tcp.once('connect', resolve).once('error', reject))
    if (place.startTls) await askForTls(tcp)
    const tls = connectTls({
      socket: tcp,
      servername: place.name,
      rejectUnauthorized: false,
      ...(place.ca !== undefined && { ca: place.ca }),
    })
    await new Promise<void>((resolve, reject) => tls.once('secureConnect', resolve).once('error', reject))
    const { valid_to: validTo } = tls.getPeerCertificate()
    const error = tls.authorized ? null : String(tls.authorizationError)
    return { error, validTo: Date.parse(validTo), version: tls.getProtocol() ?? 'TLS' }
  } finally {
    signal.removeEventListener('abort', late)
    tcp.on('error', () => {}).destroy()
  }
}

/** Up to the server's consent to STARTTLS. */
async function askForTls(tcp: Socket): Promise<void> {
  const lines = createInterface({ input: tcp })
  const replies = lines[Symbol.asyncIterator]()
  /** The last line of the next reply. */
  const reply = async (code: string, what: string): Promise<void> => {
    for (;;) {
      const { value, done } = await replies.next()
      if (done === true) throw new Error(`ended the connection at ${what}`)
      if (value[3] === '-') continue
      if (!value.startsWith(code)) throw new Error(`answered ${what} with "${value.slice(0, 80)}"`)
      return
    }
  }
  await reply('220', 'the connection')
  tcp.write('EHLO broadsheet.invalid\r\n')
  await reply('250', 'EHLO')
  tcp.write('STARTTLS\r\n')
  await reply('220', 'STARTTLS')
  lines.close()
}
