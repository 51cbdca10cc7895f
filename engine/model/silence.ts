import { z } from 'zod'
import { type LabelMatcher, labelMatcherSchema } from './follow.ts'
import type { EpochMs, SilenceId } from './ids.ts'
import { epochMsSchema, textSchema } from './values.ts'

/** Alerts that match are not told while it lasts. */
export interface Silence {
  readonly id: SilenceId
  /** All must match. */
  readonly matchers: readonly LabelMatcher[]
  readonly startsAt: EpochMs
  readonly endsAt: EpochMs
  readonly createdBy: string
  readonly comment: string
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export const silenceInputSchema = z
  .strictObject({
    matchers: z.array(labelMatcherSchema).min(1).max(50),
    startsAt: epochMsSchema,
    endsAt: epochMsSchema,
    createdBy: textSchema.max(200).default(''),
    comment: textSchema.max(2000).default(''),
  })
  .refine(({ startsAt, endsAt }) => endsAt > startsAt, { path: ['endsAt'], error: 'must be after startsAt' })
export type SilenceInput = z.infer<typeof silenceInputSchema>
