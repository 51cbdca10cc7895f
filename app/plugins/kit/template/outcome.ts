import { type HttpAnswer, type HttpFault, interrupted, type Outcome, retryAfterMs } from 'broadsheet/channel'

/** What came of a request. Everything depends on this: what is `transient` is tried again, what is `permanent` never, and what is
 *  `unknown` may have been taken. A fault of the whole channel (`scope: 'channel'`) fails nobody: Broadsheet waits, and asks
 *  `probe` whether all is well again. */
export function outcomeOf(id: number, answer: HttpAnswer | HttpFault, now: number): Outcome {
  if (answer.kind === 'fault') return interrupted(id, answer)
  const { status, headers, body } = answer
  const code = String(status)
  const detail = body.slice(0, 500)
  const later = retryAfterMs(headers, now)

  if (status >= 200 && status < 300) return { id, status: 'sent', code, detail: null }
  switch (status) {
    case 429:
      // Of one room only, where the service counts by room: `scope: 'room'`.
      return { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs: later }
    case 401:
    case 403:
      // A wrong token is the operator's to repair, and no reason to give posts up.
      return { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs: later }
    case 502:
    case 504:
      // A gateway does not know what the server behind it has done.
      return { id, status: 'unknown', code, detail }
    default:
      return status >= 500
        ? { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs: later }
        : { id, status: 'permanent', code, detail, suppress: false }
  }
}
