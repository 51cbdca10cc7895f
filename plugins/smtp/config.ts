import { z } from 'zod'

// One line without blanks and controls: it ends up in EHLO.
const ehloName = z.string().regex(/^[A-Za-z0-9.:[\]_-]{1,255}$/, 'must be a host name or "[address]"')
const secret = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0'), 'must not hold NUL')

const authSchema = z
  .strictObject({
    method: z
      .enum(['auto', 'plain', 'login', 'xoauth2'])
      .default('auto')
      .describe(
        '`auto`: PLAIN where the server offers it, else LOGIN. `xoauth2`: a token instead of a password',
      ),
    user: secret.describe('Who signs in'),
    pass: secret.optional().describe('Their password'),
    accessToken: secret.optional().describe('A token that somebody else keeps fresh, or the first one'),
    refreshToken: secret
      .optional()
      .describe('With `clientId` and `clientSecret`: tokens are fetched as they are needed'),
    clientId: secret.optional().describe('Of the OAuth2 client'),
    clientSecret: secret.optional().describe('Of the OAuth2 client'),
    accessUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("Token endpoint. Default: Google's"),
  })
  .superRefine((auth, context) => {
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (auth.method !== 'xoauth2') {
      if (auth.pass === undefined) issue('pass', 'is needed, or method "xoauth2" with a token')
      return
    }
    if (auth.pass !== undefined) issue('pass', 'is not used with method "xoauth2"')
    if (auth.accessToken === undefined && auth.refreshToken === undefined) {
      issue('accessToken', 'is needed, or "refreshToken" with "clientId" and "clientSecret"')
    }
  })

export const smtpConfigSchema = z
  .strictObject({
    host: z.string().min(1).max(255).default('localhost').describe('Of the SMTP server'),
    port: z.int().min(1).max(65_535).default(25).describe('Of the SMTP server: 25, 587 or 465'),
    security: z
      .enum(['none', 'opportunistic', 'starttls', 'tls'])
      .default('opportunistic')
      .describe(
        '`opportunistic`: STARTTLS where it is offered, its certificate not checked, as between mail servers. `starttls`: required and checked. `tls`: from the first byte (port 465). `none`: never',
      ),
    auth: authSchema.nullable().default(null).describe('How to sign in. Null: nobody does'),
    tls: z
      .strictObject({
        rejectUnauthorized: z.boolean().optional().describe('Default: true, except with `opportunistic`'),
        servername: z
          .string()
          .min(1)
          .optional()
          .describe('The name the certificate must carry. Default: `host`'),
        ca: z.string().min(1).optional().describe("PEM of the authorities to trust instead of the system's"),
      })
      .prefault({}),
    connections: z
      .int()
      .min(1)
      .max(100)
      .default(20)
      .describe(
        'Connections open at the same time, at most; one more for an alert where all of them are at work',
      ),
    messagesPerConnection: z.int().min(1).default(1000).describe('Then it is closed, and another opened'),
    connectTimeoutMs: z
      .int()
      .min(1)
      .default(10_000)
      .describe('Until TCP stands; the same again for a TLS handshake'),
    replyTimeoutMs: z.int().min(1).default(60_000).describe('For every reply before the letter'),
    dataTimeoutMs: z
      .int()
      .min(1)
      .default(300_000)
      .describe(
        'From the first byte of a letter to the reply to its final dot. Too short makes deliveries `unknown`: RFC 5321 4.5.3.2.6 asks for ten minutes',
      ),
    idleMs: z.int().min(1).default(10_000).describe('A connection without work is closed after this long'),
    drainMs: z
      .int()
      .min(0)
      .default(5000)
      .describe(
        'How long a letter that is already under way may still take when the daemon stops. More than 5 s is more than a stop has',
      ),
    localName: ehloName
      .nullable()
      .default(null)
      .describe("Name in EHLO. Default: this host's name, or its address where that is no full name"),
    pipelining: z
      .enum(['auto', 'off'])
      .default('auto')
      .describe('auto: commands go in one packet where the server offers it (RFC 2920)'),
  })
  .superRefine((config, context) => {
    if (config.auth !== null && config.security === 'opportunistic') {
      context.addIssue({
        code: 'custom',
        path: ['security'],
        message: 'must be "starttls", "tls" or, knowingly, "none" where "auth" is given',
      })
    }
  })

export type SmtpConfig = z.infer<typeof smtpConfigSchema>
