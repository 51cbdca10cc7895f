import {
  type Channel,
  type ChannelContext,
  createHttpClient,
  createScopeGate,
  defineChannel,
  type Outcome,
  type Post,
  type ProbeResult,
  sendEach,
} from '../../engine/channel/index.ts'
import { createApi } from './api.ts'
import { refused } from './classify.ts'
import { type SlackConfig, slackConfigSchema } from './config.ts'
import { createDelivery, type Way } from './deliver.ts'

export { type SlackConfig, slackConfigSchema } from './config.ts'

const memberId = /^[UW][A-Z0-9]{5,20}$/

/** Posts to Slack, by incoming webhooks and by a bot. README.md has the settings and the errors. */
export const slack = defineChannel({
  name: 'slack',
  config: slackConfigSchema,
  open: (config, context) => Promise.resolve(openSlack(config, context)),
})

function openSlack(config: SlackConfig, { clock, log, egress }: ChannelContext): Channel<Post> {
  const { connections, timeoutMs, token } = config
  const http = createHttpClient({ clock, egress, connections, timeoutMs })
  const api = createApi(config, http, clock)
  const deliver = createDelivery(config, api, log)
  const gate = createScopeGate(clock)
  const rooms = new Map(Object.entries(config.rooms))
  let closed = false

  function wayTo(to: string): Way | null {
    const { webhook, channel } = rooms.get(to) ?? {}
    if (webhook !== undefined) return { webhook }
    if (channel !== undefined) return { channel }
    return token !== undefined && memberId.test(to) ? { channel: to } : null
  }

  async function post(one: Post, signal: AbortSignal): Promise<Outcome> {
    const { id, to } = one
    const way = wayTo(to)
    if (way === null)
      return {
        id,
        status: 'permanent',
        code: 'room',
        detail: 'There is no such room in the settings, and it is no member id that the bot could write to.',
        suppress: false,
      }
    const held = gate.held(id, to)
    if (held !== null) return held
    const outcome = await deliver(one, way, signal)
    if (outcome.status === 'transient' && outcome.scope === 'room') gate.shut(to, outcome.retryAfterMs ?? 0)
    return outcome
  }

  /** What is wrong with a webhook; null: nothing. An empty message is refused by one that works, so nothing is posted. */
  async function hookTrouble(webhook: string, signal: AbortSignal): Promise<string | null> {
    const answer = await api.hook(webhook, {}, signal)
    if (answer.kind === 'fault') return answer.message
    if (answer.kind !== 'refused') return "did not answer as Slack's webhooks do"
    return answer.status === 400 ? null : refused(0, answer).detail
  }

  async function probe(signal: AbortSignal): Promise<ProbeResult> {
    const wrong: string[] = []
    const right: string[] = []
    if (token !== undefined) {
      const answer = await api.call('auth.test', {}, signal)
      if (answer.kind === 'ok') right.push(`the bot is ${answer.who}`)
      else if (answer.kind === 'fault') wrong.push(answer.message)
      else
        wrong.push(
          answer.kind === 'refused' ? (refused(0, answer).detail ?? '') : "The answer was not Slack's.",
        )
    }
    const hooks = [...rooms].flatMap(([name, { webhook }]) =>
      webhook === undefined ? [] : [{ name, webhook }],
    )
    const troubles = await Promise.all(hooks.map(({ webhook }) => hookTrouble(webhook, signal)))
    troubles.forEach((trouble, i) => {
      if (trouble !== null) wrong.push(`${hooks[i]!.name}: ${trouble}`)
    })
    if (hooks.length > 0) right.push(`${troubles.filter((each) => each === null).length} webhooks answer`)
    return wrong.length > 0
      ? { ok: false, detail: wrong.join(' ').slice(0, 1000) }
      : { ok: true, detail: `Slack is ready: ${right.join(', ')}` }
  }

  return {
    capabilities: {
      content: 'note',
      maxBatch: 10,
      maxInFlight: 16,
      // Slack has no key that would keep it from posting the same twice.
      idempotent: false,
      maxMessageBytes: null,
      edits: token !== undefined,
      rooms: [...rooms.keys()],
    },
    send(batch, signal) {
      if (closed) return Promise.reject(new Error('The channel is closed.'))
      return sendEach(batch, signal, connections, (one) => post(one, signal))
    },
    probe,
    ...(token !== undefined && {
      contact: (text: string) =>
        memberId.test(text)
          ? null
          : 'must be a Slack member id, e.g. U012AB3CD (in a profile: Copy member ID)',
    }),
    close() {
      closed = true
      return http.close()
    },
  }
}
