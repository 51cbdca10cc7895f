import {
  interrupted,
  type Log,
  type Outcome,
  type Post,
  type PostReason,
} from '../../engine/channel/index.ts'
import type { SlackAnswer, SlackApi } from './api.ts'
import { refused, subjectOf } from './classify.ts'
import type { SlackConfig } from './config.ts'
import { type Content, contentOf, lineOf, plainContentOf } from './format.ts'

/** Where a post goes: a webhook, or a channel or a person by the bot. */
export type Way = { readonly webhook: string } | { readonly channel: string }

interface Earlier {
  readonly channel: string
  readonly ts: string
}

/** What is done with the earlier message of the thread, and whether the room is to see the answer too. */
interface Update {
  readonly edit: boolean
  readonly reply: 'no' | 'line' | 'full'
  readonly broadcast: boolean
}

/** By why the post is made. An edit calls nobody, and an answer only those who follow its thread: what somebody must act on is
 *  shown in the room as well. Null: a message of its own. */
export function updateOf(reason: PostReason, updates: SlackConfig['updates']): Update | null {
  switch (reason) {
    case 'firing':
    case 'digest':
      return null
    case 'acknowledged':
    case 'resolved':
    case 'expired':
      if (updates === 'edit') return { edit: true, reply: 'no', broadcast: false }
      if (updates === 'reply') return { edit: false, reply: 'full', broadcast: false }
      return { edit: true, reply: 'line', broadcast: false }
    case 'changed':
      return updates === 'edit' ? null : { edit: updates === 'both', reply: 'full', broadcast: true }
    case 'repeat':
    case 'escalated':
      return updates === 'edit' ? null : { edit: false, reply: 'full', broadcast: true }
  }
}

/** Slack says these where the message to answer is gone. */
const threadIsGone = new Set([
  'thread_not_found',
  'message_not_found',
  'cannot_reply_to_message',
  'restricted_action_non_threadable_channel',
])

/** Takes one post to Slack. */
export function createDelivery(config: SlackConfig, api: SlackApi, log: Log) {
  /** With letters only where Slack refuses what is in it: an alert that cannot be shown well is shown all the same. */
  async function inBestForm(
    full: Content,
    { note }: Post,
    say: (content: Content) => Promise<SlackAnswer>,
  ): Promise<SlackAnswer> {
    const answer = await say(full)
    if (answer.kind !== 'refused' || subjectOf(answer) !== 'content') return answer
    log.warn({ code: answer.error }, 'slack.plain')
    return say(plainContentOf(note))
  }

  async function byBot(post: Post, channel: string, signal: AbortSignal): Promise<Outcome> {
    const { id, note } = post
    const update = updateOf(post.reason, config.updates)
    const earlier = update === null ? null : earlierOf(post.earlier, channel)
    if (earlier !== null && update !== null) {
      const done = await follow(post, earlier, update, signal)
      if (done !== null) return done
    }
    const answer = await inBestForm(contentOf(note, config.links), post, (content) =>
      api.call('chat.postMessage', { channel, ...content }, signal),
    )
    return outcomeOf(id, answer)
  }

  /** Null where the earlier message can be followed no more. The edit comes first: it may be made again, where the answer that
   *  comes after it may not. */
  async function follow(
    post: Post,
    earlier: Earlier,
    update: Update,
    signal: AbortSignal,
  ): Promise<Outcome | null> {
    const { id, note } = post
    const { channel, ts } = earlier
    const sent = outcomeOf(id, { kind: 'ok', receipt: earlier, who: '' })
    if (update.edit) {
      const answer = await inBestForm(contentOf(note, config.links), post, (content) =>
        api.call('chat.update', { channel, ts, parse: 'none', ...content }, signal),
      )
      const stop = afterEdit(id, answer)
      if (stop !== null) return stop
      if (answer.kind === 'ok' && update.reply === 'no') return sent
      if (answer.kind === 'refused') log.info({ code: answer.error }, 'slack.not_edited')
    }
    if (update.reply === 'no') return null
    const full = update.reply === 'line' ? lineOf(note) : contentOf(note, config.links)
    const answer = await inBestForm(full, post, (content) =>
      api.call(
        'chat.postMessage',
        { channel, thread_ts: ts, ...(update.broadcast && { reply_broadcast: true }), ...content },
        signal,
      ),
    )
    if (answer.kind === 'ok') return sent
    return answer.kind === 'refused' && threadIsGone.has(answer.error) ? null : outcomeOf(id, answer)
  }

  return async (post: Post, way: Way, signal: AbortSignal): Promise<Outcome> => {
    if ('channel' in way) return byBot(post, way.channel, signal)
    const answer = await inBestForm(contentOf(post.note, config.links), post, (content) =>
      api.hook(way.webhook, content, signal),
    )
    return outcomeOf(post.id, answer)
  }
}

/** `C012AB3CD:1764000000.000100`. A receipt of another channel than the room's is one from before its settings changed; a person's
 *  messages are in a channel that only the receipt names. */
function earlierOf(receipt: string | null, to: string): Earlier | null {
  const [, channel = '', ts = ''] = /^([A-Z0-9]{3,30}):(\d{1,12}\.\d{1,9})$/.exec(receipt ?? '') ?? []
  return channel !== '' && (channel === to || /^[UW]/.test(to)) ? { channel, ts } : null
}

function outcomeOf(id: number, answer: SlackAnswer): Outcome {
  switch (answer.kind) {
    case 'ok': {
      const { receipt } = answer
      return {
        id,
        status: 'sent',
        code: null,
        detail: null,
        ...(receipt !== null && { receipt: `${receipt.channel}:${receipt.ts}` }),
      }
    }
    case 'refused':
      return refused(id, answer)
    case 'garbled':
      return { id, status: 'unknown', code: 'garbled', detail: "The answer was not Slack's." }
    case 'fault':
      return interrupted(id, answer)
  }
}

/** Null where the rest may go on: the message was edited, or never will be. */
function afterEdit(id: number, answer: SlackAnswer): Outcome | null {
  if (answer.kind === 'ok') return null
  const outcome = outcomeOf(id, answer)
  if (outcome.status === 'permanent') return null
  // Made twice it is the same edit.
  return outcome.status === 'unknown'
    ? { ...outcome, status: 'transient', scope: 'recipient', retryAfterMs: null }
    : outcome
}
