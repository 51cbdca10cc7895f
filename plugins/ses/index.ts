import {
  type ChannelContext,
  defineChannel,
  type HttpFault,
  interrupted,
  limited,
  type Message,
  type Outcome,
} from '../../engine/channel/index.ts'
import { type Account, describeAccount, readAccount } from './account.ts'
import { classify, errorOf, type Verdict } from './classify.ts'
import { createSesClient } from './client.ts'
import { type SesConfig, sesConfigSchema } from './config.ts'
import { impossible, maxMessageBytes, sendEmailBody } from './letter.ts'
import { createPace } from './pace.ts'

export { type SesConfig, sesConfigSchema } from './config.ts'

// The account's limits change by a request to AWS, or in the night.
const accountMs = 5 * 60_000
// An alert does not wait for more.
const firstReadMs = 3000
/** What a new account may send, a second, until SES has told the truth. */
const cautious = 1
// At fewer letters a second a larger batch would hold its lease for minutes.
const maxBatch = 50

/** Mail by Amazon SES, API v2, no faster than the account may. README.md has the set-up and the errors. */
export const ses = defineChannel({
  name: 'ses',
  config: sesConfigSchema,
  open: (config, context) => Promise.resolve(openSes(config, context)),
})

function openSes(config: SesConfig, context: ChannelContext) {
  const { clock, log } = context
  const client = createSesClient(config, context)
  const pace = createPace({ clock, atOnce: config.connections, perSecond: config.maxRate ?? cautious })
  const closing = new AbortController()
  const running = new Set<Promise<unknown>>()
  let readAt: number | null = null
  let reading: Promise<unknown> | null = null

  /** Asks what the account may, and keeps to it. */
  async function account(signal: AbortSignal): Promise<Account | { readonly trouble: string }> {
    const answer = await client.call('GET', '/v2/email/account', null, signal)
    if (answer.kind === 'fault') return { trouble: answer.message }
    readAt = clock.now()
    const found = answer.status === 200 ? readAccount(answer.body) : null
    if (found !== null) {
      pace.setRate(Math.min(found.maxRate, config.maxRate ?? Number.POSITIVE_INFINITY))
      return found
    }
    // Letters go all the same: keys may be allowed to send and not to look.
    const { type, text } = errorOf(answer)
    log.warn({ status: answer.status, type }, 'ses.account_unknown')
    return { trouble: `${client.at} answered ${answer.status} ${type ?? ''}: ${text}`.slice(0, 500) }
  }

  /** The first batch waits for it, a moment at most; later it is read beside them. */
  async function keepUp(stop: AbortSignal): Promise<void> {
    if (readAt !== null && clock.now() - readAt < accountMs) return
    const first = readAt === null
    reading ??= account(closing.signal).finally(() => {
      reading = null
    })
    if (!first) return
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const cancel = clock.after(firstReadMs, resolve)
    const over = () => resolve()
    stop.addEventListener('abort', over, { once: true })
    await Promise.race([reading, late])
    cancel()
    stop.removeEventListener('abort', over)
  }

  async function sendBatch(batch: readonly Message[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const stop = AbortSignal.any([signal, closing.signal])
    if (batch.length > 0 && !stop.aborted) await keepUp(stop)
    // What an answer said about all letters, or all of a sender's, is not asked again for each.
    const senders = new Map(batch.map(({ from }) => [from, createSender(stop)]))
    return Promise.all(
      batch.map(async (message): Promise<Outcome> => {
        const { id, from, urgent = false } = message
        const sender = senders.get(from)!
        const no = impossible(message)
        if (no !== null) return no
        const leave = await pace.take(urgent, sender.signal)
        if (leave === 'held') return limited(id, 'channel', pace.heldMs(), 'held')
        if (leave === 'stopped')
          return sender.told === null
            ? { id, status: 'unsent', code: 'aborted', detail: 'Stopped before SES was asked.' }
            : { ...sender.told, id }
        try {
          const body = sendEmailBody(message, config)
          const answer = await client.call('POST', '/v2/email/outbound-emails', body, stop)
          const { outcome, holdMs, stops } =
            answer.kind === 'fault' ? interruption(id, answer) : classify(message, answer, clock.now())
          if (holdMs !== null) pace.hold(holdMs)
          if (stops === 'sender') sender.tell(outcome)
          if (stops === 'channel') for (const each of senders.values()) each.tell(outcome)
          return outcome
        } finally {
          leave()
        }
      }),
    )
  }

  return {
    capabilities: {
      content: 'mime' as const,
      maxBatch,
      maxInFlight: 8,
      // SES takes the same letter as often as it is sent.
      idempotent: false,
      maxMessageBytes,
      route: { tls: 'required' as const, helo: null, signs: true },
    },
    send(batch: readonly Message[], signal: AbortSignal) {
      if (closing.signal.aborted) return Promise.reject(new Error('The channel is closed.'))
      const sending = sendBatch(batch, signal)
      const settled: Promise<unknown> = sending.finally(() => running.delete(settled))
      running.add(settled)
      return sending
    },
    async probe(signal: AbortSignal) {
      const found = await account(AbortSignal.any([signal, closing.signal]))
      return 'trouble' in found ? { ok: false, detail: found.trouble } : describeAccount(found, client.at)
    },
    async close() {
      closing.abort()
      await client.close()
      await Promise.all(running)
      pace.close()
    },
  }
}

/** Nobody listens there, or the keys are gone: the rest of a batch need not find out one by one. */
function interruption(id: number, fault: HttpFault): Verdict {
  const outcome = interrupted(id, fault)
  return { outcome, holdMs: null, stops: outcome.status === 'unsent' ? 'channel' : null }
}

/** Letters of one sender within a batch. */
function createSender(stop: AbortSignal) {
  const over = new AbortController()
  let told: Outcome | null = null
  return {
    /** Fires when no more of them should be tried. */
    signal: AbortSignal.any([stop, over.signal]),
    /** What an answer said about all of them. */
    get told() {
      return told
    },
    tell(outcome: Outcome) {
      told ??= outcome
      over.abort()
    },
  }
}
