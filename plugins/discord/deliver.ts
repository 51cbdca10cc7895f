import {
  interrupted,
  type Log,
  type Outcome,
  type Post,
  type PostReason,
} from '../../engine/channel/index.ts'
import type { DiscordAnswer, DiscordApi } from './api.ts'
import { isContent, refused } from './classify.ts'
import type { DiscordConfig, Webhook } from './config.ts'
import { linePayloadOf, type Payload, payloadOf, plainPayloadOf } from './format.ts'

/** What is done with the earlier message of the thread, and what is posted beside it. */
interface Update {
  readonly edit: boolean
  readonly post: 'no' | 'line' | 'full'
}

/** By why the post is made. An edit calls nobody, so that what somebody must act on, or waits for, is posted too. Null: a message of
 *  its own, which the next ones are about. */
export function updateOf(reason: PostReason, updates: DiscordConfig['updates']): Update | null {
  if (updates === 'post') return null
  switch (reason) {
    case 'firing':
    case 'digest':
      return null
    case 'acknowledged':
    case 'expired':
      return { edit: true, post: 'no' }
    case 'resolved':
      return { edit: true, post: updates === 'both' ? 'line' : 'no' }
    case 'changed':
      return updates === 'both' ? { edit: true, post: 'full' } : null
    case 'repeat':
    case 'escalated':
      return updates === 'both' ? { edit: false, post: 'full' } : null
  }
}

/** What a request said of the webhook's limits, beside the outcome. */
export type Heard = (answer: DiscordAnswer) => void

/** Takes one post to Discord. */
export function createDelivery(config: DiscordConfig, api: DiscordApi, log: Log) {
  /** With letters only where Discord refuses what is in it. */
  async function inBestForm(
    full: Payload,
    { note }: Post,
    heard: Heard,
    say: (payload: Payload) => Promise<DiscordAnswer>,
  ): Promise<DiscordAnswer> {
    const answer = await say(full)
    heard(answer)
    if (answer.kind !== 'refused' || !isContent(answer)) return answer
    log.warn({ code: answer.code }, 'discord.plain')
    const again = await say(plainPayloadOf(note))
    heard(again)
    return again
  }

  return async (post: Post, webhook: Webhook, heard: Heard, signal: AbortSignal): Promise<Outcome> => {
    const { id, note, at } = post
    const execute = (payload: Payload) =>
      inBestForm(payload, post, heard, (each) => api.execute(webhook, each, signal))
    const update = updateOf(post.reason, config.updates)
    const earlier = update === null ? null : earlierOf(post.earlier, webhook)
    if (earlier !== null && update !== null) {
      let followed = true
      if (update.edit) {
        const answer = await inBestForm(payloadOf(note, at), post, heard, (each) =>
          api.edit(webhook, earlier, each, signal),
        )
        const outcome = outcomeOf(id, answer, webhook)
        // Made twice it is the same edit.
        if (outcome.status === 'unknown')
          return { ...outcome, status: 'transient', scope: 'recipient', retryAfterMs: null }
        if (outcome.status !== 'sent' && outcome.status !== 'permanent') return outcome
        if (answer.kind === 'refused') log.info({ code: answer.code }, 'discord.not_edited')
        followed = outcome.status === 'sent'
        if (followed && update.post === 'no') return outcome
      }
      if (followed) {
        const payload = update.post === 'line' ? linePayloadOf(note) : payloadOf(note, at)
        const outcome = outcomeOf(id, await execute(payload), webhook)
        // The next ones are about the first message still.
        return outcome.status === 'sent' ? { ...outcome, receipt: receiptOf(webhook, earlier) } : outcome
      }
    }
    return outcomeOf(id, await execute(payloadOf(note, at)), webhook)
  }
}

const receiptOf = ({ id }: Webhook, messageId: string) => `${id}:${messageId}`

/** Of a message that this webhook has posted: no other can change it. */
function earlierOf(receipt: string | null, { id }: Webhook): string | null {
  const [, by, messageId] = /^(\d{1,20}):(\d{1,20})$/.exec(receipt ?? '') ?? []
  return by === id ? (messageId ?? null) : null
}

function outcomeOf(id: number, answer: DiscordAnswer, webhook: Webhook): Outcome {
  switch (answer.kind) {
    case 'ok': {
      const { messageId } = answer
      return {
        id,
        status: 'sent',
        code: null,
        detail: null,
        ...(messageId !== null && { receipt: receiptOf(webhook, messageId) }),
      }
    }
    case 'refused':
      return refused(id, answer)
    case 'fault':
      return interrupted(id, answer)
  }
}
