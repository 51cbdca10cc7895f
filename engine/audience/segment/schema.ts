import { z } from 'zod'
import { eventTypes } from '../../model/event.ts'
import { memberships } from '../../model/list.ts'
import {
  comparisons,
  isoTime,
  type Rule,
  segmentLimits,
  spanUnits,
  textFields,
  textMatches,
  timeFields,
} from '../../model/segment.ts'
import { slugSchema } from '../../model/values.ts'
import { stepTrouble, textTrouble } from './lexer.ts'
import { parseRule } from './parse.ts'
import { printRule } from './print.ts'
import { showProblem } from './problem.ts'

const text = z.string().superRefine((value, context) => {
  const trouble = textTrouble(value)
  if (trouble !== null) context.addIssue({ code: 'custom', message: trouble })
})
// No minus zero: it would be printed as 0.
const number = z.number().transform((value) => value + 0)
const scalar = z.union([text, number, z.boolean()])
const step = text.superRefine((value, context) => {
  const trouble = stepTrouble(value)
  if (trouble !== null) context.addIssue({ code: 'custom', message: trouble })
})
const attribute = z.strictObject({ attribute: z.array(step).min(1).max(segmentLimits.path) })
const textField = z.union([z.enum(textFields), attribute])
const timeField = z.union([z.enum(timeFields), attribute])
const date = z.string().refine((value) => isoTime(value) !== null, 'must be a date, e.g. "2026-01-31"')
const when = z.union([
  z.strictObject({ within: z.int().min(1).max(36_500), unit: z.enum(spanUnits) }),
  z.strictObject({ before: date }),
  z.strictObject({ after: date }),
  z.strictObject({ since: date }),
])

const node: z.ZodType<Rule> = z.lazy(() =>
  z.discriminatedUnion('is', [
    z.strictObject({ is: z.literal('everyone') }),
    z.strictObject({ is: z.literal('and'), rules: z.array(node).min(2) }),
    z.strictObject({ is: z.literal('or'), rules: z.array(node).min(2) }),
    z.strictObject({ is: z.literal('not'), rule: node }),
    z
      .strictObject({ is: z.literal('compare'), field: textField, op: z.enum(comparisons), value: scalar })
      .refine((rule) => rule.op === '=' || typeof rule.value === 'number', {
        path: ['value'],
        message: 'must be a number, unless the operator is "="',
      })
      .refine((rule) => typeof rule.field !== 'string' || typeof rule.value === 'string', {
        path: ['value'],
        message: 'must be a text: the field is one',
      }),
    z
      .strictObject({
        is: z.literal('in'),
        field: textField,
        values: z.array(scalar).min(1).max(segmentLimits.values),
      })
      .refine(
        (rule) => typeof rule.field !== 'string' || rule.values.every((one) => typeof one === 'string'),
        {
          path: ['values'],
          message: 'must be texts: the field is one',
        },
      ),
    z.strictObject({
      is: z.literal('match'),
      field: textField,
      how: z.enum(textMatches),
      text: text.min(1),
    }),
    z.strictObject({ is: z.literal('missing'), field: textField }),
    z.strictObject({ is: z.literal('time'), field: timeField, when }),
    z.strictObject({ is: z.literal('topic'), topic: slugSchema, op: z.enum(comparisons), weight: number }),
    z.strictObject({ is: z.literal('member'), list: slugSchema, membership: z.enum(memberships) }),
    z.strictObject({
      is: z.literal('event'),
      event: z.enum(eventTypes),
      campaign: slugSchema.nullable().default(null),
      when: when.nullable().default(null),
    }),
  ]),
)

/** What a tree costs, looked at before any of it is believed; null when it fits the limits. */
function costTrouble(tree: unknown): string | null {
  let nodes = 0
  let level: unknown[] = [tree]
  // In the text's terms: "and" and "or" nest by their brackets, so a level of them between others is one.
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > 2 * segmentLimits.depth)
      return `nests too deep: at most ${segmentLimits.depth} rules within each other`
    nodes += level.length
    if (nodes > segmentLimits.nodes) return `has too many rules: at most ${segmentLimits.nodes}`
    level = level.flatMap((one) => {
      if (typeof one !== 'object' || one === null) return []
      const { rules, rule } = one as { rules?: unknown; rule?: unknown }
      return [...(Array.isArray(rules) ? rules : []), ...(rule === undefined ? [] : [rule])]
    })
  }
  return null
}

/** A rule as a tree, the JSON form. Strict, within the limits, and such that it can be printed and read again. */
export const ruleTreeSchema: z.ZodType<Rule> = z
  .unknown()
  .superRefine((tree, context) => {
    const trouble = costTrouble(tree)
    if (trouble !== null) context.addIssue({ code: 'custom', message: trouble })
  })
  .pipe(node)
  .superRefine((rule, context) => {
    if (context.issues.length > 0) return
    // The text's own limits hold for trees too, or a segment could not be shown as text.
    const printed = printRule(rule)
    const read = parseRule(printed)
    if ('problem' in read) context.addIssue({ code: 'custom', message: read.problem.message })
  })

const either = z
  .union([z.string(), z.record(z.string(), z.json())])
  .describe(
    'As text, e.g. `topic:security >= 0.5 and not list:vip`, or as a tree; docs/audience.md has both.',
  )

/** A rule as text; a tree is printed. What the text says is not looked at. */
export const ruleTextSchema = either.transform((input, context): string => {
  if (typeof input === 'string') return input
  const read = ruleTreeSchema.safeParse(input)
  if (read.success) return printRule(read.data)
  for (const { path, message } of read.error.issues)
    context.addIssue({ code: 'custom', path: [...path], message })
  return z.NEVER
})

/** A rule as text or as a tree. An issue of a text says line and column, with the line and a caret. */
export const ruleSchema = ruleTextSchema.transform((text, context): Rule => {
  const read = parseRule(text)
  if ('ok' in read) return read.ok
  context.addIssue({ code: 'custom', message: showProblem(read.problem, text) })
  return z.NEVER
})

export const segmentInputSchema = z
  .strictObject({
    name: slugSchema,
    title: z.string().min(1).max(200),
    description: z.string().max(2000).default(''),
    rule: ruleSchema,
  })
  .transform(({ rule, ...rest }) => ({ ...rest, rule: printRule(rule), tree: rule }))
export type SegmentInput = z.infer<typeof segmentInputSchema>
