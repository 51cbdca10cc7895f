import { defineChannel } from '../../engine/channel/index.ts'
import { type SmtpConfig, smtpConfigSchema } from './config.ts'
import { asFault } from './faults.ts'
import { createTokenSource } from './oauth2.ts'
import { createPool } from './pool.ts'
import { openSession, quit } from './session.ts'

export { type SmtpConfig, smtpConfigSchema } from './config.ts'

/** Mail by SMTP over a pool of connections that knows the phases: a failure before a letter's final dot is
 *  `unsent`, one after it without a reply is `unknown`. README.md has the settings and the errors. */
export const smtp = defineChannel({
  name: 'smtp',
  config: smtpConfigSchema,
  open(config, context) {
    const token = createTokenSource(config.auth)
    const pool = createPool(config, context, token)
    const closing = new AbortController()
    return Promise.resolve({
      capabilities: {
        content: 'mime',
        maxBatch: 500,
        maxInFlight: 16,
        // SMTP servers take the same Message-ID as often as it is sent.
        idempotent: false,
        // Known only from EHLO: a letter above it is refused by itself.
        maxMessageBytes: null,
        returnPath: true,
        route: { tls: tlsOf(config.security), helo: config.localName, signs: false },
      },
      send: (batch, signal) => pool.deliver(batch, signal),
      async probe(signal) {
        const at = `${config.host}:${config.port}`
        try {
          const stop = AbortSignal.any([signal, closing.signal])
          const session = await openSession(config, context, token, stop)
          await quit(session)
          return { ok: true, detail: `${at} is ready for mail` }
        } catch (error) {
          return { ok: false, detail: asFault(error).message }
        }
      },
      close() {
        closing.abort()
        return pool.close()
      },
    })
  },
})

function tlsOf(security: SmtpConfig['security']): 'never' | 'offered' | 'required' {
  switch (security) {
    case 'none':
      return 'never'
    case 'opportunistic':
      return 'offered'
    case 'starttls':
    case 'tls':
      return 'required'
  }
}
