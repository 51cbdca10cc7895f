import {
  type HttpAnswer,
  type HttpFault,
  interrupted,
  limited,
  type Outcome,
  retryAfterMs,
} from 'broadsheet/channel'

/** How ntfy says what is wrong: `{"code":42901,"http":429,"error":"limit reached: too many requests"}`. The code tells more than
 *  the status. */
interface Said {
  readonly id?: unknown
  readonly code?: unknown
  readonly error?: unknown
}

/** One request comes back every 5 s; the messages of a day at midnight UTC. https://docs.ntfy.sh/publish/#limitations */
const waits: { readonly [code: string]: number } = { 42901: 5000, 42908: 3_600_000, 42909: 60_000 }
const roomWaitMs = 60_000

/** What came of a publication. `earlier`: the message that it took the place of. */
export function outcomeOf(
  id: number,
  answer: HttpAnswer | HttpFault,
  earlier: string | null,
  now: number,
): Outcome {
  if (answer.kind === 'fault') return interrupted(id, answer)
  const { status, headers, body } = answer
  const said = read(body)
  const code = typeof said.code === 'number' ? String(said.code) : String(status)
  const detail = (typeof said.error === 'string' ? said.error : body).slice(0, 500)
  const later = retryAfterMs(headers, now)

  switch (status) {
    case 200:
      // Anything answers 200: a proxy's page, a captive portal.
      return typeof said.id === 'string'
        ? { id, status: 'sent', code, detail: null, receipt: earlier ?? said.id }
        : { id, status: 'unknown', code: 'answer', detail: 'It answered 200, but not as ntfy does.' }
    case 400:
      // 40009, 40010: the topic itself cannot be one.
      return { id, status: 'permanent', code, detail, suppress: code === '40009' || code === '40010' }
    case 413:
      return { id, status: 'permanent', code, detail, suppress: false }
    case 403:
      // The token may not write to this topic, or not yet.
      return { id, status: 'transient', code, detail, scope: 'room', retryAfterMs: later ?? roomWaitMs }
    case 429:
      return limited(id, 'channel', later ?? waits[code] ?? 60_000, code)
    case 507:
      // No device listens to this topic at present (UnifiedPush).
      return { id, status: 'transient', code, detail, scope: 'room', retryAfterMs: later ?? roomWaitMs }
    case 502:
    case 504:
      return { id, status: 'unknown', code, detail }
    default:
      // A wrong token, an address that moved, an error of the server: the operator's to repair, and nobody's fault who is to be
      // reached.
      return { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs: later }
  }
}

function read(body: string): Said {
  try {
    return (JSON.parse(body) as Said | null) ?? {}
  } catch {
    return {}
  }
}
