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
  /** The subscribers who follow what the alerts are about. */
  people: z.boolean().default(false),
  /** Of those who follow, only the members of one of these lists: who is on call. */
  lists: z.array(slugSchema).max(20).default([]).describe('of those who follow, only members of these lists'),
  /** Tell when it is over, too. */
  sendResolved: z.boolean().default(true),
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
  /** Of mails. Default: that of subscriptions. */
  sender: senderSchema.nullable().default(null),
  language: languageSchema.default('en'),
  /** An alert whose source says nothing of its end expires after this. */
  ttlMs: z.int().min(1000).default(86_400_000),
  /** The same for alerts of Prometheus and of others that speak Alertmanager's API: they are resolved then. */
  resolveTimeoutMs: z.int().min(1000).default(300_000),
  /** An alert that comes back within this is the same one. */
  reopenMs: z.int().min(0).default(300_000),
  /** A report that comes alone is written and told at once; those that follow within this are one transaction, and told by one turn.
   *  Without it 200 a second cost a campaign beside them twice as much. */
  gatherMs: z.int().min(0).max(1000).default(30),
  /** What could not be told is tried again for so long. */
  retryForMs: z.int().min(1000).default(3_600_000),
  retryBaseMs: z.int().min(1).default(2000),
  retryCapMs: z.int().min(1).default(60_000),
  sweepMs: z.int().min(10).default(1000),
})
export type AlertSettings = z.infer<typeof alertSettingsSchema>
