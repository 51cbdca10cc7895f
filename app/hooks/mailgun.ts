import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Feedback } from '../../engine/engine.ts'
import { bracketed, noClues, type ProviderHook, parsed, type Read, refused } from './provider.ts'

// Mailgun tries for eight hours; what is older was recorded by somebody.
const maxAgeMs = 9 * 3_600_000
const maxAheadMs = 5 * 60_000

/** "Webhooks", "Event structure" and "Securing webhooks" of Mailgun's manual. Mailgun adds fields as it likes. */
const messageSchema = z.object({
  signature: z.object({
    timestamp: z.coerce.string().regex(/^\d{1,12}$/),
    token: z.string().min(20).max(100),
    signature: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  'event-data': z.object({
    id: z.string().min(1).max(100),
    event: z.string().max(40),
    timestamp: z.number(),
    severity: z.string().max(40).optional(),
    reason: z.string().max(100).optional(),
    recipient: z.string().max(400).optional(),
    'delivery-status': z
      .object({
        code: z.union([z.number(), z.string()]).nullish(),
        'enhanced-code': z.string().nullish(),
        message: z.string().nullish(),
        description: z.string().nullish(),
      })
      .optional(),
    message: z
      .object({ headers: z.object({ 'message-id': z.string().max(998).nullish() }).optional() })
      .optional(),
  }),
})
type Event = z.infer<typeof messageSchema>['event-data']

/** `key`: the HTTP webhook signing key. The signature covers the time and a token and not what is said, so that a token is good
 *  for one request alone. */
export function createMailgunHook(key: string): ProviderHook {
  return {
    name: 'mailgun',
    read({ body }, now): Read {
      const message = messageSchema.safeParse(parsed(body))
      if (!message.success) return refused('is no message of Mailgun')
      const { signature, 'event-data': event } = message.data
      const expected = createHmac('sha256', key)
        .update(signature.timestamp + signature.token)
        .digest()
      if (!timingSafeEqual(expected, Buffer.from(signature.signature, 'hex')))
        return refused('is not signed by Mailgun')
      const ageMs = now - Number(signature.timestamp) * 1000
      if (ageMs > maxAgeMs || ageMs < -maxAheadMs) return refused('is not of these hours')
      const feedback = feedbackOf(event)
      const { recipient } = event
      if (feedback === null || recipient === undefined)
        return { status: 'ok', told: [], once: signature.token }
      const messageIds = bracketed(event.message?.headers?.['message-id'])
      const clues = { ...noClues, addresses: [recipient], messageIds }
      return { status: 'ok', told: [{ feedback, clues }], once: signature.token }
    },
  }
}

function feedbackOf(event: Event): Feedback | null {
  const at = Math.round(event.timestamp * 1000)
  const status = event['delivery-status']
  const text = (status?.message || status?.description || event.reason || '').slice(0, 500)
  const base = { status: null, smtp: null, text, at, key: `mailgun:${event.id}` }
  switch (event.event) {
    case 'complained':
      return { ...base, kind: 'complaint', text: 'abuse' }
    case 'unsubscribed':
      return { ...base, kind: 'unsubscribe', text: 'unsubscribed at Mailgun' }
    case 'failed':
      break
    default:
      return null
  }
  // What failed for now is tried again by Mailgun; "old" is the last of those.
  if (event.severity !== 'permanent' && event.reason !== 'old') return null
  // On one of Mailgun's own lists, so that it was not tried.
  if (event.reason === 'suppress-complaint') return { ...base, kind: 'complaint', text: event.reason }
  if (event.reason === 'suppress-unsubscribe') return { ...base, kind: 'unsubscribe', text: event.reason }
  if (event.reason === 'suppress-bounce') return { ...base, kind: 'bounce', class: 'hard' }
  const code = Number(status?.code)
  return {
    ...base,
    kind: 'bounce',
    status: enhanced(status?.['enhanced-code']),
    smtp: code >= 400 && code < 600 ? code : null,
    ...(event.reason === 'old' && { class: 'soft' as const }),
  }
}

const enhanced = (text: string | null | undefined): string | null =>
  text !== null && text !== undefined && /^[245]\.\d{1,3}\.\d{1,3}$/.test(text) ? text : null
