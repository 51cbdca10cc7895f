import { z } from 'zod'
import { type Severity, severities } from './alert.ts'
import type { EpochMs, FollowId, SubscriberId } from './ids.ts'
import { slugSchema, textSchema } from './values.ts'

/** One condition on a label. `=~` and `!~` take RE2 patterns that match the whole value. */
export interface LabelMatcher {
  readonly name: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** What a subscriber wants to hear of at once, and where. */
export interface Follow {
  readonly id: FollowId
  readonly subscriberId: SubscriberId
  readonly channel: string
  /** Where this channel reaches the person; null: at the subscriber's own address, by mail. */
  readonly contact: string | null
  /** Names of topics; empty: all. */
  readonly topics: readonly string[]
  /** The least that is worth telling. */
  readonly minSeverity: Severity
  /** All must match. */
  readonly filter: readonly LabelMatcher[]
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export const labelMatcherSchema = z.strictObject({
  name: textSchema.min(1).max(128),
  operator: z.enum(['=', '!=', '=~', '!~']),
  value: textSchema.max(2048),
})

export const followInputSchema = z.strictObject({
  channel: z.string().min(1).max(64),
  contact: textSchema.min(1).max(500).nullable().default(null),
  topics: z.array(slugSchema).max(200).default([]),
  minSeverity: z.enum(severities).default('info'),
  filter: z.array(labelMatcherSchema).max(20).default([]),
})
export type FollowInput = z.infer<typeof followInputSchema>

export const maxFollowsAPerson = 100

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "22:00"')

/** When and how often a person wants to be told, over all their follows. Times are of the subscriber's own zone. */
export const followPreferencesSchema = z.strictObject({
  /** Nothing between these, also over midnight; what came meanwhile goes in one message at the end. */
  quiet: z.strictObject({ from: clockTime, until: clockTime }).nullable().default(null),
  /** Nothing but one message a day, at this time. */
  digestAt: clockTime.nullable().default(null),
  /** What is more than this waits and goes in one message. */
  maxPerHour: z.int().min(1).max(10_000).nullable().default(null),
  /** Critical alerts come at once, whatever the others say. */
  criticalAnyway: z.boolean().default(true),
})
export type FollowPreferences = z.infer<typeof followPreferencesSchema>

export const noFollowPreferences: FollowPreferences = followPreferencesSchema.parse({})
