import {
  type ChannelContext,
  createHttpClient,
  type HttpAnswer,
  type HttpFault,
} from '../../engine/channel/index.ts'
import { endpointOf, type SesConfig } from './config.ts'
import { createCredentials } from './credentials.ts'
import { type Credentials, signRequest } from './sign.ts'

/** Signed calls of SES API v2. */
export interface SesClient {
  /** The host that is asked. */
  readonly at: string
  /** Never rejects; without keys it is a fault before anything left, with code `credentials`. */
  call(
    method: 'GET' | 'POST',
    path: string,
    body: Buffer | null,
    signal: AbortSignal,
  ): Promise<HttpAnswer | HttpFault>
  close(): Promise<void>
}

export function createSesClient(config: SesConfig, context: ChannelContext): SesClient {
  const { clock, egress } = context
  const { region, connections, timeoutMs } = config
  const endpoint = endpointOf(config)
  const { host } = new URL(endpoint)
  const http = createHttpClient({ clock, egress, connections, timeoutMs })
  const source = createCredentials(config, context)

  const noKeys = (error: unknown): HttpFault => ({
    kind: 'fault',
    phase: 'connect',
    status: null,
    code: 'credentials',
    message: error instanceof Error ? error.message : String(error),
  })

  return {
    at: host,
    async call(method, path, body, signal) {
      let credentials: Credentials
      try {
        credentials = await source.get()
      } catch (error) {
        return noKeys(error)
      }
      const url = endpoint + path
      const headers: Record<string, string> = body === null ? {} : { 'content-type': 'application/json' }
      const at = clock.now()
      const signed = signRequest({ method, url, headers, body, region, service: 'ses', credentials, at })
      const answer = await http.request(
        { method, url: new URL(url), headers: signed.headers, ...(body !== null && { body }) },
        signal,
      )
      if (answer.kind === 'answer' && answer.status === 403) source.drop(credentials)
      return answer
    },
    async close() {
      await Promise.all([http.close(), source.close()])
    },
  }
}
