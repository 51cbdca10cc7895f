import type { Clock } from '../../engine/clock.ts'
import type { Engine } from '../../engine/engine.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { Log } from '../../engine/log.ts'
import type { Fetcher } from '../../engine/ports/fetcher.ts'
import type { SesConfig } from '../../plugins/ses/index.ts'
import type { ChannelSetting } from '../config/schema.ts'
import { createOnce } from './once.ts'
import { noClues } from './provider.ts'
import { readSesEvent } from './ses-event.ts'
import { createSnsVerifier, isConfirmUrl, type SnsEnvelope } from './sns.ts'

/** What SES says of letters that it took, by way of SNS. */
export interface SesHook {
  /** `body`: what SNS posted to this channel's address. Resolves when everything about it is done; a repeat changes nothing.
   *  Refuses with E_NOT_FOUND a channel without topics, with E_INPUT what SNS did not sign for one of them (it is not sent
   *  again), with E_FETCH and E_STORE_* what SNS shall send again. */
  receive(channel: string, body: string): Promise<void>
}

// Longer than SNS tries, so that each of its attempts is known.
const keepMs = 3 * 3_600_000
const timeoutMs = 10_000
const maxPemBytes = 32_768

/** Of each channel of the type `ses`. */
export const topicArnsOf = (channels: {
  readonly [name: string]: ChannelSetting
}): { readonly [channel: string]: readonly string[] } =>
  Object.fromEntries(
    Object.entries(channels).flatMap(([name, { type, config }]) =>
      type === 'ses' ? [[name, (config as SesConfig).topicArns]] : [],
    ),
  )

export function createSesHook(parts: {
  /** Topics that each channel believes, by its name. */
  readonly topicArns: { readonly [channel: string]: readonly string[] }
  readonly engine: Pick<Engine, 'store' | 'feedback'>
  readonly fetcher: Pick<Fetcher, 'get'>
  readonly clock: Clock
  readonly log: Log
}): SesHook {
  const { topicArns, engine, fetcher, clock, log } = parts
  const once = createOnce(engine.store.replies, clock)

  /** Rejects with E_FETCH. Where it leads by redirects is looked at by the caller, who knows what it should be. */
  async function fetched(url: string): Promise<{ readonly url: string; readonly text: string }> {
    const result = await fetcher.get(
      { url, accept: '*/*', etag: null, lastModified: null, maxBytes: maxPemBytes, timeoutMs },
      AbortSignal.timeout(timeoutMs),
    )
    if (result.kind === 'content')
      return { url: result.url, text: Buffer.from(result.body).toString('latin1') }
    const why = result.kind === 'failed' ? result.detail : `answered with nothing (${result.kind})`
    throw new BroadsheetError('E_FETCH', `SNS ${why}.`)
  }

  const look = createSnsVerifier({
    async certificate(url) {
      const answer = await fetched(url)
      if (answer.url !== url) throw new BroadsheetError('E_FETCH', 'SNS leads elsewhere for its certificate.')
      return answer.text
    },
    clock,
  })

  async function work(channel: string, envelope: SnsEnvelope): Promise<void> {
    const { Type, TopicArn, SubscribeURL = '' } = envelope
    if (Type === 'UnsubscribeConfirmation') {
      log.warn({ channel, topic: TopicArn }, 'hook.unsubscribed')
      return
    }
    if (Type === 'SubscriptionConfirmation') {
      if (!isConfirmUrl(SubscribeURL, TopicArn))
        throw new BroadsheetError('E_INPUT', 'The message names a SubscribeURL that is not at SNS.')
      await fetched(SubscribeURL)
      log.info({ channel, topic: TopicArn }, 'hook.subscribed')
      return
    }
    const event = readSesEvent(envelope.Message)
    if (event === null) {
      // SES greets a new topic with a plain sentence, too.
      log.info({ channel, topic: TopicArn }, 'hook.no_event')
      return
    }
    const tokens = event.token === null ? [] : [event.token]
    for (const { address, feedback } of event.told)
      await engine.feedback.hear(feedback, { ...noClues, addresses: [address], tokens, channel }, 'ses')
    log.info({ channel, type: event.type, heard: event.told.length }, 'hook.event')
  }

  return {
    async receive(channel, body) {
      const topics = Object.hasOwn(topicArns, channel) ? topicArns[channel]! : []
      if (topics.length === 0)
        throw new BroadsheetError(
          'E_NOT_FOUND',
          `No SES channel "${channel.slice(0, 64)}" with "topicArns" is configured.`,
        )
      const verdict = await look(body, topics)
      if (verdict.status !== 'ok') {
        log.warn({ channel, why: verdict.why }, 'hook.refused')
        throw verdict.status === 'refused'
          ? new BroadsheetError('E_INPUT', `The message ${verdict.why}.`)
          : new BroadsheetError('E_FETCH', `The certificate of the message could not be had: ${verdict.why}`)
      }
      const key = `hook:${channel}:${verdict.envelope.MessageId}`
      await once({ key, keepMs }, () => work(channel, verdict.envelope))
    },
  }
}
