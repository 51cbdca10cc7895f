/** Every week at this moment, by the clocks of a time zone: `20 14 * * WED`. */
export function weeklyAt(at: number, timeZone: string): string {
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      hour: 'numeric',
      minute: 'numeric',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const weekday = parts.get('weekday')!.toUpperCase()
  return `${Number(parts.get('minute'))} ${Number(parts.get('hour'))} * * ${weekday}`
}
