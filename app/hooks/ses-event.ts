import { z } from 'zod'
import type { Feedback } from '../../engine/engine.ts'

const recipient = z.object({
  emailAddress: z.string().max(400),
  status: z.string().max(100).optional(),
  diagnosticCode: z.string().optional(),
})

/** The parts of SES's events that say something about an address; SES adds fields as it likes. */
const eventSchema = z.object({
  /** `eventType` of a configuration set's events, `notificationType` of an identity's feedback. */
  eventType: z.string().optional(),
  notificationType: z.string().optional(),
  mail: z
    .object({
      messageId: z.string().max(200),
      headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    })
    .optional(),
  bounce: z
    .object({
      bounceType: z.string(),
      bounceSubType: z.string().optional(),
      bouncedRecipients: z.array(recipient).max(100),
      timestamp: z.string().max(60).optional(),
      feedbackId: z.string().max(200).optional(),
    })
    .optional(),
  complaint: z
    .object({
      complainedRecipients: z.array(z.object({ emailAddress: z.string().max(400) })).max(100),
      complaintFeedbackType: z.string().nullish(),
      complaintSubType: z.string().nullish(),
      timestamp: z.string().max(60).optional(),
      feedbackId: z.string().max(200).optional(),
    })
    .optional(),
})

export interface SesEvent {
  /** `Bounce`, `Complaint`, `Delivery` ... */
  readonly type: string
  readonly told: readonly { readonly address: string; readonly feedback: Feedback }[]
  /** What the letter's own links carry; null where SES does not tell the headers. */
  readonly token: string | null
}

/** Reads the message of a notification. Null: it is no event of SES. Praise ("not-spam") says nothing. */
export function readSesEvent(message: string): SesEvent | null {
  const event = parse(message)
  const type = event?.eventType ?? event?.notificationType
  if (event === null || type === undefined) return null
  return { type, told: [...bounces(event), ...complaints(event)], token: tokenOf(event) }
}

type Event = z.infer<typeof eventSchema>

function parse(message: string): Event | null {
  try {
    return eventSchema.parse(JSON.parse(message))
  } catch {
    return null
  }
}

// "Bounce types" of SES's guide. General ones are what the server said.
const classes: { readonly [subType: string]: 'hard' | 'full' | 'policy' | 'soft' } = {
  NoEmail: 'hard',
  Suppressed: 'hard',
  OnAccountSuppressionList: 'hard',
  MailboxFull: 'full',
  MessageTooLarge: 'policy',
  ContentRejected: 'policy',
  AttachmentRejected: 'policy',
  CustomTimeoutExceeded: 'soft',
}

function bounces({ bounce }: Event): SesEvent['told'] {
  if (bounce === undefined) return []
  const { bounceType, bounceSubType = 'General', bouncedRecipients, timestamp, feedbackId } = bounce
  const known = Object.hasOwn(classes, bounceSubType) ? classes[bounceSubType]! : null
  return bouncedRecipients.map(({ emailAddress, status, diagnosticCode }) => {
    const address = bareAddress(emailAddress)
    const given = known ?? (bounceType === 'Permanent' && diagnosticCode === undefined ? 'hard' : null)
    // SES has tried for hours by then: what is not for good may pass another time.
    const passes = bounceType !== 'Permanent' && known === null
    return {
      address,
      feedback: {
        kind: 'bounce',
        status: status ?? null,
        smtp: null,
        text: (diagnosticCode ?? `SES: ${bounceSubType}`).slice(0, 500),
        class: passes ? 'soft' : given,
        at: timeOf(timestamp),
        key: keyOf(feedbackId, address),
      },
    }
  })
}

function complaints({ complaint }: Event): SesEvent['told'] {
  // RFC 5965 and its registry: "not-spam" says that somebody moved a letter out of the spam folder.
  if (complaint === undefined || complaint.complaintFeedbackType === 'not-spam') return []
  const { complaintFeedbackType, complaintSubType, timestamp, feedbackId } = complaint
  const text = (complaintFeedbackType ?? complaintSubType ?? '').slice(0, 100)
  return complaint.complainedRecipients.map(({ emailAddress }) => {
    const address = bareAddress(emailAddress)
    const key = keyOf(feedbackId, address)
    return {
      address,
      feedback: { kind: 'complaint', status: null, smtp: null, text, at: timeOf(timestamp), key },
    }
  })
}

const keyOf = (feedbackId: string | undefined, address: string): string | null =>
  feedbackId === undefined ? null : `ses:${feedbackId}:${address}`

function timeOf(text: string | undefined): number | null {
  const time = Date.parse(text ?? '')
  return Number.isFinite(time) ? time : null
}

/** `Jane <jane@example.org>` comes as it stood in the letter. */
const bareAddress = (text: string): string => /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text.trim()

function tokenOf({ mail }: Event): string | null {
  const header = mail?.headers?.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')
  return (
    /<https?:\/\/[^<>]*\/u\/([A-Za-z0-9_-]{1,100})>/.exec(header?.value.slice(0, 4000) ?? '')?.[1] ?? null
  )
}
