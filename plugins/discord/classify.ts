import type { Outcome } from '../../engine/channel/index.ts'
import type { Refusal } from './api.ts'

// https://docs.discord.com/developers/topics/opcodes-and-status-codes
const unknownWebhook = 10015
const invalidToken = 50027
const emptyMessage = 50006
const invalidFormBody = 50035
const needsThread = 220001

const advice = new Map([
  [unknownWebhook, 'It was deleted; make a new one.'],
  [invalidToken, 'Its token is not valid any more; take the new address, or make a new one.'],
  [needsThread, 'It is of a forum; only text channels are posted to.'],
])

/** A 429 without a word about when. */
const defaultWaitMs = 60_000

/** Discord asks not to use such a webhook again. */
export const isGone = ({ code }: Refusal): boolean => code === unknownWebhook || code === invalidToken

/** What was in the message is to blame. */
export const isContent = ({ code, status }: Refusal): boolean =>
  code === invalidFormBody || code === emptyMessage || status === 413

/** What became of a post that Discord refused. */
export function refused(id: number, refusal: Refusal): Outcome {
  const { status, code: number, message, retryAfterMs, everywhere } = refusal
  const code = String(number ?? status)
  const said =
    message === '' ? `Discord answered ${status}.` : `Discord answered ${status}: ${message.slice(0, 200)}.`
  const detail = [said, advice.get(number ?? 0)].filter((text) => text !== undefined).join(' ')
  if (status === 429)
    return {
      id,
      status: 'transient',
      code,
      detail,
      scope: everywhere ? 'channel' : 'room',
      retryAfterMs: retryAfterMs ?? defaultWaitMs,
    }
  // "There was not a gateway available to process your request": it was not processed.
  if (status === 502 || status === 503 || status === 408)
    return { id, status: 'transient', code, detail, scope: 'channel', retryAfterMs }
  if (status >= 500) return { id, status: 'unknown', code, detail }
  // Without a number it is not Discord's answer: a proxy, a redirect, a block of our address.
  if (number === null) return { id, status: 'unsent', code, detail }
  // `suppress` would speak of a mail address.
  return { id, status: 'permanent', code, detail, suppress: false }
}
