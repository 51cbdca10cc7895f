import { z } from 'zod'
import type { Heard, TakenReport } from '../../../engine/engine.ts'
import { bounceActions, bounceRuleSchema } from '../../../engine/model/bounce-rule.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { bounceClasses } from '../../../engine/model/rollup.ts'
import { addressSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { idOf } from '../reply/kept.ts'
import { problems } from '../reply/problem.ts'

// A report brings the letter back, with its pictures; what it says stands in the first half megabyte.
const maxMailBytes = 12_000_000
const tag = 'Bounces'

const outcomes = [
  'suppressed',
  'counted',
  'noted',
  'left',
  'ignored',
  'repeated',
  'unproven',
  'erased',
  'nobody',
] as const satisfies readonly Heard['outcome'][]

const recipientSchema = z.object({
  addresses: z.array(z.string()).readonly(),
  status: z.string().nullable().describe('RFC 3463, e.g. 5.1.1'),
  smtp: z.number().int().nullable(),
  text: z.string(),
  class: z.enum(bounceClasses).nullable(),
  action: z.enum(bounceActions).nullable(),
  rule: z.string().nullable().describe('The line of the rule table that decided'),
  outcome: z.enum(outcomes).nullable().describe('What became of it; null where nothing was to be done'),
  subscriberId: idOf<SubscriberId>().nullable(),
  publicationId: idOf<PublicationId>().nullable().describe('Whose letter it was, where that is known'),
})
export const bounceReportSchema = z.object({
  kind: z.enum(['bounce', 'complaint', 'unsubscribe', 'none']),
  by: z.string().describe('What it was read as; of "none" why'),
  recipients: z.array(recipientSchema).readonly(),
})

const jsonSchema = z.strictObject({
  address: addressSchema,
  kind: z.enum(['bounce', 'complaint', 'unsubscribe']).default('bounce'),
  class: z.enum(bounceClasses).optional().describe('Default: as the rule table says of code and text'),
  code: z
    .string()
    .regex(
      /^([245]\.\d{1,3}\.\d{1,3}|[45]\d\d( [245]\.\d{1,3}\.\d{1,3})?)$/,
      'must be "550", "5.1.1" or "550 5.1.1"',
    )
    .optional(),
  text: z.string().max(2000).default(''),
  messageId: z.string().max(250).optional().describe('Of the letter'),
  at: z.int().min(0).optional().describe('Epoch milliseconds'),
  key: z.string().min(1).max(120).optional().describe('The same whenever it is told again'),
})

const query = z.strictObject({
  dryRun: z.stringbool().default(false).describe('Only say what it is'),
  trusted: z
    .stringbool()
    .default(false)
    .describe('Of a mail: it is what it says. Default: only what a signature of ours proves counts'),
})

export function bounceRoutes(app: Api, { engine: { feedback } }: Parts): void {
  app.addContentTypeParser(
    ['message/rfc822', 'message/global'],
    { parseAs: 'buffer', bodyLimit: maxMailBytes },
    (_request: unknown, body: string | Buffer, done: (error: Error | null, body?: unknown) => void) =>
      done(null, body),
  )

  app.route({
    method: 'POST',
    url: '/bounces',
    config: { scope: 'subscribers:write' },
    bodyLimit: maxMailBytes,
    schema: {
      ...operation(
        tag,
        'Tell of a letter that came back',
        'A mail as it came, as `message/rfc822`: a delivery status (RFC 3464), a feedback report (RFC 5965), or what servers ' +
          'write beside them. Or JSON: what you know of one address, which is believed. Telling it again changes nothing.',
      ),
      querystring: query,
      body: z.union([z.instanceof(Buffer).meta({ type: 'string', format: 'binary' }), jsonSchema]),
      response: { 200: bounceReportSchema, ...problems('write', 'E_TOO_LARGE', 'E_MEDIA_TYPE') },
    },
    handler: async (request) => {
      const { dryRun, trusted } = request.query
      const { body } = request
      if (Buffer.isBuffer(body)) {
        const report = dryRun
          ? { ...(await feedback.read(body)), heard: [] }
          : await feedback.take(body, 'api', { trusted })
        return viewOf(report)
      }
      return told(body, dryRun)
    },
  })

  app.route({
    method: 'GET',
    url: '/bounces/rules',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(
        tag,
        'Show the rule table',
        'Your own lines (`bounces.rules`) first; the first that fits counts.',
      ),
      response: {
        200: z.object({
          rules: z.array(z.object({ ...bounceRuleSchema.shape, own: z.boolean() })).readonly(),
        }),
        ...problems('read'),
      },
    },
    handler: async () => ({ rules: feedback.judge.rules }),
  })

  async function told(input: z.infer<typeof jsonSchema>, dryRun: boolean) {
    const { address, kind, code = '', text, messageId, at = null, key = null } = input
    const smtp = /^[45]\d\d/.exec(code)?.[0]
    const status = /[245]\.\d{1,3}\.\d{1,3}$/.exec(code)?.[0] ?? null
    const answer = { status, smtp: smtp === undefined ? null : Number(smtp), text }
    const given = input.class ?? null
    const verdict =
      kind !== 'bounce'
        ? null
        : given === null
          ? feedback.judge({ ...answer, domain: address.slice(address.lastIndexOf('@') + 1) })
          : feedback.judge.of(given)
    const heard = dryRun
      ? []
      : [
          await feedback.hear(
            { ...answer, kind, class: given, at, key: key === null ? null : `api:${key}` },
            {
              addresses: [address],
              messageIds: messageId === undefined ? [] : [messageId],
              tokens: [],
              senders: [],
              channel: null,
              trusted: true,
            },
            'api',
          ),
        ]
    const recipients = [{ ...answer, addresses: [address] }]
    return viewOf({ kind, by: 'json', recipients, verdicts: [verdict], heard })
  }
}

function viewOf({
  kind,
  by,
  recipients,
  verdicts,
  heard,
}: Pick<TakenReport, 'kind' | 'by' | 'recipients' | 'verdicts' | 'heard'>): z.infer<
  typeof bounceReportSchema
> {
  return {
    kind,
    by,
    recipients: recipients.map(({ addresses, status, smtp, text }, i) => {
      const verdict = verdicts[i] ?? null
      const done = heard[i] ?? null
      return {
        addresses,
        status,
        smtp,
        text,
        class: done?.class ?? verdict?.class ?? null,
        action: verdict?.action ?? null,
        rule: done?.rule ?? verdict?.rule ?? null,
        outcome: done?.outcome ?? null,
        subscriberId: done?.subscriberId ?? null,
        publicationId: done?.publicationId ?? null,
      }
    }),
  }
}
