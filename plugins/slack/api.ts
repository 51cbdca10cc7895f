import { type Clock, type HttpClient, type HttpFault, retryAfterMs } from '../../engine/channel/index.ts'
import type { SlackConfig } from './config.ts'

export interface Refusal {
  readonly kind: 'refused'
  readonly of: 'api' | 'webhook'
  /** Slack's word for it, e.g. `not_in_channel`; empty where it said none. */
  readonly error: string
  readonly status: number
  readonly retryAfterMs: number | null
}

export type SlackAnswer =
  /** `channel` and `ts` name what was posted; webhooks do not tell. */
  | {
      readonly kind: 'ok'
      readonly receipt: { readonly channel: string; readonly ts: string } | null
      readonly who: string
    }
  | Refusal
  /** A 200 that is not Slack's: whatever stands in between may have passed it on. */
  | { readonly kind: 'garbled' }
  | HttpFault

const json = 'application/json; charset=utf-8'

/** Slack's two ways in. Neither rejects. */
export function createApi({ token, apiUrl }: SlackConfig, http: HttpClient, clock: Clock) {
  return {
    async call(
      method: 'chat.postMessage' | 'chat.update' | 'auth.test',
      payload: object,
      signal: AbortSignal,
    ): Promise<SlackAnswer> {
      const answer = await http.request(
        {
          method: 'POST',
          url: new URL(method, apiUrl),
          headers: { 'content-type': json, authorization: `Bearer ${token}` },
          body: JSON.stringify(payload),
        },
        signal,
      )
      if (answer.kind === 'fault') return answer
      const said = parse(answer.body)
      const { status } = answer
      if (status === 200 && said?.ok === true) {
        const { channel, ts, team, user } = said
        const receipt = typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : null
        return { kind: 'ok', receipt, who: `${String(user)} in ${String(team)}` }
      }
      const error = typeof said?.error === 'string' ? said.error : ''
      if (status === 200 && error === '') return { kind: 'garbled' }
      return refusal('api', error, status, retryAfterMs(answer.headers, clock.now()))
    },

    /** Answers in words: "ok", or what is wrong. */
    async hook(webhook: string, payload: object, signal: AbortSignal): Promise<SlackAnswer> {
      const answer = await http.request(
        {
          method: 'POST',
          url: new URL(webhook),
          headers: { 'content-type': json },
          body: JSON.stringify(payload),
        },
        signal,
      )
      if (answer.kind === 'fault') return answer
      const { status, body } = answer
      if (status === 200)
        return body.trim() === 'ok' ? { kind: 'ok', receipt: null, who: '' } : { kind: 'garbled' }
      const said = parse(body)?.error ?? body.trim()
      return refusal(
        'webhook',
        typeof said === 'string' ? said : '',
        status,
        retryAfterMs(answer.headers, clock.now()),
      )
    },
  }
}
export type SlackApi = ReturnType<typeof createApi>

/** Slack's words are one word; pages of proxies are not. */
const refusal = (of: Refusal['of'], said: string, status: number, waitMs: number | null): Refusal => ({
  kind: 'refused',
  of,
  error: /^[a-z][a-z0-9_]{1,80}$/.test(said) ? said : '',
  status,
  retryAfterMs: waitMs,
})

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
