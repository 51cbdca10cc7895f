import { z } from 'zod'
import { type ChatAnswer, type ChatRequest, type ChatServer, startChatServer } from './chat.ts'
import { readMarkdown } from './discord-markdown.ts'

// https://docs.discord.com/developers/resources/message#embed-object-embed-limits and .../resources/webhook#execute-webhook
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => value.trim() !== '', 'This field is required')
const url = z
  .string()
  .max(2048)
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'Not a well formed URL.')
const embedSchema = z.strictObject({
  title: text(256).optional(),
  description: text(4096).optional(),
  url: url.optional(),
  timestamp: z.iso.datetime().optional(),
  color: z.int().min(0).max(0xffffff).optional(),
  fields: z
    .array(z.strictObject({ name: text(256), value: text(1024), inline: z.boolean().optional() }))
    .max(25)
    .optional(),
  image: z.strictObject({ url }).optional(),
  footer: z.strictObject({ text: text(2048) }).optional(),
})
const messageSchema = z.strictObject({
  content: z.string().max(2000).optional(),
  embeds: z.array(embedSchema).max(10).optional(),
  allowed_mentions: z.strictObject({ parse: z.array(z.enum(['roles', 'users', 'everyone'])) }).optional(),
  flags: z.int().optional(),
})
type Payload = z.output<typeof messageSchema>

export interface DiscordMessage {
  readonly id: string
  /** The webhook that posted it. */
  readonly by: string
  payload: Payload
  edits: number
}

export interface DiscordServer extends ChatServer {
  readonly messages: readonly DiscordMessage[]
  /** A new webhook: its id and its address. */
  webhook(): { readonly id: string; readonly url: string; readonly token: string }
  /** Requests that could have posted or changed something. */
  posted(): readonly ChatRequest[]
  delete(id: string): void
  /** Of each webhook, by the clock that is given. */
  limit: { readonly requests: number; readonly perMs: number; readonly now: () => number } | null
}

/** Discord's webhook resource, as far as documented: execute, edit and get, what they check, and their limits. */
export async function startDiscord(): Promise<DiscordServer> {
  const hooks = new Map<string, string>()
  const messages: DiscordMessage[] = []
  const used = new Map<string, { count: number; until: number }>()
  let next = 1_000_000_000_000_000_000n

  const error = (status: number, code: number, message: string, errors?: object): ChatAnswer => ({
    status,
    body: { message, code, ...(errors !== undefined && { errors }) },
  })

  function serve(request: ChatRequest): ChatAnswer {
    const [, id = '', token = '', messageId] = routeOf(request) ?? []
    if (!hooks.has(id)) return error(404, 10015, 'Unknown Webhook')
    if (hooks.get(id) !== token) return error(401, 50027, 'Invalid Webhook Token')
    if (request.method === 'GET' && messageId === undefined)
      return { status: 200, body: { id, type: 1, name: 'Broadsheet', channel_id: '1', token } }
    if (!/^DiscordBot \(.+, .+\)$/.test(request.headers['user-agent'] ?? ''))
      return { status: 403, body: 'error code: 1010' }
    const { headers, over } = spend(id)
    if (over !== null) return over
    return { headers, ...execute(request, id, messageId) }
  }

  function execute(request: ChatRequest, by: string, messageId: string | undefined): ChatAnswer {
    const { method, url: at, body } = request
    if (method !== (messageId === undefined ? 'POST' : 'PATCH'))
      return error(405, 0, '405: Method Not Allowed')
    const payload = read(body)
    if (payload === null) return error(400, 50109, 'The request body contains invalid JSON.')
    const wrong = payloadError(payload)
    if (wrong !== null) return error(400, wrong.code, wrong.message, wrong.errors)
    if (messageId !== undefined) {
      const message = messages.find((each) => each.id === messageId && each.by === by)
      if (message === undefined) return error(404, 10008, 'Unknown Message')
      message.payload = payload as Payload
      message.edits++
      return { status: 200, body: { id: messageId, channel_id: '1' } }
    }
    const id = String(next++)
    messages.push({ id, by, payload: payload as Payload, edits: 0 })
    return at.searchParams.get('wait') === 'true'
      ? { status: 200, body: { id, channel_id: '1' } }
      : { status: 204, body: '' }
  }

  /** One request of a webhook's bucket. */
  function spend(id: string): { headers: Record<string, string>; over: ChatAnswer | null } {
    const { limit } = discord
    if (limit === null) return { headers: {}, over: null }
    const now = limit.now()
    const known = used.get(id)
    const bucket = known === undefined || known.until <= now ? { count: 0, until: now + limit.perMs } : known
    used.set(id, bucket)
    const left = (bucket.until - now) / 1000
    if (bucket.count >= limit.requests) return { headers: {}, over: limited(left * 1000) }
    bucket.count++
    const headers = {
      'x-ratelimit-limit': String(limit.requests),
      'x-ratelimit-remaining': String(limit.requests - bucket.count),
      'x-ratelimit-reset': String(bucket.until / 1000),
      'x-ratelimit-reset-after': String(left),
      'x-ratelimit-bucket': 'abcd1234',
    }
    return { headers, over: null }
  }
  const limited = (ms: number): ChatAnswer => ({
    status: 429,
    headers: { 'retry-after': String(Math.ceil(ms / 1000)), 'x-ratelimit-scope': 'user' },
    body: { message: 'You are being rate limited.', retry_after: ms / 1000, global: false },
  })

  const roomOf = (request: ChatRequest): string | null =>
    request.method === 'GET' ? null : (routeOf(request)?.[1] ?? 'elsewhere')
  const chat = await startChatServer({ roomOf, serve, limited })
  const discord: DiscordServer = Object.assign(chat, {
    messages,
    webhook() {
      const id = String(next++)
      const token = `secret-token_${hooks.size + 1}-of-a-webhook`
      hooks.set(id, token)
      return { id, token, url: `${chat.origin}/api/webhooks/${id}/${token}` }
    },
    posted: () => chat.asked.filter((request) => roomOf(request) !== null),
    delete(id: string) {
      const at = messages.findIndex((each) => each.id === id)
      if (at >= 0) messages.splice(at, 1)
      hooks.delete(id)
    },
    limit: null,
  })
  return discord
}

const routeOf = ({ url: { pathname } }: ChatRequest) =>
  /^\/api\/v10\/webhooks\/(\d+)\/([\w-]+)(?:\/messages\/(\d+))?$/.exec(pathname)

/** What Discord says of a message's content; null: nothing is wrong. */
export function payloadError(payload: unknown): { code: number; message: string; errors?: object } | null {
  const parsed = messageSchema.safeParse(payload)
  if (!parsed.success)
    return {
      code: 50035,
      message: 'Invalid Form Body',
      errors: Object.fromEntries(
        parsed.error.issues.map((issue) => [
          issue.path.join('.'),
          { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: issue.message }] },
        ]),
      ),
    }
  const { content = '', embeds = [] } = parsed.data
  if (content.trim() === '' && embeds.length === 0)
    return { code: 50006, message: 'Cannot send an empty message' }
  const total = embeds.reduce((sum, { title = '', description = '', fields = [], footer }) => {
    const inFields = fields.reduce((all, { name, value }) => all + name.length + value.length, 0)
    return sum + title.length + description.length + inFields + (footer?.text.length ?? 0)
  }, 0)
  if (total > 6000)
    return {
      code: 50035,
      message: 'Invalid Form Body',
      errors: {
        embeds: {
          _errors: [{ code: 'MAX_EMBED_SIZE_EXCEEDED', message: 'Embed size exceeds maximum size of 6000' }],
        },
      },
    }
  return null
}

/** What one sees of a message, and whom it calls: in embeds nobody is called, and in the content who is allowed to be. */
export function shown(payload: Payload): {
  text: string
  mentions: readonly string[]
  urls: readonly string[]
} {
  const { content = '', embeds = [], allowed_mentions: allowed } = payload
  const words: string[] = []
  const urls: string[] = []
  const mentions: string[] = []
  const add = (markdown: string) => {
    const seen = readMarkdown(markdown)
    words.push(seen.text)
    urls.push(...seen.urls)
    // Even where nobody is called, it would look as if somebody were.
    mentions.push(...seen.mentions)
  }
  add(content)
  if (allowed?.parse.length !== 0) mentions.push('anybody')
  for (const { title = '', description = '', fields = [], footer, image, url: own } of embeds) {
    for (const part of [title, description, ...fields.flatMap(({ name, value }) => [name, value])]) add(part)
    if (footer !== undefined) words.push(footer.text)
    if (own !== undefined) urls.push(own)
    if (image !== undefined) urls.push(image.url)
  }
  return { text: words.join('\n'), mentions, urls }
}

function read(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
