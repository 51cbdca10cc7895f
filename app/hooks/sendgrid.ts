import { type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import type { Feedback } from '../../engine/engine.ts'
import { bracketed, noClues, type ProviderHook, parsed, type Read, refused } from './provider.ts'

// SendGrid tries for a day.
const maxAgeMs = 25 * 3_600_000
const maxAheadMs = 5 * 60_000

/** "Event Webhook reference" of SendGrid's documentation. SendGrid adds fields as it likes. */
const eventSchema = z.object({
  email: z.string().max(400),
  event: z.string().max(40),
  timestamp: z.number(),
  sg_event_id: z.string().min(1).max(200),
  'smtp-id': z.string().max(998).optional(),
  type: z.string().max(40).optional(),
  reason: z.string().optional(),
  status: z.string().max(40).optional(),
  bounce_classification: z.string().max(100).optional(),
})
const eventsSchema = z.array(z.unknown()).max(10_000)
type Event = z.infer<typeof eventSchema>

/** `key`: of the signed event webhook. ECDSA with SHA-256 over the time and the bytes of the body. */
export function createSendgridHook(key: KeyObject): ProviderHook {
  return {
    name: 'sendgrid',
    read({ body, header }, now): Read {
      const signature = header('x-twilio-email-event-webhook-signature')
      const timestamp = header('x-twilio-email-event-webhook-timestamp')
      if (signature === null || timestamp === null || !/^\d{1,12}$/.test(timestamp))
        return refused('is not signed')
      const signed = Buffer.from(timestamp + body, 'utf8')
      if (!verify('sha256', signed, key, Buffer.from(signature, 'base64')))
        return refused('is not signed by SendGrid')
      const ageMs = now - Number(timestamp) * 1000
      if (ageMs > maxAgeMs || ageMs < -maxAheadMs) return refused('is not of this day')
      const events = eventsSchema.safeParse(parsed(body))
      if (!events.success) return refused('holds no events')
      const told = events.data.flatMap((one) => {
        const event = eventSchema.safeParse(one)
        const feedback = event.success ? feedbackOf(event.data) : null
        if (!event.success || feedback === null) return []
        const { email, 'smtp-id': id } = event.data
        return [{ feedback, clues: { ...noClues, addresses: [email], messageIds: bracketed(id) } }]
      })
      return { status: 'ok', told, once: null }
    },
  }
}

// What SendGrid makes of the answer; "Technical" and "Unclassified" say nothing.
const classes: { readonly [classification: string]: 'hard' | 'soft' | 'block' | 'full' | 'policy' } = {
  'invalid address': 'hard',
  content: 'block',
  reputation: 'block',
  'frequency or volume too high': 'block',
  'mailbox unavailable': 'soft',
}

function feedbackOf(event: Event): Feedback | null {
  const text = (event.reason ?? '').slice(0, 500)
  const at = Math.round(event.timestamp * 1000)
  const base = { status: null, smtp: null, text, at, key: `sendgrid:${event.sg_event_id}` }
  switch (event.event) {
    case 'spamreport':
      return { ...base, kind: 'complaint', text: 'abuse' }
    case 'unsubscribe':
      return { ...base, kind: 'unsubscribe', text: 'unsubscribed at SendGrid' }
    case 'bounce': {
      const given = classes[event.bounce_classification?.toLowerCase() ?? '']
      return {
        ...base,
        kind: 'bounce',
        status: /^[245]\.\d{1,3}\.\d{1,3}$/.test(event.status ?? '') ? event.status! : null,
        // The words decide where there are some; without them its own class, and whether it blocked or bounced.
        ...(text === '' && { class: given ?? (event.type === 'blocked' ? 'block' : 'hard') }),
      }
    }
    case 'dropped':
      return droppedOf(base, text)
    default:
      return null
  }
}

/** Not tried, since the address is on one of SendGrid's own lists. */
function droppedOf(base: Omit<Feedback, 'kind'>, text: string): Feedback | null {
  const reason = text.toLowerCase()
  if (reason.includes('bounced address') || reason.includes('invalid'))
    return { ...base, kind: 'bounce', class: 'hard' }
  if (reason.includes('spam reporting')) return { ...base, kind: 'complaint' }
  if (reason.includes('unsubscribed')) return { ...base, kind: 'unsubscribe' }
  return null
}
