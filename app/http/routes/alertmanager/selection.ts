import { z } from 'zod'
import { type Matcher, matchesAll } from '../../../../engine/alerts/matchers/matcher.ts'
import { compilePattern, type Pattern } from '../../../../engine/alerts/matchers/pattern.ts'
import { parseMatchers } from '../../../../engine/alerts/matchers/text.ts'
import type { GettableAlert } from './views.ts'

const flag = (what: string) =>
  z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true')
    .describe(what)

/** Matchers, each such as `alertname="Down"`, or several with commas; all of them must match. */
export const filterSchema = z
  .union([z.string(), z.array(z.string()).max(64)])
  .default([])
  .transform((given, context): readonly Matcher[] =>
    [given].flat().flatMap((text) => {
      const read = parseMatchers(text)
      if ('ok' in read) return read.ok
      context.addIssue({
        code: 'custom',
        message: `bad matcher format: ${text.slice(0, 200)}: ${read.error}`,
      })
      return []
    }),
  )

/** The query of GET /alerts and /alerts/groups. What is unknown is ignored, as there. */
export const selectionSchema = z.object({
  active: flag('Those that are neither silenced nor inhibited.'),
  silenced: flag('Those that are silenced.'),
  inhibited: flag('Those that are inhibited.'),
  unprocessed: flag('There are none: an alert is routed when it is asked for.'),
  filter: filterSchema.describe('Matchers of labels.').meta({ type: 'array', items: { type: 'string' } }),
  receiver: z
    .string()
    .optional()
    .transform((text, context): Pattern | null => {
      if (text === undefined || text === '') return null
      const compiled = compilePattern(text)
      if ('ok' in compiled) return compiled.ok
      context.addIssue({ code: 'custom', message: `failed to parse receiver param: ${compiled.error}` })
      return z.NEVER
    })
    .describe('A regular expression for the whole name of a receiver.')
    .meta({ type: 'string' }),
})
export type Selection = z.output<typeof selectionSchema>

/** Whether an alert is asked for, by what it is and by where it stands. */
export function isSelected(alert: GettableAlert, selection: Selection): boolean {
  const { active, silenced, inhibited, filter, receiver } = selection
  const { state, silencedBy, inhibitedBy } = alert.status
  if (!active && state === 'active') return false
  if (!silenced && silencedBy.length > 0) return false
  if (!inhibited && inhibitedBy.length > 0) return false
  if (receiver !== null && !alert.receivers.some(({ name }) => receiver.matches(name))) return false
  return matchesAll(filter, alert.labels)
}
