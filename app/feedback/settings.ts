import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'

/** The key that SendGrid shows: base64 of an SPKI (P-256), or the same as PEM. Null: it is none. */
export function sendgridKey(text: string): KeyObject | null {
  try {
    const key = text.includes('BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ec' ? key : null
  } catch {
    return null
  }
}

const secret = z.string().min(8, 'must have at least 8 characters').max(400)

export const mailboxSchema = z
  .strictObject({
    host: z.string().min(1).max(255).describe('Of the IMAP server'),
    port: z.int().min(1).max(65_535).default(993).describe('Of the IMAP server'),
    tls: z
      .enum(['tls', 'starttls', 'none'])
      .default('tls')
      .describe('tls: from the first byte. starttls: required after the greeting. none: loopback only'),
    user: z.string().min(1).max(400).describe('Whose mailbox'),
    password: z.string().min(1).max(1000).optional().describe('Theirs'),
    accessToken: z.string().min(1).max(8000).describe('OAuth2, instead of a password').optional(),
    folder: z.string().min(1).max(255).default('INBOX').describe('Where reports arrive'),
    done: z
      .enum(['delete', 'move'])
      .default('delete')
      .describe('What becomes of reports; all other mail stays where it is, marked as seen'),
    doneFolder: z
      .string()
      .min(1)
      .max(255)
      .default('Bounces')
      .describe('Where "move" moves them; made if need be'),
    pollMs: z
      .int()
      .min(1000)
      .max(86_400_000)
      .default(60_000)
      .describe('How often it is looked into where the server does not tell by itself'),
  })
  .refine(({ password, accessToken }) => (password === undefined) !== (accessToken === undefined), {
    error: 'must have either password or accessToken',
  })
  .refine(({ tls, host }) => tls !== 'none' || ['localhost', '127.0.0.1', '::1'].includes(host), {
    path: ['tls'],
    error: '"none" sends the password in the clear: it is for this machine alone',
  })
export type MailboxSettings = z.infer<typeof mailboxSchema>

/** The ways by which bounces and complaints come in, beside SMTP's own answers, the API and SES. */
export const feedbackSchema = z.strictObject({
  mailbox: mailboxSchema.nullable().default(null).describe('An IMAP mailbox that "bounces.address" leads to'),
  mailgun: z
    .strictObject({ key: secret.describe('HTTP webhook signing key') })
    .nullable()
    .default(null),
  sendgrid: z
    .strictObject({
      publicKey: z
        .string()
        .max(2000)
        .refine(
          (text) => sendgridKey(text) !== null,
          'must be the verification key of the signed event webhook',
        )
        .describe('Verification key of the signed event webhook'),
    })
    .nullable()
    .default(null),
  postmark: z
    .strictObject({
      user: z.string().min(1).max(200).describe('Before the colon'),
      password: secret.describe('Behind it'),
    })
    .nullable()
    .default(null)
    .describe('What the webhook address says before its host: Postmark signs nothing'),
})
export type FeedbackSettings = z.infer<typeof feedbackSchema>
