import { z } from 'zod'
import { type Labels, type Severity, severities } from './alert.ts'
import type { EpochMs, HeartbeatId } from './ids.ts'
import { slugSchema, textSchema } from './values.ts'

/** A dead man's switch: an alert that fires when something stops to say that it lives. */
export interface Heartbeat {
  readonly id: HeartbeatId
  readonly name: string
  readonly title: string
  /** Silence of this length fires the alert. */
  readonly everyMs: number
  readonly topic: string | null
  readonly severity: Severity
  readonly labels: Labels
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export const labelsSchema = z
  .record(textSchema.min(1).max(128), textSchema.max(2048))
  .refine((map) => !Object.hasOwn(map, '__proto__'), 'must not have a key "__proto__"')
  .refine((map) => Object.keys(map).length <= 64, 'must have at most 64 labels')

export const heartbeatInputSchema = z.strictObject({
  name: slugSchema,
  title: textSchema.min(1).max(200),
  everyMs: z
    .int()
    .min(1000)
    .max(31 * 86_400_000),
  topic: slugSchema.nullable().default(null),
  severity: z.enum(severities).default('critical'),
  labels: labelsSchema.default({}),
})
export type HeartbeatInput = z.infer<typeof heartbeatInputSchema>
