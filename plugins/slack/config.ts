import { z } from 'zod'

/** Rooms are named in lower case, so that none looks like a member's id. */
const roomName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be a name such as "ops" or "news-desk"')

const roomSchema = z
  .strictObject({
    webhook: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('An incoming webhook. Its address is its key'),
    channel: z
      .string()
      .regex(
        /^[CGD][A-Z0-9]{2,20}$/,
        'must be a channel id such as "C012AB3CD" (in the channel\'s details, at the end)',
      )
      .optional()
      .describe("A channel's id; needs `token`, and the bot in the channel"),
  })
  .refine(({ webhook, channel }) => (webhook === undefined) !== (channel === undefined), {
    error: 'must have either "webhook" or "channel"',
  })

export const slackConfigSchema = z
  .strictObject({
    token: z
      .string()
      .max(1000)
      .regex(/^[\x21-\x7e]+$/, 'must be one word')
      .optional()
      .describe("A bot's token (`xoxb-...`) with the scope `chat:write`"),
    rooms: z.record(roomName, roomSchema).default({}).describe('Places that posts can go to, by name'),
    updates: z
      .enum(['both', 'edit', 'reply'])
      .default('both')
      .describe(
        'What an acknowledgement or an end does to the message that it is about. `edit`: changes it. `reply`: answers in its thread. `both`. Webhooks can do neither',
      ),
    links: z
      .enum(['text', 'buttons'])
      .default('text')
      .describe(
        "`buttons` need an app that answers Slack's interactive requests: otherwise Slack warns whoever presses one",
      ),
    apiUrl: z
      .url({ protocol: /^https?$/ })
      .endsWith('/', 'must end with "/"')
      .default('https://slack.com/api/')
      .describe('Of the Web API, with the slash at its end'),
    connections: z.int().min(1).max(100).default(8).describe('To one host at the same time, at most'),
    timeoutMs: z
      .int()
      .min(1)
      .max(120_000)
      .default(10_000)
      .describe('From a request to the end of its answer'),
  })
  .superRefine(({ token, rooms }, context) => {
    if (token !== undefined) return
    for (const [name, { channel }] of Object.entries(rooms))
      if (channel !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['rooms', name, 'channel'],
          message: 'needs "token" beside "rooms"',
        })
    if (Object.keys(rooms).length === 0)
      context.addIssue({ code: 'custom', path: ['rooms'], message: 'is needed where there is no "token"' })
  })

export type SlackConfig = z.infer<typeof slackConfigSchema>
export type SlackRoom = SlackConfig['rooms'][string]
