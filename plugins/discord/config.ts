import { z } from 'zod'

/** `https://discord.com/api/webhooks/ID/TOKEN`, with or without a version. Its address is its key. */
const webhookPath = /^\/api\/(?:v\d+\/)?webhooks\/(\d{1,20})\/([\w-]{1,200})\/?$/

const webhookSchema = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => webhookPath.test(new URL(text).pathname),
    'must be https://discord.com/api/webhooks/ID/TOKEN',
  )

export const discordConfigSchema = z.strictObject({
  rooms: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be a name such as "ops" or "news-desk"'),
      z.strictObject({ webhook: webhookSchema.describe('Its address is its key') }),
    )
    .refine((rooms) => Object.keys(rooms).length > 0, 'must have at least one room'),
  updates: z
    .enum(['both', 'edit', 'post'])
    .default('both')
    .describe(
      'What an acknowledgement or an end does to the message that it is about. `edit`: changes it. `post`: nothing, a new one says it. `both`: changes it, and a new one says when it is over',
    ),
  connections: z.int().min(1).max(100).default(8).describe('At the same time, at most'),
  timeoutMs: z.int().min(1).max(120_000).default(10_000).describe('From a request to the end of its answer'),
})

export type DiscordConfig = z.infer<typeof discordConfigSchema>

/** A webhook in the version of the API that this folder is written for. */
export interface Webhook {
  readonly id: string
  readonly url: URL
}

export function webhookOf(text: string): Webhook {
  const url = new URL(text)
  const [, id = '', token = ''] = webhookPath.exec(url.pathname) ?? []
  return { id, url: new URL(`/api/v10/webhooks/${id}/${token}`, url) }
}
