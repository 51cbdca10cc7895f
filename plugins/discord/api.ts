import {
  type Clock,
  type HttpClient,
  type HttpFault,
  type HttpRequest,
  retryAfterMs,
} from '../../engine/channel/index.ts'
import type { Webhook } from './config.ts'

export interface Refusal {
  readonly kind: 'refused'
  readonly status: number
  /** Discord's number for it, e.g. 10015; null where it said none: then it came from what stands before Discord. */
  readonly code: number | null
  readonly message: string
  readonly retryAfterMs: number | null
  /** Of a 429: everybody at this address is meant, not only this webhook. */
  readonly everywhere: boolean
}

export type DiscordAnswer =
  | {
      readonly kind: 'ok'
      /** Of the message; null where Discord did not say. */
      readonly messageId: string | null
      readonly name: string
      /** The webhook's bucket is empty for so long; null: it is not. */
      readonly emptyMs: number | null
    }
  | Refusal
  | HttpFault

// Its form is asked for: https://docs.discord.com/developers/reference#user-agent
export const userAgent = 'DiscordBot (Broadsheet, 1.0)'

/** Discord's webhook resource: https://docs.discord.com/developers/resources/webhook. Nothing rejects. */
export function createApi(http: HttpClient, clock: Clock) {
  async function ask(request: HttpRequest, signal: AbortSignal): Promise<DiscordAnswer> {
    const answer = await http.request(request, signal)
    if (answer.kind === 'fault') return answer
    const { status, headers, body } = answer
    const said = parse(body)
    if (status >= 200 && status < 300) {
      const { id, name } = said ?? {}
      return {
        kind: 'ok',
        messageId: typeof id === 'string' && /^\d{1,20}$/.test(id) ? id : null,
        name: typeof name === 'string' ? name : '',
        emptyMs: emptyMs(headers),
      }
    }
    const { code, message, global } = said ?? {}
    return {
      kind: 'refused',
      status,
      code: typeof code === 'number' ? code : null,
      message: typeof message === 'string' ? message : '',
      // The body knows it to the millisecond, the header in whole seconds.
      retryAfterMs: seconds(said?.retry_after) ?? retryAfterMs(headers, clock.now()),
      // A 429 that is not Discord's own is of Cloudflare, and for our address.
      everywhere: said === null || global === true || headers['x-ratelimit-scope'] === 'global',
    }
  }

  const json = { 'content-type': 'application/json' }
  const below = ({ url }: Webhook, path: string) => new URL(url.pathname + path, url)
  return {
    /** With `wait` Discord answers when the message is there, and names it. */
    execute: (webhook: Webhook, payload: object, signal: AbortSignal) =>
      ask(
        { method: 'POST', url: below(webhook, '?wait=true'), headers: json, body: JSON.stringify(payload) },
        signal,
      ),
    edit: (webhook: Webhook, messageId: string, payload: object, signal: AbortSignal) =>
      ask(
        {
          method: 'PATCH',
          url: below(webhook, `/messages/${messageId}`),
          headers: json,
          body: JSON.stringify(payload),
        },
        signal,
      ),
    get: (webhook: Webhook, signal: AbortSignal) => ask({ method: 'GET', url: webhook.url }, signal),
  }
}
export type DiscordApi = ReturnType<typeof createApi>

/** https://docs.discord.com/developers/topics/rate-limits#header-format */
function emptyMs(headers: { readonly [name: string]: string }): number | null {
  return headers['x-ratelimit-remaining'] === '0' ? seconds(Number(headers['x-ratelimit-reset-after'])) : null
}

const seconds = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 && value < 86_400 ? Math.ceil(value * 1000) : null

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
