import { z } from 'zod'
import type { CampaignId, EpochMs, PublicationId } from './ids.ts'
import { deliverModes, repeatSchema } from './schedule.ts'
import { segmentLimits } from './segment.ts'
import type { TraceParent } from './trace.ts'
import {
  addressSchema,
  epochMsSchema,
  languageSchema,
  slugSchema,
  textSchema,
  timeZoneSchema,
} from './values.ts'

export const campaignStates = [
  'draft',
  'scheduled',
  'running',
  'paused',
  'finished',
  'cancelled',
  'failed',
] as const
export type CampaignState = (typeof campaignStates)[number]

/** What to do with a delivery whose outcome a crash or a lost reply hid. `hold`: never twice, it stays
 *  `unknown` until someone decides. `resend`: never missed, it is sent again and flagged. */
export const uncertainPolicies = ['hold', 'resend'] as const
export type UncertainPolicy = (typeof uncertainPolicies)[number]

const headerText = z
  .string()
  .max(200)
  .refine((text) => !/[\r\n\0]/.test(text), 'must be a single line')

export const senderSchema = z.strictObject({
  address: addressSchema.describe('In From'),
  name: headerText.default('').describe('Shown beside the address'),
  replyTo: addressSchema.nullable().default(null).describe('Where answers go. Null: to the address'),
  /** Letters have to show it (CAN-SPAM, and the like elsewhere); the preflight looks for it. Absent in campaigns from before
   *  it was known. */
  postalAddress: z
    .string()
    .min(1)
    .max(500)
    .nullable()
    .optional()
    .describe('Shown in letters, as CAN-SPAM and the like ask for'),
})
export type Sender = z.infer<typeof senderSchema>

/** Which items a letter may hold. */
export const selectionSchema = z.strictObject({
  /** Items a letter holds at most, the pinned ones included. */
  count: z.int().min(0).max(50).default(8),
  /** A recipient for whom fewer can be found is `skipped` with code `too_few_items`. */
  minimum: z.int().min(0).max(50).default(1),
  /** Candidates: the newest `pool` items that pass the filters below. */
  pool: z.int().min(1).max(1000).default(200),
  /** Only items with one of these topics; empty: any. */
  topics: z.array(slugSchema).max(100).default([]),
  /** Only items published within this time before the start; null: any age. */
  maxAgeMs: z.int().positive().nullable().default(null),
  /** Item keys that open every letter, in this order. */
  pinned: z.array(z.string().max(512)).max(10).default([]),
  /** Only items published, or first seen here, since this campaign's run before; the first run takes any. */
  sinceLast: z.boolean().default(false),
  /** With fewer candidates than this, the pinned aside, nobody gets a letter: a scheduled edition is skipped. */
  minimumNew: z.int().min(0).max(1000).default(0),
  /** Leave out what a recipient was sent before. */
  onlyNew: z.boolean().default(true),
  /** Age at which an item's recency counts half. */
  halfLifeMs: z
    .int()
    .positive()
    .default(48 * 3_600_000),
  /** How strongly a second item of the same topic is held back, 0 (not at all) to 1. */
  diversity: z.number().min(0).max(1).default(0.5),
})
export type Selection = z.infer<typeof selectionSchema>

/** Instead of what the configuration says; null: as it says. */
export const campaignTrackingSchema = z.strictObject({
  links: z.boolean().nullable().default(null),
  opens: z.boolean().nullable().default(null),
})

export const campaignInputSchema = z.strictObject({
  name: slugSchema,
  title: z.string().min(1).max(200),
  /** Name of a template of kind `letter`. */
  template: slugSchema,
  /** Instead of the template's subject. */
  subject: z.string().max(2000).nullable().default(null),
  sender: senderSchema,
  channel: slugSchema.default('smtp'),
  /** Who gets it, by name: active members of `lists`, who fits one of `segments`, who was sent an earlier letter of
   *  one of `campaigns`; of these nobody whom `where` does not fit (where nothing else is named: everyone it fits),
   *  and nobody of the excluded. Refused when nobody is named. */
  lists: z.array(slugSchema).max(100).default([]),
  excludeLists: z.array(slugSchema).max(100).default([]),
  segments: z.array(slugSchema).max(100).default([]),
  excludeSegments: z.array(slugSchema).max(100).default([]),
  campaigns: z.array(slugSchema).max(100).default([]),
  excludeCampaigns: z.array(slugSchema).max(100).default([]),
  /** A rule as segments have them (docs/audience.md). */
  where: z.string().min(1).max(segmentLimits.characters).nullable().default(null),
  selection: selectionSchema.prefault({}),
  /** Seen by templates as `campaign.data`. */
  data: z.record(z.string().max(64), z.json()).default({}),
  uncertain: z.enum(uncertainPolicies).default('hold'),
  /** At most one message a key for a recipient, over all campaigns. */
  onceKey: textSchema.min(1).max(200).nullable().default(null),
  /** Transient failures are tried again until this long after the start. */
  retryForMs: z
    .int()
    .min(0)
    .max(7 * 86_400_000)
    .default(24 * 3_600_000),
  /** Pause by itself when this share of at least `autoPauseAfter` settled deliveries failed for good. */
  autoPauseShare: z.number().min(0).max(1).default(0.1),
  autoPauseAfter: z.int().min(1).default(200),
  /** Comes out again and again; null: once. */
  repeat: repeatSchema.nullable().default(null),
  deliverAt: z.enum(deliverModes).default('same-moment'),
  /** Goes out to people who had their fill of letters, too: service mail. */
  ignoreCaps: z.boolean().default(false),
  tracking: campaignTrackingSchema.prefault({}),
  /** A schedule found this much overdue asks instead of firing. */
  graceMs: z
    .int()
    .min(0)
    .default(15 * 60_000),
  language: languageSchema.default('en'),
  timeZone: timeZoneSchema.default('UTC'),
  /** Anyone may read its letters at /a/, as somebody without interests gets them. */
  archive: z.boolean().default(false),
})
export type CampaignInput = z.infer<typeof campaignInputSchema>

export interface Campaign extends CampaignInput {
  readonly id: CampaignId
  readonly state: CampaignState
  /** Why it is in this state, where that is not obvious: `overdue`, `failure share 0.12`, ... Of a scheduled one: it
   *  waits for somebody's word, since it was found overdue or would be refused, or (`isHeld`) for the end of a black-out. */
  readonly reason: string | null
  /** Of a recurring one the next due time, also while an edition runs; null when none is left. */
  readonly scheduledAt: EpochMs | null
  /** The present or last run. */
  readonly publicationId: PublicationId | null
  /** Of whoever scheduled it; absent where nobody did, or it was changed since. */
  readonly trace?: TraceParent
  /** Rules of the preflight that would have stopped it when somebody scheduled it by force: they do not hold it when it is due.
   *  Absent as `trace` is. */
  readonly excused?: readonly string[]
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** Of a recurring campaign `at` is the earliest that its first due time may be; default: now. */
export const scheduleInputSchema = z.strictObject({ at: epochMsSchema.optional() })

const heldWords = 'in a black-out until '

/** The reason of a scheduled campaign that goes by itself when a black-out is over. `until` is for people. */
export const heldReason = (until: string, why: string): string => `${heldWords}${until} (${why}): starts then`
export const isHeld = ({ reason }: Pick<Campaign, 'reason'>): boolean =>
  reason?.startsWith(heldWords) === true
