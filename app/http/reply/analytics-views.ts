import { z } from 'zod'
import { severities } from '../../../engine/model/alert.ts'
import { alertTimings } from '../../../engine/model/audience-flow.ts'
import { readClasses } from '../../../engine/model/event.ts'
import type { CampaignId, ItemId, PublicationId } from '../../../engine/model/ids.ts'
import { publicationStates } from '../../../engine/model/publication.ts'
import { bounceClasses } from '../../../engine/model/rollup.ts'
import { countsSchema } from './campaign-views.ts'
import { idOf, timeOf } from './kept.ts'

const count = () => z.number().int()
const record = <K extends string, V extends z.ZodType>(keys: readonly K[], value: V) =>
  z.object(Object.fromEntries(keys.map((key) => [key, value])) as { [key in K]: V })

export const intervalSchema = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .describe('An estimate, and the bounds of its interval of 95 %.')

export const tallySchema = z.object({
  recipients: count().describe('Distinct.'),
  events: count(),
  share: intervalSchema
    .nullable()
    .describe('Recipients of those who were sent a letter; null where none was.'),
})

export const readTallySchema = z.object({
  people: tallySchema.describe('What people did as far as can be told: classes human and proxy.'),
  all: tallySchema.describe('Everything that came, machines included.'),
  classes: record(readClasses, tallySchema),
})

const bounceCounts = record([...bounceClasses, 'other'] as const, count()).describe('Events.')
export const bounceTallySchema = tallySchema.extend({ classes: bounceCounts })

export const funnelSchema = z.object({
  publicationId: idOf<PublicationId>(),
  campaignId: idOf<CampaignId>(),
  state: z.enum(publicationStates),
  startedAt: timeOf(),
  finishedAt: timeOf().nullable(),
  deliveries: countsSchema,
  opened: readTallySchema,
  clicked: readTallySchema,
  clickedOfOpened: intervalSchema.nullable().describe('People who clicked, of people who opened.'),
  bounced: bounceTallySchema,
  complained: tallySchema,
  unsubscribed: tallySchema,
})

const eventsShape = {
  sent: count(),
  failed: count(),
  opened: z.object({ people: count(), all: count() }),
  clicked: z.object({ people: count(), all: count() }),
  bounced: count(),
  complained: count(),
  unsubscribed: count(),
}
export const eventCountsSchema = z.object(eventsShape).describe('Events.')

export const timelineRowSchema = z.object({
  from: timeOf(),
  to: timeOf().describe('The beginning of the next one.'),
  local: z.string().describe("What the time zone's clocks show at `from`: `2026-11-24T08:00`."),
  ...eventsShape,
})

export const linkClicksSchema = z.object({
  index: count(),
  url: z.string(),
  item: z
    .object({ id: idOf<ItemId>(), title: z.string(), topics: z.array(z.string()).readonly() })
    .nullable(),
  clicked: readTallySchema,
})

export const breakdownRowSchema = z.object({
  value: z.string().describe("'' is what has none: no language, an erased person's domain, no experiment."),
  sent: count(),
  failed: count(),
  opened: readTallySchema,
  clicked: readTallySchema,
  bounced: bounceTallySchema,
  complained: tallySchema,
  unsubscribed: tallySchema,
})

export const experimentSchema = z
  .object({
    difference: intervalSchema.describe('Of shares: 0.012 is 1.2 percentage points.'),
    lift: z.number().nullable().describe("By the hold-out's share: 0.15 is 15 % more."),
    significant: z.boolean().describe('The interval leaves 0 out.'),
  })
  .describe('Clicks of people: what was learned, less the hold-out.')

export const topicTrendSchema = z.object({
  topic: z.string(),
  clicks: z.object({ people: count(), all: count() }),
  before: count().describe('Clicks of people in the range of the same length before.'),
  change: z.number().nullable().describe('0.2 is 20 % more than before; null where there were none.'),
  share: intervalSchema.nullable().describe('Of all clicks of people on topics.'),
  shareBefore: intervalSchema.nullable(),
  significant: z.boolean().describe('Its share moved by more than chance would.'),
})

export const domainRowSchema = z.object({
  domain: z.string(),
  sent: count(),
  failed: count(),
  failedShare: intervalSchema.nullable().describe('Of what was tried.'),
  bounced: z.object({ events: count(), classes: bounceCounts, share: intervalSchema.nullable() }),
  complained: z.object({ events: count(), share: intervalSchema.nullable() }),
  unsubscribed: count(),
  opensPerLetter: z
    .object({ people: z.number(), all: z.number() })
    .nullable()
    .describe('Events by letters: may be above 1.'),
})

export const scoreBandSchema = z.object({
  from: z.number(),
  to: z.number().nullable().describe('Below it; null: no end.'),
  people: count(),
})

export const cohortSchema = z.object({
  joined: z.string().describe('Month, UTC: `2026-11`.'),
  people: count().nullable().describe('Who joined then; null where that is not known yet.'),
  months: z
    .array(
      z.object({
        month: z.string(),
        age: count().describe('Months since they joined.'),
        people: count().describe('Of them, who read in that month.'),
        share: intervalSchema.nullable(),
      }),
    )
    .readonly(),
})

export const audienceSpanSchema = z.object({
  from: timeOf(),
  to: timeOf(),
  local: z.string(),
  joined: count().describe('Who became active.'),
  left: count().describe('Who was active and is not any more.'),
  leftAs: z.record(z.string(), count()).describe('The same, by what they became.'),
  active: count().nullable().describe('Active people at the last hour that is known.'),
})

export const alertDelaySchema = z.object({
  severity: z.enum(severities).nullable().describe('null: of all.'),
  timing: z
    .enum(alertTimings)
    .describe(
      '`started`: from when its source says it began to the first post of it. `accepted`: from when it came in to that post. ' +
        '`acknowledged`: from when it came in to when somebody said so.',
    ),
  alerts: count(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
})

export const statusSchema = z.object({
  rolledTo: count().describe('Events up to this id are in the numbers.'),
  last: count().describe('The newest event.'),
  behindMs: z.number().describe('How long the oldest event that is not in the numbers has waited.'),
})
