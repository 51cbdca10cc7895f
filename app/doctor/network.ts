import { smtpConfigSchema } from '../../plugins/smtp/config.ts'
import type { AppConfig } from '../config.ts'
import { lookAtCertificate } from './certificate.ts'
import type { Finding } from './finding.ts'
import { isLoopback } from './loopback.ts'

/** TLS of the public address and of SMTP servers. Never rejects. */
export async function lookAtNetwork(config: AppConfig, now: () => number): Promise<readonly Finding[]> {
  const url = new URL(config.engine.publicUrl)
  const looks: Promise<Finding>[] = []
  if (!isLoopback(url.hostname) && url.protocol === 'https:')
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
  for (const [name, { type, config: settings }] of Object.entries(config.channels)) {
    const smtp = type === 'smtp' ? smtpConfigSchema.safeParse(settings).data : undefined
    if (smtp === undefined || smtp.security === 'none') continue
    // Between programs of one machine there is nothing to look at.
    if (smtp.security === 'opportunistic' && isLoopback(smtp.host)) continue
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
