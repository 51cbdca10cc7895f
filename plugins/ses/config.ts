import { z } from 'zod'

const keyText = z.string().min(1).max(4096).regex(/^\S+$/, 'must be one word')
// SES: letters, digits, underscores and dashes.
const tagWord = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be letters, digits, "_" and "-"')

/** The tag that carries a letter's key. */
export const keyTag = 'broadsheet-key'

export const sesConfigSchema = z
  .strictObject({
    region: z
      .string()
      .regex(/^[a-z]{2,3}(-[a-z]+){1,3}-\d$/, 'must be a region such as "eu-central-1"')
      .describe('Such as eu-central-1'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Where SES answers. Default: https://email.REGION.amazonaws.com'),
    accessKeyId: keyText.optional().describe('Of an IAM user that may ses:SendEmail'),
    secretAccessKey: keyText.optional().describe('Of the same user'),
    sessionToken: keyText.optional().describe('Of temporary keys that somebody else keeps fresh'),
    container: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }).describe('Where temporary keys are handed out'),
        authorizationTokenFile: z
          .string()
          .startsWith('/')
          .optional()
          .describe('A file that holds what to send as `Authorization`; read anew each time'),
      })
      .optional()
      .describe('Instead of keys: where ECS, EKS or a sidecar hands out temporary ones'),
    configurationSet: tagWord.max(64).nullable().default(null).describe('By which SES publishes events'),
    fromEmailAddressIdentityArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:identity\/\S{1,320}$/,
        'must be the ARN of an SES identity',
      )
      .nullable()
      .default(null)
      .describe('Of an identity of another account that lets this one send'),
    tags: z
      .record(tagWord, tagWord)
      .default({})
      .refine((tags) => Object.keys(tags).length <= 20, 'must be 20 at most')
      .refine((tags) => !Object.hasOwn(tags, keyTag), `"${keyTag}" is Broadsheet's own`)
      .describe('Told with every event of a letter, beside its key'),
    maxRate: z
      .number()
      .positive()
      .max(10_000)
      .optional()
      .describe(
        'Letters a second. Default: what SES allows the account. Where several nodes or programs share the account, the part of it that this node takes',
      ),
    connections: z.int().min(1).max(100).default(16).describe('Requests at the same time'),
    timeoutMs: z
      .int()
      .min(1)
      .max(600_000)
      .default(60_000)
      .describe('From the connection to the end of the answer. Too short makes deliveries `unknown`'),
    topicArns: z
      .array(
        z
          .string()
          .regex(
            /^arn:aws(-[a-z-]+)?:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}$/,
            'must be the ARN of an SNS topic',
          ),
      )
      .max(20)
      .default([])
      .describe('SNS topics whose bounces and complaints are believed, at POST /hooks/ses/CHANNEL'),
  })
  .superRefine((config, context) => {
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const { accessKeyId, secretAccessKey, sessionToken, container } = config
    if (container !== undefined) {
      for (const [name, value] of Object.entries({ accessKeyId, secretAccessKey, sessionToken }))
        if (value !== undefined) issue(name, 'is not used with "container"')
      return
    }
    if (accessKeyId === undefined) issue('accessKeyId', 'is needed with "secretAccessKey", or "container"')
    if (secretAccessKey === undefined)
      issue('secretAccessKey', 'is needed with "accessKeyId", or "container"')
  })
export type SesConfig = z.infer<typeof sesConfigSchema>

export const endpointOf = ({ endpoint, region }: Pick<SesConfig, 'endpoint' | 'region'>): string =>
  endpoint?.replace(/(?<!\/)\/+$/, '') ??
  `https://email.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
