import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

/** RFC 6797, for our own host only: neighbours under the same name may speak http, which is for their owner to say. */
const hstsSeconds = 31_536_000

/** What every answer says to browsers; pages that need more say so themselves. Helmet knows what that is, and is asked once: it puts each
 *  header together anew a request. */
export function secureHeaders({
  staysOnHttps,
}: {
  readonly staysOnHttps: boolean
}): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const response = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value
    },
    removeHeader() {},
  } as unknown as ServerResponse
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    strictTransportSecurity: staysOnHttps ? { maxAge: hstsSeconds, includeSubDomains: false } : false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })({} as IncomingMessage, response, (error?: unknown) => {
    if (error !== undefined) throw error
  })
  return headers
}
