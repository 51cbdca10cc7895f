import {
  type ChannelContext,
  createHttpClient,
  createScopeGate,
  defineChannel,
  type Outcome,
  type Post,
  type ProbeResult,
  sendEach,
} from '../../engine/channel/index.ts'
import { classify } from './classify.ts'
import { type WebhookConfig, webhookConfigSchema } from './config.ts'
import { payloadOf } from './payload.ts'
import { reach } from './reach.ts'
import { webhookHeaders, webhookId } from './sign.ts'
import { createTargets } from './targets.ts'

export { type WebhookConfig, webhookConfigSchema } from './config.ts'

const reachMs = 5_000

/** Posts as signed HTTP requests (Standard Webhooks), in JSON or as CloudEvents. README.md has the settings and the errors. */
export const webhook = defineChannel({
  name: 'webhook',
  config: webhookConfigSchema,
  open: (config, context) => Promise.resolve(openWebhook(config, context)),
})

function openWebhook(config: WebhookConfig, context: ChannelContext) {
  const { clock, egress, log } = context
  const http = createHttpClient({ clock, egress, timeoutMs: config.timeoutMs })
  const targets = createTargets(config, context)
  const gate = createScopeGate(clock)
  const closing = new AbortController()
  /** Places that answered 410. */
  const gone = new Set<string>()

  async function sendOne(post: Post, signal: AbortSignal): Promise<Outcome> {
    const { id, to, key } = post
    const never = (code: string, detail: string): Outcome => ({
      id,
      status: 'permanent',
      code,
      detail,
      suppress: false,
    })
    const target = targets.find(to)
    if (target === null)
      return never('room', 'There is no such room, and it is no https address that may be reached.')
    const { url, keys, format, headers } = target
    if (gone.has(url.href))
      return never('410', `${url.host} wanted no webhooks any more (410) when last asked.`)
    const held = gate.held(id, url.href)
    if (held !== null) return held

    const name = webhookId(key)
    const payload = payloadOf(post, name, format, config.source, config.maxPayloadBytes)
    const answer = await http.request(
      {
        method: 'POST',
        url,
        headers: {
          ...lowerCase(headers),
          'content-type': payload.contentType,
          ...webhookHeaders(keys, name, clock.now(), payload.body),
        },
        body: payload.body,
      },
      signal,
    )
    const verdict = classify(id, answer, url, clock.now())
    if (verdict.shutMs !== null) gate.shut(url.href, verdict.shutMs)
    if (verdict.gone) {
      gone.add(url.href)
      log.warn({ room: target.personal ? null : to }, 'webhook.gone')
    }
    return verdict.outcome
  }

  async function probe(signal: AbortSignal): Promise<ProbeResult> {
    const stop = AbortSignal.any([signal, closing.signal])
    const troubles = await Promise.all(
      Array.from(targets.rooms, async ([name, { url }]) => {
        const trouble = await reach(url, context, reachMs, stop)
        return trouble === null ? [] : [`${name}: ${url.host} ${trouble}`]
      }),
    )
    const rooms = targets.rooms.size
    const wrong = troubles.flat()
    const said = [
      `${rooms - wrong.length} of ${rooms} rooms can be connected to`,
      ...wrong,
      ...(targets.publicKeys.length === 0 ? [] : [`contacts verify with ${targets.publicKeys.join(' or ')}`]),
    ]
    // One room that is away is no reason to keep from the others.
    const ok = rooms > 0 ? wrong.length < rooms : targets.publicKeys.length > 0
    return { ok, detail: said.join('; ').slice(0, 1000) }
  }

  return {
    capabilities: {
      content: 'note' as const,
      // A call each: a receiver that hangs holds up its own posts only.
      maxBatch: 1,
      maxInFlight: 64,
      // Receivers are told to look at the id; whether they do is theirs.
      idempotent: false,
      // What is longer is shortened.
      maxMessageBytes: null,
      // Every fact is an event of its own.
      edits: false,
      rooms: [...targets.rooms.keys()],
    },
    send(batch: readonly Post[], signal: AbortSignal) {
      if (closing.signal.aborted) return Promise.reject(new Error('The channel is closed.'))
      return sendEach(batch, signal, 1, (post) => sendOne(post, signal))
    },
    probe,
    ...(config.contacts !== undefined && { contact: (text: string) => targets.contact(text) }),
    async close() {
      closing.abort()
      await http.close()
    },
  }
}

const lowerCase = (headers: { readonly [name: string]: string }): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
