import type { DkimKey } from '../config.ts'
import type { EpochMs } from '../model/ids.ts'

/** What all letters of a publication have in common. */
export interface ComposePlan {
  readonly from: { readonly address: string; readonly name: string }
  readonly replyTo: string | null
  /** List-Id (RFC 2919): `"title" <name.domain of the sender>`. Null: mail to one person that no list sends; it has no
   *  list fields and no Feedback-ID, and says that nobody should answer it by a machine (RFC 3834). */
  readonly list: { readonly name: string; readonly title: string } | null
  /** Four fields `a:b:c:sender`, see `feedbackId`. */
  readonly feedbackId: string
  /** Right side of every Message-ID. */
  readonly messageIdDomain: string
  /** Each of them signs every letter, the first one topmost. */
  readonly dkim: readonly DkimKey[]
}

/** One letter, ready but for its wrapping. */
export interface Letter {
  readonly to: string
  readonly toName: string | null
  /** Plain text, any characters. */
  readonly subject: string
  /** Quoted-printable (RFC 2045 6.7): 7-bit, CRLF line ends, at most 76 characters a line. Empty: a
   *  letter of the other part alone. A line that begins with "." is repaired, non-ASCII refused. */
  readonly html: string
  readonly text: string
  /** BCP 47 tag for Content-Language. */
  readonly language: string
  readonly date: EpochMs
  /** `<something@messageIdDomain>`, see `Links.messageId`. */
  readonly messageId: string
  /** A Message-ID that mails about the same thing have in common, so that readers see them together. */
  readonly references?: string
  /** For List-Unsubscribe: an https address that takes the one-click POST of RFC 8058. Not looked at without a list. */
  readonly unsubscribeUrl: string
}

/** Gmail's Feedback-ID: three things to count complaints by, and the sender, whose field they group
 *  by (5 to 15 characters; the same on all mail of a sender). */
export function feedbackId(parts: {
  readonly publicationId: number
  readonly campaign: string
  readonly list: string
  readonly senderDomain: string
}): string {
  const sender = field(parts.senderDomain).slice(-15).padStart(5, '-')
  return `${parts.publicationId}:${field(parts.campaign)}:${field(parts.list)}:${sender}`
}

const field = (text: string): string => text.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 64) || '-'
