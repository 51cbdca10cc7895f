import { CliError } from './exit.ts'

const units: { readonly [unit: string]: number } = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A length of time as people write it: `90s`, `30m`, `2h`, `1.5d`; in milliseconds. */
export function parseSpan(text: string, option: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)$/.exec(text.trim()) ?? []
  const ms = Math.round(Number(number) * units[unit ?? 's']!)
  if (number === undefined || ms < 1)
    throw new CliError('usage', `${option} "${text}" is not a length of time. Write 90s, 30m, 2h or 1d.`)
  return ms
}

/** A time as people write it: `2026-11-24T08:00` (this machine's zone), `2026-11-24T08:00Z`, `2026-11-24 08:00`,
 *  `+30m`, `+2h`, `+1d`. */
export function parseWhen(text: string, now: number): number {
  const relative = /^\+\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d)$/.exec(text.trim())
  if (relative !== null) return Math.round(now + Number(relative[1]) * units[relative[2]!]!)
  // Date.parse takes a date alone for midnight UTC, and a date with a time for local time: as written here
  // both are local.
  const shape = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text.trim(),
  )
  const at = shape === null ? Number.NaN : Date.parse(`${shape[1]}T${shape[2] ?? '00:00'}${shape[3] ?? ''}`)
  if (Number.isNaN(at))
    throw new CliError(
      'usage',
      `"${text}" is not a time. Write 2026-11-24T08:00 (this machine's time zone), 2026-11-24T08:00Z, or +30m, +2h, +1d.`,
    )
  return at
}
