type Unit = readonly [one: string, more: string]

/** `12 minutes`, `3 hours`, `2 days`: the largest unit that is full, rounded down. */
export function spanOf(ms: number, minute: Unit, hour: Unit, day: Unit, less: string): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return less
  const hours = Math.floor(minutes / 60)
  const [value, [one, more]] =
    hours < 1 ? [minutes, minute] : hours < 48 ? [hours, hour] : [Math.floor(hours / 24), day]
  return `${value} ${value === 1 ? one : more}`
}
