import { z } from 'zod'
import { lineStatuses } from '../../../engine/deliverability/line.ts'
import { preflightRules, type RuleId } from '../../../engine/deliverability/rules.ts'
import { campaignStates, selectionSchema, uncertainPolicies } from '../../../engine/model/campaign.ts'
import { deliveryStates } from '../../../engine/model/delivery.ts'
import type { CampaignId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { publicationStates } from '../../../engine/model/publication.ts'
import { deliverModes, repeatSchema } from '../../../engine/model/schedule.ts'
import { templateProblemSchema } from '../routes/templates.ts'
import { idOf, keptShape, timeOf } from './kept.ts'

const count = () => z.number().int()
const names = () => z.array(z.string())

export const senderViewSchema = z.object({
  address: z.string(),
  name: z.string(),
  replyTo: z.string().nullable(),
  postalAddress: z.string().nullable().optional(),
})

export const campaignSchema = z.object({
  ...keptShape<CampaignId>(),
  title: z.string(),
  state: z.enum(campaignStates),
  reason: z.string().nullable().describe('Why it is in this state, where that is not obvious.'),
  template: z.string(),
  subject: z.string().nullable(),
  sender: senderViewSchema,
  channel: z.string(),
  lists: names(),
  excludeLists: names(),
  segments: names(),
  excludeSegments: names(),
  campaigns: names(),
  excludeCampaigns: names(),
  where: z.string().nullable().describe('A rule that narrows who is named; alone, it is who gets it.'),
  selection: selectionSchema,
  data: z.record(z.string(), z.unknown()),
  uncertain: z.enum(uncertainPolicies),
  onceKey: z.string().nullable(),
  retryForMs: count(),
  autoPauseShare: z.number(),
  autoPauseAfter: count(),
  repeat: repeatSchema.nullable(),
  deliverAt: z.enum(deliverModes),
  ignoreCaps: z.boolean(),
  tracking: z
    .object({ links: z.boolean().nullable(), opens: z.boolean().nullable() })
    .describe('Instead of what the configuration says; null: as it says.'),
  graceMs: count(),
  language: z.string(),
  timeZone: z.string(),
  archive: z.boolean().describe('Anyone may read its letters at /a/.'),
  scheduledAt: timeOf().nullable().describe('When it starts; of a recurring one the next due time.'),
  publicationId: idOf<PublicationId>().nullable().describe('Its present or last run.'),
})

export const countsSchema = z
  .object({
    audience: count(),
    queued: count(),
    handing: count(),
    sent: count(),
    failed: count(),
    retry: count(),
    unknown: count(),
    skipped: count(),
    suppressed: count(),
  })
  .describe('audience is the sum of the others, at every moment.')

export const progressSchema = z.object({
  campaignId: idOf<CampaignId>(),
  publicationId: idOf<PublicationId>(),
  state: z.enum(publicationStates),
  counts: countsSchema,
  perSecond: z.number(),
  remainingMs: z.number().nullable(),
  p95LetterMs: z.number().nullable(),
  waitingUntil: timeOf().nullable().describe('Nothing goes out before then.'),
  waitingFor: z.string().nullable().describe('Why: a black-out, or the local time of those who are left.'),
})

export const editionSchema = z.object({
  campaignId: idOf<CampaignId>(),
  dueAt: timeOf(),
  number: count().nullable().describe('Counts those that were begun; null for a skipped one.'),
  state: z.enum([...publicationStates, 'skipped']),
  reason: z.string().nullable().describe('Why it was skipped.'),
  publicationId: idOf<PublicationId>().nullable(),
  counts: countsSchema.nullable(),
  at: timeOf(),
  finishedAt: timeOf().nullable(),
})

export const agendaSchema = z.object({
  entries: z
    .array(
      z.object({
        campaignId: idOf<CampaignId>(),
        name: z.string(),
        title: z.string(),
        dueAt: timeOf(),
        beginsAt: timeOf().describe('With the earliest zone, or at the end of a black-out.'),
        number: count().nullable().describe('Of the edition, if none before it is skipped.'),
        localTime: z.boolean(),
        reason: z.string().nullable(),
      }),
    )
    .readonly(),
  more: z.boolean().describe('There are more than the 500 that are listed.'),
  blackouts: z.array(z.object({ from: timeOf(), until: timeOf(), reason: z.string() })).readonly(),
})

export const pickSchema = z.object({
  itemId: z.number().int(),
  title: z.string(),
  url: z.string(),
  reason: z.string().describe('For people: `because you follow Security`.'),
})

export const deliverySchema = z.object({
  publicationId: idOf<PublicationId>(),
  subscriberId: idOf<SubscriberId>(),
  address: z.string().nullable(),
  channel: z.string(),
  chunk: count(),
  state: z.enum(deliveryStates),
  attempt: count(),
  uncertain: count().describe('How often its outcome was lost: copies may exist only where this is above 0.'),
  dueAt: timeOf().nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  picks: z.array(pickSchema).readonly(),
  updatedAt: timeOf(),
})

export const preflightSchema = z.object({
  audience: count(),
  ok: count(),
  skipped: count(),
  failed: count(),
  failures: z
    .array(
      z.object({
        subscriberId: idOf<SubscriberId>(),
        address: z.string(),
        problem: templateProblemSchema,
      }),
    )
    .readonly()
    .describe('At most 1,000 of the failed.'),
  lines: z
    .array(
      z.object({
        id: z.enum(Object.keys(preflightRules) as [RuleId, ...RuleId[]]),
        title: z.string(),
        status: z.enum(lineStatuses),
        found: z.string(),
        where: z.string().nullable().describe('A DNS name, or the letters by their languages.'),
        source: z.object({ name: z.string(), url: z.string() }).describe('Who asks for it.'),
        remedy: z.string().nullable(),
        weight: z.number().nullable().describe('Of a trait that content filters count, 1 to 3.'),
      }),
    )
    .readonly()
    .describe('What large providers ask of bulk mail, rule by rule.'),
})

export const previewSchema = z.object({
  to: z.string(),
  subject: z.string(),
  preheader: z.string(),
  html: z.string(),
  text: z.string(),
  language: z.string(),
  picks: z.array(pickSchema).readonly(),
  mime: z.string().describe('The message as it would leave.'),
  interpreted: z
    .array(z.object({ part: z.string(), why: z.string() }))
    .readonly()
    .describe('Parts that could not be compiled and are interpreted, and why.'),
})

export const testResultSchema = z.object({
  address: z.string(),
  status: z.string(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
})
