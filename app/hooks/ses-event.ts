import { z } from 'zod'
import type { Feedback } from '../../engine/subscriptions.ts'

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
    })
    .optional(),
  complaint: z
    .object({
      complainedRecipients: z.array(z.object({ emailAddress: z.string().max(400) })).max(100),
      complaintFeedbackType: z.string().nullish(),
      complaintSubType: z.string().nullish(),
    })
    .optional(),
})

export interface SesEvent {
  /** `Bounce`, `Complaint`, `Delivery` ... */
  readonly type: string
  readonly feedback: readonly Feedback[]
  /** What the letter's own links carry; null where SES does not tell the headers. */
  readonly token: string | null
}

/** Reads the message of a notification. Bounces count where they are for good, complaints where they are no praise ("not-spam").
 *  Null: it is no event of SES. */
export function readSesEvent(message: string): SesEvent | null {
  const event = parse(message)
  const type = event?.eventType ?? event?.notificationType
  if (event === null || type === undefined) return null
  return { type, feedback: [...bounces(event), ...complaints(event)], token: tokenOf(event) }
}

type Event = z.infer<typeof eventSchema>

function parse(message: string): Event | null {
  try {
    return eventSchema.parse(JSON.parse(message))
  } catch {
    return null
  }
}

function bounces({ bounce }: Event): Feedback[] {
  // Transient ones are full mailboxes and the like, which SES has tried for hours; Undetermined says nothing.
  if (bounce?.bounceType !== 'Permanent') return []
  return bounce.bouncedRecipients.map(({ emailAddress, status, diagnosticCode }) => ({
    kind: 'bounce',
    address: bareAddress(emailAddress),
    code: status ?? bounce.bounceSubType ?? null,
    detail: (diagnosticCode ?? `SES: ${bounce.bounceSubType ?? 'Permanent'}`).slice(0, 500),
  }))
}

function complaints({ complaint }: Event): Feedback[] {
  // RFC 5965 and its registry: "not-spam" says that somebody moved a letter out of the spam folder.
  if (complaint === undefined || complaint.complaintFeedbackType === 'not-spam') return []
  const code = complaint.complaintFeedbackType ?? complaint.complaintSubType ?? null
  return complaint.complainedRecipients.map(({ emailAddress }) => ({
    kind: 'complaint',
    address: bareAddress(emailAddress),
    code: code?.slice(0, 100) ?? null,
    detail: null,
  }))
}

/** `Jane <jane@example.org>` comes as it stood in the letter. */
const bareAddress = (text: string): string => /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text.trim()

function tokenOf({ mail }: Event): string | null {
  const header = mail?.headers?.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')
  return (
    /<https?:\/\/[^<>]*\/u\/([A-Za-z0-9_-]{1,100})>/.exec(header?.value.slice(0, 4000) ?? '')?.[1] ?? null
  )
}
