/** A series as people say it. What they cannot say stays a pattern. */
export type Rhythm =
  | { readonly kind: 'daily' | 'weekdays'; readonly time: string }
  /** Days from 1, Monday, to 7. */
  | { readonly kind: 'weekly'; readonly days: readonly number[]; readonly time: string }
  /** Of the month, 1 to 31; 0: the last. */
  | { readonly kind: 'monthly'; readonly day: number; readonly time: string }
  | { readonly kind: 'custom'; readonly cron: string }

const names = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

export function rhythmOf(cron: string): Rhythm {
  const custom = { kind: 'custom', cron } as const
  const [minute, hour, day, month, weekday, ...more] = cron.trim().toUpperCase().split(/\s+/)
  if (weekday === undefined || more.length > 0 || month !== '*') return custom
  if (!/^\d{1,2}$/.test(minute!) || !/^\d{1,2}$/.test(hour!)) return custom
  const time = `${hour!.padStart(2, '0')}:${minute!.padStart(2, '0')}`
  if (day === '*' && weekday === '*') return { kind: 'daily', time }
  if (day === '*' && (weekday === 'MON-FRI' || weekday === '1-5')) return { kind: 'weekdays', time }
  if (day === '*') {
    const days = weekday.split(',').map((one) => (names.includes(one) ? names.indexOf(one) : Number(one)))
    if (days.every((one) => Number.isInteger(one) && one >= 0 && one <= 7))
      return {
        kind: 'weekly',
        days: [...new Set(days.map((one) => (one === 0 ? 7 : one)))].sort((a, b) => a - b),
        time,
      }
    return custom
  }
  if (weekday !== '*') return custom
  if (day === 'L') return { kind: 'monthly', day: 0, time }
  return /^\d{1,2}$/.test(day!) ? { kind: 'monthly', day: Number(day), time } : custom
}

export function cronOf(rhythm: Rhythm): string {
  if (rhythm.kind === 'custom') return rhythm.cron
  const [hour, minute] = rhythm.time.split(':').map(Number)
  const at = `${minute} ${hour}`
  switch (rhythm.kind) {
    case 'daily':
      return `${at} * * *`
    case 'weekdays':
      return `${at} * * MON-FRI`
    case 'weekly':
      return `${at} * * ${rhythm.days.map((day) => names[day % 7]).join(',')}`
    case 'monthly':
      return `${at} ${rhythm.day === 0 ? 'L' : rhythm.day} * *`
  }
}
