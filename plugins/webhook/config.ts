import { z } from 'zod'
import { leastPayloadBytes } from './payload.ts'
import { readSecret } from './sign.ts'

const secret = z
  .string()
  .refine(
    (text) => readSecret(text) !== null,
    'must be "whsec_" with 24 to 64 bytes in base64, or "whsk_" with an Ed25519 key',
  )
const secretKey = secret.refine(
  (text) => text.startsWith('whsk_'),
  'must be an Ed25519 key ("whsk_..."): a secret that many receivers share lets each of them speak for us',
)
const format = z
  .enum(['json', 'cloudevents'])
  .default('json')
  .describe('cloudevents: as CloudEvents 1.0 in JSON')

// What HTTP, the signature or the body's kind decide is not for settings.
const ownHeaders =
  /^(?:webhook-.*|content-(?:type|length|encoding)|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect)$/
const headers = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'must be the name of a header')
      .refine((name) => !ownHeaders.test(name.toLowerCase()), 'is a header that Broadsheet sets itself'),
    z.string().regex(/^[\x20-\x7e\t]{0,2000}$/, 'must be one line of ASCII'),
  )
  .default({})

const roomSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .describe('Where posts go'),
  secrets: z.array(secret).min(1).max(5).describe('The newest first; more than one while they are exchanged'),
  format,
  headers: headers.describe('Sent along with every request, e.g. an Authorization'),
})

export const webhookConfigSchema = z.strictObject({
  rooms: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/), roomSchema)
    .default({})
    .describe('Places that posts can go to, by name'),
  contacts: z
    .strictObject({
      secrets: z.array(secretKey).min(1).max(5).describe('Ed25519 keys, the newest first'),
      format,
    })
    .optional()
    .describe('Lets people name an https address of their own. Absent: only rooms are reached'),
  source: z
    .string()
    .max(500)
    .regex(/^[!#$&-;=?-[\]_a-z~%]+$/, 'must be a URI reference such as "https://example.org/news"')
    .default('/broadsheet')
    .describe('`source` of CloudEvents: a URI reference. With the id it names an event once in the world'),
  maxPayloadBytes: z
    .int()
    .min(leastPayloadBytes)
    .max(1_048_576)
    .default(131_072)
    .describe("Of one request's body. What is longer is shortened, and says so"),
  timeoutMs: z
    .int()
    .min(1)
    .max(60_000)
    .default(20_000)
    .describe('From the connection to the end of the answer. Standard Webhooks recommends 15 to 30 s'),
})
export type WebhookConfig = z.infer<typeof webhookConfigSchema>
