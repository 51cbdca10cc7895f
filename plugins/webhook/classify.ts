import { type HttpAnswer, type HttpFault, type Outcome, retryAfterMs } from '../../engine/channel/index.ts'

export interface Verdict {
  readonly outcome: Outcome
  /** Nothing more goes to this place for so long; null: it may go on. */
  readonly shutMs: number | null
  /** It wants nothing any more. */
  readonly gone: boolean
}

/** For a place that gave no answer, or one of an overloaded server: others should not queue up behind it. */
const restMs = 5_000
/** Too many requests, and no word about when. */
const defaultWaitMs = 30_000

/** What became of a post, by what its receiver did with it (Standard Webhooks, "Delivery success and failure"). */
export function classify(
  id: number,
  answer: HttpAnswer | HttpFault,
  { host, href }: URL,
  now: number,
): Verdict {
  if (answer.kind === 'fault' && answer.phase !== 'reply') return noAnswer(id, answer)
  // The status line is the answer: an end that is cut off takes nothing back.
  const status = answer.status ?? 0
  const headers = answer.kind === 'answer' ? answer.headers : {}
  const code = String(status)
  const verdict = (outcome: Outcome, shutMs: number | null = null, gone = false): Verdict => ({
    outcome,
    shutMs,
    gone,
  })
  const never = (words: string): Outcome => ({
    id,
    status: 'permanent',
    code,
    detail: `${host} ${words}.`,
    suppress: false,
  })
  const later = (scope: 'recipient' | 'room', waitMs: number | null): Outcome => ({
    id,
    status: 'transient',
    code,
    detail: `${host} answered ${status}.`,
    scope,
    retryAfterMs: waitMs,
  })

  if (status >= 200 && status < 300) return verdict({ id, status: 'sent', code, detail: null })
  if (status >= 300 && status < 400)
    return verdict(never(`redirects (${status})${leadsTo(headers.location, href)}, which is not followed`))
  // `suppress` would speak of a mail address.
  if (status === 410) return verdict(never('wants no webhooks any more (410)'), null, true)
  const asked = retryAfterMs(headers, now)
  if (status === 429) return verdict(later('room', asked ?? defaultWaitMs), asked ?? defaultWaitMs)
  if (asked !== null && status >= 500) return verdict(later('room', asked), asked)
  if (status === 502 || status === 503 || status === 504) return verdict(later('room', restMs), restMs)
  // 408 and 425 ask to try again; anything else of 5xx may pass. Each counts as an attempt of this post.
  if (status >= 500 || status === 408 || status === 425) return verdict(later('recipient', null))
  return verdict(never(`refused it (${status})`))
}

/** One place that cannot be reached says nothing about the others: it is never the channel's fault. */
function noAnswer(id: number, { phase, code, message }: HttpFault): Verdict {
  const detail = `${message}.`
  if (code === 'egress')
    return { outcome: { id, status: 'permanent', code, detail, suppress: false }, shutMs: null, gone: false }
  if (code === 'aborted' || code === 'closed')
    return {
      outcome: { id, status: phase === 'connect' ? 'unsent' : 'unknown', code, detail },
      shutMs: null,
      gone: false,
    }
  const outcome: Outcome =
    phase === 'connect'
      ? { id, status: 'transient', code, detail, scope: 'recipient', retryAfterMs: null }
      : { id, status: 'unknown', code, detail, scope: 'room' }
  return { outcome, shutMs: restMs, gone: false }
}

/** Its host, and no more: a path may be a secret. */
function leadsTo(location: string | undefined, from: string): string {
  const to = location === undefined ? null : URL.parse(location, from)
  return to === null ? '' : ` to ${to.host}`
}
