import type { Outcome } from 'broadsheet/channel'

type Headers = { readonly [name: string]: string | string[] | undefined }

/** What an answer means. Everything depends on this: `transient` is tried again, `permanent` never, and `unknown` may have been
 *  taken. A fault of the whole channel (`scope: 'channel'`) fails nobody: Broadsheet waits until `probe` says that all is well. */
export function outcomeOfAnswer(id: number, status: number, headers: Headers, body: string): Outcome {
  const code = String(status)
  const detail = body.slice(0, 500)
  if (status >= 200 && status < 300) return { id, status: 'sent', code, detail: null }
  if (status === 429)
    return { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs: retryAfterOf(headers) }
  // A wrong token is the operator's to repair, and no reason to give posts up.
  if (status === 401 || status === 403 || status === 503)
    return { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs: retryAfterOf(headers) }
  // A gateway that got no answer does not know whether the server behind it took the post.
  if (status === 502 || status === 504) return { id, status: 'unknown', code, detail }
  if (status >= 500) return { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs: null }
  return { id, status: 'permanent', code, detail, suppress: false }
}

/** Nothing had left when no connection was made; after that nobody knows. */
export function outcomeOfError(id: number, error: unknown): Outcome {
  const { code = 'ERROR', message = String(error) } = (error ?? {}) as { code?: string; message?: string }
  const detail = message.slice(0, 500)
  return { id, status: beforeConnecting.has(code) ? 'unsent' : 'unknown', code, detail }
}

const beforeConnecting = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_PLUGIN_NOT_GRANTED',
])

/** RFC 9110 10.2.3: seconds, or a date. */
function retryAfterOf(headers: Headers): number | null {
  const text = String(headers['retry-after'] ?? '')
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now())
}
