import { smtpConfigSchema } from '../../plugins/smtp/config.ts'
import type { AppConfig } from '../config.ts'
import { lookAtCertificate } from './certificate.ts'
import { type Finding, ok, warning } from './finding.ts'

const timeoutMs = 5000
const maxSkewMs = 60_000
const loopback = /^(localhost|127\.|\[?::1)/

/** TLS of the public address and of SMTP servers, and the clock against that of the public address. Never rejects. */
export async function lookAtNetwork(config: AppConfig, now: () => number): Promise<readonly Finding[]> {
  const url = new URL(config.engine.publicUrl)
  const outside = !loopback.test(url.hostname)
  const looks: Promise<Finding>[] = []
  if (outside && url.protocol === 'https:')
    looks.push(
      lookAtCertificate(
        'certificate',
        {
          host: url.hostname,
          port: Number(url.port || 443),
          name: url.hostname,
          startTls: false,
          checked: true,
        },
        now(),
      ),
    )
  if (outside) looks.push(lookAtClock(url, now))
  for (const [name, { type, config: settings }] of Object.entries(config.channels)) {
    const smtp = type === 'smtp' ? smtpConfigSchema.safeParse(settings).data : undefined
    if (smtp === undefined || smtp.security === 'none') continue
    // Between programs of one machine there is nothing to look at.
    if (smtp.security === 'opportunistic' && loopback.test(smtp.host)) continue
    const { host, port, security, tls } = smtp
    looks.push(
      lookAtCertificate(
        `tls ${name}`,
        {
          host,
          port,
          name: tls.servername ?? host,
          startTls: security !== 'tls',
          ca: tls.ca,
          checked: tls.rejectUnauthorized ?? security !== 'opportunistic',
        },
        now(),
      ),
    )
  }
  return Promise.all(looks)
}

/** Signatures, links and schedules go by this machine's clock: the Date of another server says whether it is right. */
async function lookAtClock(url: URL, now: () => number): Promise<Finding> {
  try {
    const answer = await fetch(new URL('/livez', url), {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const skew = now() - Date.parse(answer.headers.get('date') ?? '')
    if (Number.isNaN(skew)) return ok('clock', `${url.host} answers, and tells no time`)
    const seconds = Math.round(Math.abs(skew) / 1000)
    return Math.abs(skew) > maxSkewMs
      ? warning(
          'clock',
          `${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} ${url.host}`,
          'Let this machine set its clock by NTP: schedules and signatures go by it.',
        )
      : ok('clock', `within ${Math.max(1, seconds)} s of ${url.host}`)
  } catch {
    return warning(
      'clock',
      `${url.host} could not be reached from here`,
      'See that readers can reach "publicUrl": links in letters lead there.',
    )
  }
}
