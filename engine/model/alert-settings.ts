import { z } from 'zod'
import { senderSchema } from './campaign.ts'
import { languageSchema, slugSchema } from './values.ts'

const roomSchema = z
  .string()
  .regex(
    /^[^/]+\/.+$/,
    'must be "channel/room", e.g. "slack/ops": a channel of these settings and one of its rooms',
  )

/** Who a route's alerts go to. */
export const receiverSchema = z.strictObject({
  rooms: z.array(roomSchema).max(50).default([]).describe('channel/room, e.g. slack/ops'),
  people: z.boolean().default(false).describe('The subscribers who follow what the alerts are about'),
  /** Of those who follow, only the members of one of these lists: who is on call. */
  lists: z.array(slugSchema).max(20).default([]).describe('of those who follow, only members of these lists'),
  sendResolved: z.boolean().default(true).describe('Tell when it is over, too'),
})
export type Receiver = z.infer<typeof receiverSchema>

/** How alerts are told. Times in milliseconds. */
export const alertSettingsSchema = z.strictObject({
  /** `route`, `inhibit_rules` and `time_intervals` as Alertmanager's file writes them; null: each alert is told at once, by
   *  itself, to the receiver `default`. */
  rules: z.unknown().default(null).describe('route, inhibit_rules, time_intervals: as in alertmanager.yml'),
  receivers: z
    .record(z.string().min(1).max(128), receiverSchema)
    .default({})
    .describe('By the names that routes use. Without rules: "default" alone'),
  sender: senderSchema.nullable().default(null).describe('Of mails. Default: that of subscriptions'),
  language: languageSchema.default('en').describe('That alerts are written in'),
  ttlMs: z
    .int()
    .min(1000)
    .default(86_400_000)
    .describe('An alert whose source says nothing of its end expires after this'),
  resolveTimeoutMs: z
    .int()
    .min(1000)
    .default(300_000)
    .describe(
      "As `ttlMs`, for alerts of Prometheus and of others that speak Alertmanager's API: they are resolved then",
    ),
  reopenMs: z.int().min(0).default(300_000).describe('An alert that comes back within this is the same one'),
  gatherMs: z
    .int()
    .min(0)
    .max(1000)
    .default(100)
    .describe(
      'A report that comes alone is written and told at once; those that follow within this are worked side by side, in one transaction, and told by one turn. Without it 200 a second cost a campaign beside them twice as much',
    ),
  retryForMs: z
    .int()
    .min(1000)
    .default(3_600_000)
    .describe('What could not be told is tried again for so long'),
  retryBaseMs: z.int().min(1).default(2000).describe('The first wait before another try; it doubles'),
  retryCapMs: z.int().min(1).default(60_000).describe('The longest wait between tries'),
  sweepMs: z.int().min(10).default(1000).describe('How often what is due is looked for'),
})
export type AlertSettings = z.infer<typeof alertSettingsSchema>
