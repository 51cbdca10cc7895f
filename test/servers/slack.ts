import { type ChatAnswer, type ChatRequest, type ChatServer, startChatServer } from './chat.ts'
import { contentError, type SlackContent, seenOf } from './slack-blocks.ts'

export interface SlackMessage {
  readonly channel: string
  readonly ts: string
  /** The message that this one answers. */
  readonly thread: string | null
  /** An answer that is shown in the channel too. */
  readonly broadcast: boolean
  content: SlackContent
  edits: number
}

export interface SlackServer extends ChatServer {
  readonly apiUrl: string
  readonly token: string
  /** What stands in the channels now. */
  readonly messages: readonly SlackMessage[]
  /** A new incoming webhook of a channel. */
  webhook(channel: string): string
  /** Requests that could have posted something. */
  posted(): readonly ChatRequest[]
  archive(channel: string): void
  delete(ts: string): void
}

/** Channels that the bot is in. */
const channels = ['C0OPS00001', 'C0DESK0001', 'G0PRIVATE1']
/** One that it is not in. */
export const foreignChannel = 'C0FOREIGN1'
const people = new Map([
  ['U012AB3CD', 'D012AB3CD'],
  ['W012AB3CD', 'D0W2AB3CD'],
])

/** Slack's Web API (chat.postMessage, chat.update, auth.test) and incoming webhooks, as far as documented: what they check, and
 *  what they answer. */
export async function startSlack(): Promise<SlackServer> {
  const token = 'xoxb-1-test-token'
  const messages: SlackMessage[] = []
  const hooks = new Map<string, string>()
  const archived = new Set<string>()
  let count = 0

  const post = (channel: string, content: SlackContent, thread: string | null = null, broadcast = false) => {
    const ts = `1764000000.${String(++count).padStart(6, '0')}`
    messages.push({ channel, ts, thread, broadcast, content, edits: 0 })
    return ts
  }

  function api(method: string, { headers, body }: ChatRequest): ChatAnswer {
    const error = (code: string, status = 200): ChatAnswer => ({ status, body: { ok: false, error: code } })
    if (headers.authorization === undefined) return error('not_authed')
    if (headers.authorization !== `Bearer ${token}`) return error('invalid_auth')
    if (method === 'auth.test')
      return { status: 200, body: { ok: true, team: 'Acme', user: 'broadsheet', user_id: 'U0BOT' } }
    if (headers['content-type'] !== 'application/json; charset=utf-8') return error('invalid_post_type')
    const payload = parse(body)
    if (payload === null) return error('invalid_json')
    const channel = people.get(String(payload.channel)) ?? String(payload.channel)
    if (channel === foreignChannel) return error('not_in_channel')
    if (!channels.includes(channel) && ![...people.values()].includes(channel))
      return error('channel_not_found')
    const wrong = contentError(payload)
    if (method === 'chat.postMessage') {
      if (archived.has(channel)) return error('is_archived')
      if (wrong !== null) return error(wrong)
      const thread = typeof payload.thread_ts === 'string' ? payload.thread_ts : null
      if (thread !== null && !messages.some((each) => each.ts === thread && each.channel === channel))
        return error('thread_not_found')
      const ts = post(channel, payload as SlackContent, thread, payload.reply_broadcast === true)
      return { status: 200, body: { ok: true, channel, ts, message: {} } }
    }
    // chat.update takes a channel's id, not a person's.
    if (people.has(String(payload.channel))) return error('channel_not_found')
    const message = messages.find((each) => each.ts === payload.ts && each.channel === channel)
    if (message === undefined) return error('message_not_found')
    if (wrong !== null) return error(wrong)
    message.content = payload as SlackContent
    message.edits++
    return { status: 200, body: { ok: true, channel, ts: message.ts, text: payload.text } }
  }

  function hook({ url, body, headers }: ChatRequest): ChatAnswer {
    const channel = hooks.get(url.pathname)
    if (channel === undefined) return { status: 404, body: 'no_service' }
    if (archived.has(channel)) return { status: 410, body: 'channel_is_archived' }
    const payload = headers['content-type']?.startsWith('application/json') ? parse(body) : null
    if (payload === null) return { status: 400, body: 'invalid_payload' }
    const wrong = contentError(payload)
    if (wrong !== null) return { status: 400, body: wrong }
    post(channel, payload as SlackContent)
    return { status: 200, body: 'ok' }
  }

  const roomOf = ({ url, body }: ChatRequest): string | null => {
    if (url.pathname === '/elsewhere') return 'elsewhere'
    if (body === '{}' || url.pathname === '/api/auth.test') return null
    if (hooks.has(url.pathname)) return hooks.get(url.pathname)!
    return String(parse(body)?.channel)
  }
  const chat = await startChatServer({
    roomOf,
    serve(request) {
      const { pathname } = request.url
      const method = /^\/api\/(chat\.postMessage|chat\.update|auth\.test)$/.exec(pathname)?.[1]
      if (request.method !== 'POST') return { status: 405, body: 'method not allowed' }
      if (method !== undefined) return api(method, request)
      if (pathname.startsWith('/services/')) return hook(request)
      return { status: 404, body: { ok: false, error: 'unknown_method' } }
    },
    limited: (ms) => ({
      status: 429,
      headers: { 'retry-after': String(Math.ceil(ms / 1000)) },
      body: { ok: false, error: 'ratelimited' },
    }),
  })
  return Object.assign(chat, {
    apiUrl: `${chat.origin}/api/`,
    token,
    messages,
    webhook(channel: string) {
      const path = `/services/T0TEST/B0TEST/secret-${hooks.size + 1}`
      hooks.set(path, channel)
      return chat.origin + path
    },
    posted: () => chat.asked.filter((request) => roomOf(request) !== null),
    archive: (channel: string) => void archived.add(channel),
    delete: (ts: string) =>
      void messages.splice(
        messages.findIndex((each) => each.ts === ts),
        1,
      ),
  })
}

/** What one sees of a message. */
export function shown(message: SlackMessage): {
  text: string
  mentions: readonly string[]
  urls: readonly string[]
} {
  const { words, mentions, urls } = seenOf(message.content)
  return { text: words.join('\n'), mentions, urls }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
