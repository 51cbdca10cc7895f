import { z } from 'zod'
import { textSchema } from './values.ts'

/** YAML makes a number of `2026` and a truth of `true` where a text is meant. */
const scalar = (most: number) =>
  z.union([z.string(), z.number(), z.boolean()]).transform(String).pipe(textSchema.max(most))
const name = textSchema.min(1).max(200)
const names = z.array(name).max(64)
const labelTexts = z
  .record(name, scalar(2048))
  .refine((map) => !Object.hasOwn(map, '__proto__'), 'must not have a key "__proto__"')
const matchers = z.array(textSchema.max(16_384)).max(64)
const duration = scalar(64)
const texts = z.array(scalar(64)).max(100)

/** What a node of the tree says of itself. */
const routeFields = {
  receiver: name.nullish(),
  /** Names of labels, or `...` alone for all. */
  group_by: names.nullish(),
  continue: z.boolean().nullish(),
  match: labelTexts.nullish(),
  match_re: labelTexts.nullish(),
  matchers: matchers.nullish(),
  group_wait: duration.nullish(),
  group_interval: duration.nullish(),
  repeat_interval: duration.nullish(),
  mute_time_intervals: names.nullish(),
  active_time_intervals: names.nullish(),
  /** Ours: who is told when nobody acknowledges. Inherited; an empty list ends it. */
  escalate: z
    .array(z.strictObject({ after: duration, receiver: name }))
    .max(20)
    .nullish(),
}

const routeFieldsSchema = z.strictObject(routeFields)
export interface RouteInput extends z.infer<typeof routeFieldsSchema> {
  readonly routes?: readonly RouteInput[] | null | undefined
}
export const routeInputSchema = z.strictObject({
  ...routeFields,
  get routes(): z.ZodType<RouteInput['routes']> {
    return z.array(routeInputSchema).max(1000).nullish()
  },
})

export const inhibitRuleInputSchema = z.strictObject({
  source_match: labelTexts.nullish(),
  source_match_re: labelTexts.nullish(),
  source_matchers: matchers.nullish(),
  target_match: labelTexts.nullish(),
  target_match_re: labelTexts.nullish(),
  target_matchers: matchers.nullish(),
  equal: names.nullish(),
})
export type InhibitRuleInput = z.infer<typeof inhibitRuleInputSchema>

export const timeIntervalInputSchema = z.strictObject({
  times: z
    .array(z.strictObject({ start_time: textSchema.max(64), end_time: textSchema.max(64) }))
    .max(100)
    .nullish(),
  weekdays: texts.nullish(),
  days_of_month: texts.nullish(),
  months: texts.nullish(),
  years: texts.nullish(),
  location: textSchema.max(64).nullish(),
})
export type TimeIntervalInput = z.infer<typeof timeIntervalInputSchema>

const namedIntervals = z
  .array(z.strictObject({ name, time_intervals: z.array(timeIntervalInputSchema).max(100) }))
  .max(1000)

/** Where alerts go, as Alertmanager's own configuration file writes it
 *  (prometheus.io/docs/alerting/latest/configuration), `escalate` beside it. Durations, matchers and ranges are texts here;
 *  engine/alerts/rules.ts reads them. */
export const alertRulesInputSchema = z.strictObject({
  route: routeInputSchema,
  inhibit_rules: z.array(inhibitRuleInputSchema).max(1000).nullish(),
  time_intervals: namedIntervals.nullish(),
  /** The older name of `time_intervals`. */
  mute_time_intervals: namedIntervals.nullish(),
})
export type AlertRulesInput = z.infer<typeof alertRulesInputSchema>
