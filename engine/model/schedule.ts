import { Cron } from 'croner'
import { z } from 'zod'
import type { DeliveryCounts } from './delivery.ts'
import type { CampaignId, EpochMs, PublicationId } from './ids.ts'
import type { PublicationState } from './publication.ts'
import { epochMsSchema, timeZoneSchema } from './values.ts'

/** Why this is no pattern; null when it is one. */
function cronProblem(text: string): string | null {
  try {
    const next = new Cron(text, { utcOffset: 0, mode: '5-part' }).nextRun(new Date(Date.UTC(2024, 0, 1)))
    return next === null ? 'never comes due' : null
  } catch {
    return 'must have five fields (minute hour day month weekday), e.g. "0 8 * * MON-FRI"'
  }
}

/** When a campaign comes out again. */
export const repeatSchema = z.strictObject({
  /** Five fields; minutes are the finest. `L`, `W`, `#` and names of days and months are understood. */
  cron: z
    .string()
    .max(100)
    .superRefine((text, context) => {
      const message = cronProblem(text)
      if (message !== null) context.addIssue({ code: 'custom', message })
    }),
  /** Whose clocks the pattern means. */
  timeZone: timeZoneSchema,
  /** No edition comes due after this. */
  until: epochMsSchema.nullable().default(null),
  /** So many editions are begun, those started by hand included; skipped ones do not count. */
  count: z.int().min(1).max(100_000).nullable().default(null),
})
export type Repeat = z.infer<typeof repeatSchema>

/** `same-moment`: everybody at the scheduled instant. `local-time`: each recipient when their own clocks show the
 *  scheduled wall time. */
export const deliverModes = ['same-moment', 'local-time'] as const
export type DeliverMode = (typeof deliverModes)[number]

/** One due time of a recurring campaign and what became of it. (campaign, dueAt) is its key: the second to
 *  begin one is refused. */
export interface Edition {
  readonly campaignId: CampaignId
  readonly dueAt: EpochMs
  /** Counts the begun ones from 1; null for a skipped one. */
  readonly number: number | null
  readonly state: PublicationState | 'skipped'
  /** Why it was skipped. */
  readonly reason: string | null
  readonly publicationId: PublicationId | null
  readonly counts: DeliveryCounts | null
  /** When it was begun or skipped. */
  readonly at: EpochMs
  readonly finishedAt: EpochMs | null
}

/** A due time that is let go by. */
export interface SkippedEdition {
  readonly dueAt: EpochMs
  readonly reason: string
}
