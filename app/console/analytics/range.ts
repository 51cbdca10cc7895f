import type { lengths, units, views } from './routes.ts'

export interface AnalyticsSearch {
  readonly view?: (typeof views)[number]
  readonly days?: (typeof lengths)[number]
  readonly from?: string
  readonly to?: string
  readonly zone?: string
  readonly unit?: (typeof units)[number]
  readonly list?: string
}

/** Dates of the zone's calendar; `to` is not in it. */
export interface Range {
  readonly from: string
  readonly to: string
  readonly timeZone: string
  readonly unit?: (typeof units)[number]
  /** The range of the same length before it. */
  readonly before: { readonly from: string; readonly to: string }
}

const dayMs = 86_400_000

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** `2026-11-24`: the day it is in a zone. */
export function dayIn(timeZone: string, at: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return parts.format(at)
}

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10)

/** What an address asks for; today is in it, as far as it has come. */
export function rangeOf(search: AnalyticsSearch, now: number): Range {
  const timeZone = isZone(search.zone) ? search.zone : browserZone()
  const tomorrow = addDays(dayIn(timeZone, now), 1)
  const to = search.to === undefined ? tomorrow : addDays(search.to, 1)
  const asked = search.from ?? addDays(to, -(search.days ?? 30))
  const from = asked < to ? asked : addDays(to, -1)
  const days = Math.round((Date.parse(to) - Date.parse(from)) / dayMs)
  return {
    from,
    to,
    timeZone,
    ...(search.unit && { unit: search.unit }),
    before: { from: addDays(from, -days), to: from },
  }
}

function isZone(name: string | undefined): name is string {
  if (name === undefined) return false
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
