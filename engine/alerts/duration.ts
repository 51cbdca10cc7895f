const units = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
} as const
const shape = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/** Milliseconds of a duration as Prometheus writes it: `1d12h`, `90s`, `0`; units from large to small, each at most once, a year
 *  of 365 days. Null for anything else, and above Go's 292 years. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0
  const found = text === '' || text.length > 64 ? null : shape.exec(text)
  if (found === null) return null
  const total = Object.values(units).reduce((sum, ms, i) => sum + Number(found[i + 1] ?? 0) * ms, 0)
  return total <= 292 * units.y ? total : null
}
