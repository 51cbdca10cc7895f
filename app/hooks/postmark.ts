import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Feedback } from '../../engine/engine.ts'
import { noClues, type ProviderHook, parsed, type Read, refused } from './provider.ts'

/** "Bounce webhook" and "Spam complaint webhook" of Postmark's documentation. Postmark adds fields as it likes. */
const messageSchema = z.object({
  RecordType: z.string().max(40),
  ID: z.union([z.number(), z.string().max(100)]).optional(),
  Type: z.string().max(40).optional(),
  Email: z.string().max(400).optional(),
  Details: z.string().optional(),
  Description: z.string().optional(),
  BouncedAt: z.string().max(60).optional(),
  Inactive: z.boolean().optional(),
  /** The bounce itself, where it was asked for. */
  Content: z.string().optional(),
  /** Of a subscription change. */
  Recipient: z.string().max(400).optional(),
  SuppressSending: z.boolean().optional(),
  SuppressionReason: z.string().max(60).nullish(),
  ChangedAt: z.string().max(60).optional(),
  MessageID: z.string().max(100).optional(),
})
type Message = z.infer<typeof messageSchema>

/** Postmark signs nothing: the user and password that its webhook's address has are the proof. */
export function createPostmarkHook(known: {
  readonly user: string
  readonly password: string
}): ProviderHook {
  const expected = digest(`Basic ${Buffer.from(`${known.user}:${known.password}`).toString('base64')}`)
  return {
    name: 'postmark',
    read({ body, header }): Read {
      if (!timingSafeEqual(expected, digest(header('authorization') ?? '')))
        return refused('has not the user and password of the webhook')
      const message = messageSchema.safeParse(parsed(body))
      if (!message.success) return refused('is no message of Postmark')
      const feedback = feedbackOf(message.data)
      const address = message.data.Email ?? message.data.Recipient
      if (feedback === null || address === undefined) return { status: 'ok', told: [], once: null }
      const content = message.data.Content?.slice(0, 200_000) ?? ''
      const tokens = [...content.matchAll(/\/[upvc]\/([A-Za-z0-9_-]{20,60})/g)]
        .slice(0, 5)
        .map(([, token]) => token!)
      const messageIds = content.match(/<[0-9a-f]{32}@[A-Za-z0-9.-]{1,200}>/g)?.slice(0, 5) ?? []
      return {
        status: 'ok',
        told: [{ feedback, clues: { ...noClues, addresses: [address], tokens, messageIds } }],
        once: null,
      }
    },
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

// "Bounce types". What is not here says nothing of the address: answers of programs, confirmations, Postmark's own trouble.
const classes: { readonly [type: string]: 'hard' | 'soft' | 'block' | 'policy' | 'table' } = {
  HardBounce: 'table',
  BadEmailAddress: 'hard',
  ManuallyDeactivated: 'hard',
  SoftBounce: 'table',
  DnsError: 'soft',
  Transient: 'soft',
  Undeliverable: 'table',
  Unknown: 'soft',
  Blocked: 'block',
  SpamNotification: 'block',
  VirusNotification: 'block',
  DMARCPolicy: 'policy',
}

function feedbackOf(message: Message): Feedback | null {
  const { RecordType, ID, Type, Details, Description, BouncedAt, ChangedAt, MessageID } = message
  const text = (Details || Description || Type || '').slice(0, 500)
  const time = Date.parse(BouncedAt ?? ChangedAt ?? '')
  const at = Number.isFinite(time) ? time : null
  const id = ID ?? (MessageID === undefined ? null : `${MessageID}:${ChangedAt ?? ''}`)
  const key = id === null ? null : `postmark:${id}`
  const base = { status: null, smtp: null, text, at, key }
  if (RecordType === 'SpamComplaint' || Type === 'SpamComplaint')
    return { ...base, kind: 'complaint', text: 'abuse' }
  if (RecordType === 'SubscriptionChange')
    return message.SuppressSending === true && message.SuppressionReason === 'ManualSuppression'
      ? { ...base, kind: 'unsubscribe', text: 'unsubscribed at Postmark' }
      : null
  if (RecordType !== 'Bounce' || Type === undefined) return null
  if (Type === 'Unsubscribe') return { ...base, kind: 'unsubscribe', text: 'unsubscribed at Postmark' }
  const given = Object.hasOwn(classes, Type) ? classes[Type]! : null
  if (given === null) return null
  if (given !== 'table') return { ...base, kind: 'bounce', class: given }
  // The server's own words where they came along; "unknown user" of a description is Postmark's general remark.
  return Details === undefined || Details === ''
    ? { ...base, kind: 'bounce', class: Type === 'HardBounce' ? 'hard' : 'soft' }
    : { ...base, kind: 'bounce' }
}
