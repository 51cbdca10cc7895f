/** Leave to make a call, for so many at a time. */
export interface Slots {
  /** Resolves with what gives it back. Urgent ones go before all that wait, else first come, first served. */
  take(urgent: boolean): Promise<() => void>
}

/** Of `count` an eighth, and one at least, is kept for what is urgent: a channel that hangs on a campaign's letters still
 *  takes an alert at once. */
export function createSlots(count: number): Slots {
  const kept = count > 1 ? Math.max(1, Math.floor(count / 8)) : 0
  const waiting = { urgent: [] as (() => void)[], bulk: [] as (() => void)[] }
  let free = count
  const next = (): (() => void) | undefined =>
    free > 0 ? (waiting.urgent.shift() ?? (free > kept ? waiting.bulk.shift() : undefined)) : undefined
  const release = () => {
    free++
    const run = next()
    if (run === undefined) return
    free--
    run()
  }
  return {
    async take(urgent) {
      if (free > (urgent ? 0 : kept)) free--
      else await new Promise<void>((resolve) => waiting[urgent ? 'urgent' : 'bulk'].push(resolve))
      return release
    },
  }
}
