import {
  type Channel,
  type ChannelContext,
  createHttpClient,
  createScopeGate,
  defineChannel,
  type Outcome,
  type Post,
  sendEach,
} from '../../engine/channel/index.ts'
import { createApi, type DiscordAnswer, userAgent } from './api.ts'
import { isGone, refused } from './classify.ts'
import { type DiscordConfig, discordConfigSchema, type Webhook, webhookOf } from './config.ts'
import { createDelivery } from './deliver.ts'

export { type DiscordConfig, discordConfigSchema } from './config.ts'

/** Posts to Discord's text channels by their webhooks. README.md has the settings and the errors. */
export const discord = defineChannel({
  name: 'discord',
  config: discordConfigSchema,
  open: (config, context) => Promise.resolve(openDiscord(config, context)),
})

function openDiscord(config: DiscordConfig, { clock, log, egress }: ChannelContext): Channel<Post> {
  const { connections, timeoutMs } = config
  const http = createHttpClient({ clock, egress, connections, timeoutMs, userAgent })
  const api = createApi(http, clock)
  const deliver = createDelivery(config, api, log)
  const rooms = new Map(Object.entries(config.rooms).map(([name, { webhook }]) => [name, webhookOf(webhook)]))
  /** By webhook: two rooms of one share its limits. */
  const gate = createScopeGate(clock)
  const gone = new Set<string>()
  let closed = false

  function hear(room: string, { id }: Webhook, answer: DiscordAnswer): void {
    // To wait for the bucket to fill is better than to be refused: who is refused too often is locked out.
    if (answer.kind === 'ok' && answer.emptyMs !== null) gate.shut(id, answer.emptyMs)
    if (answer.kind === 'refused' && isGone(answer) && !gone.has(id)) {
      gone.add(id)
      log.warn({ room, code: answer.code }, 'discord.gone')
    }
  }

  async function post(one: Post, signal: AbortSignal): Promise<Outcome> {
    const { id, to } = one
    const never = (code: string, detail: string): Outcome => ({
      id,
      status: 'permanent',
      code,
      detail,
      suppress: false,
    })
    const webhook = rooms.get(to)
    if (webhook === undefined) return never('room', 'There is no such room in the settings.')
    if (gone.has(webhook.id))
      return never('gone', 'The webhook was gone when it was last asked; make a new one.')
    const held = gate.held(id, webhook.id)
    if (held !== null) return held
    const outcome = await deliver(one, webhook, (answer) => hear(to, webhook, answer), signal)
    if (outcome.status === 'transient' && outcome.scope !== 'recipient' && outcome.retryAfterMs !== null)
      gate.shut(outcome.scope === 'room' ? webhook.id : null, outcome.retryAfterMs)
    return outcome
  }

  /** What is wrong with a room; null: nothing. */
  async function trouble(webhook: Webhook, signal: AbortSignal): Promise<string | null> {
    const answer = await api.get(webhook, signal)
    if (answer.kind === 'ok') return null
    return answer.kind === 'fault' ? answer.message : refused(0, answer).detail
  }

  return {
    capabilities: {
      content: 'note',
      maxBatch: 10,
      maxInFlight: 16,
      // Discord has no key that would keep a webhook from posting the same twice.
      idempotent: false,
      maxMessageBytes: null,
      edits: config.updates !== 'post',
      rooms: [...rooms.keys()],
    },
    send(batch, signal) {
      if (closed) return Promise.reject(new Error('The channel is closed.'))
      return sendEach(batch, signal, connections, (one) => post(one, signal))
    },
    async probe(signal) {
      const found = await Promise.all([...rooms.values()].map((webhook) => trouble(webhook, signal)))
      const wrong = [...rooms.keys()].flatMap((name, i) =>
        found[i] === null ? [] : [`${name}: ${found[i]}`],
      )
      return wrong.length > 0
        ? { ok: false, detail: wrong.join(' ').slice(0, 1000) }
        : { ok: true, detail: `Discord knows the webhooks of ${[...rooms.keys()].join(', ')}`.slice(0, 1000) }
    },
    close() {
      closed = true
      return http.close()
    },
  }
}
