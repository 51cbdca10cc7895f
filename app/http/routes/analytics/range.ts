import { z } from 'zod'
import { type Unit, units } from '../../../../engine/analytics/queries/spans.ts'
import { BroadsheetError, type Issue } from '../../../../engine/errors.ts'
import type { EpochMs } from '../../../../engine/model/ids.ts'
import { quarterMs } from '../../../../engine/model/rollup.ts'
import { timeZoneSchema } from '../../../../engine/model/values.ts'
import { instantOf, parseWall } from '../../../../engine/model/wall-clock.ts'

const dayMs = 86_400_000
const maxDays = 1830
const defaultDays = 30

const momentText = z
  .string()
  .regex(
    /^(\d{1,15}|\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?)$/,
    'must be milliseconds since 1970-01-01T00:00:00Z, a date such as 2026-11-24, or 2026-11-24T08:00',
  )
  .optional()

export const rangeQuery = {
  from: momentText.describe(
    'Milliseconds since 1970-01-01T00:00:00Z, or a date, or a time of day in `timeZone`. Default: 30 days before `to`.',
  ),
  to: momentText.describe('Not included; a date is its beginning. Default: now.'),
}
export const zoneQuery = {
  timeZone: timeZoneSchema.default('UTC').describe('IANA name.'),
}
export const unitQuery = {
  unit: z.enum(units).optional().describe('Default: by the length of the range.'),
}

interface AskedRange {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Rejects with E_INPUT. */
export function rangeOf(
  asked: AskedRange,
  timeZone: string,
  defaults: { readonly now: EpochMs; readonly from?: EpochMs },
): { readonly from: EpochMs; readonly to: EpochMs } {
  const moment = (name: 'from' | 'to'): EpochMs | null => {
    const text = asked[name]
    if (text === undefined) return null
    if (/^\d{1,15}$/.test(text) && text.length !== 4) return Number(text)
    const wall = parseWall(text.includes('T') ? text : `${text}T00:00`)
    if (wall === null) throw wrong([{ path: `query.${name}`, message: `"${text}" is no date` }])
    return instantOf(wall, timeZone)
  }
  // The next quarter: what is asked for again and again is one question.
  const to = moment('to') ?? Math.ceil((defaults.now + 1) / quarterMs) * quarterMs
  const from = moment('from') ?? defaults.from ?? to - defaultDays * dayMs
  if (from >= to) throw wrong([{ path: 'query.from', message: 'must be before `to`' }])
  if (to - from > maxDays * dayMs)
    throw wrong([{ path: 'query.from', message: `must be within ${maxDays} days of \`to\`` }])
  return { from, to }
}

/** Spans that are neither too many to show nor too few to see something. */
export function unitOf({ from, to }: { readonly from: EpochMs; readonly to: EpochMs }): Unit {
  const days = (to - from) / dayMs
  return days <= 3 ? 'hour' : days <= 92 ? 'day' : days <= 800 ? 'week' : 'month'
}

const wrong = (issues: readonly Issue[]): BroadsheetError =>
  new BroadsheetError('E_INPUT', 'The range is not one that can be shown.', { issues })
