import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { hourOf } from '../model/audience-flow.ts'
import type { Store } from '../ports/store.ts'
import { createSweeper } from './sweeper.ts'

/** An hour that has ended is looked at within this. */
const everyMs = 300_000
const leadMs = 900_000
const leading = 'census'
/** Looked at again each hour: what a node with a slow clock, or a long transaction, wrote of them late. */
const againHours = 48

/** Counts the audience once an hour, on one of the nodes: who came and who left, how many there are, how long alerts took.
 *  Hours are looked at when they are over; after a pause, all since the last one. */
export interface Census {
  start(): void
  stop(): Promise<void>
}

export function createCensus(parts: {
  readonly store: Pick<Store, 'audienceFlow' | 'leadership'> & {
    readonly reports: Pick<Store['reports'], 'audienceFlow'>
  }
  readonly owner: string
  readonly clock: Clock
  readonly log: Log
}): Census {
  const { store, owner, clock, log } = parts
  let led = false

  async function sweep(): Promise<void> {
    const to = hourOf(clock.now())
    const kept = await store.audienceFlow.kept()
    if (kept !== null && kept >= to) return
    led = await store.leadership.lead(leading, owner, leadMs)
    if (!led) return
    const from = kept === null ? 0 : Math.max(0, kept - againHours)
    await store.audienceFlow.keep(await store.reports.audienceFlow.look({ from, to }))
    log.info({ from, to }, 'census.taken')
  }

  const sweeper = createSweeper({
    clock,
    everyMs,
    sweep,
    onError: (error) => log.warn({ reason: String(error) }, 'census.failed'),
  })
  return {
    start: sweeper.start,
    async stop() {
      await sweeper.stop()
      if (led) await store.leadership.resign(leading, owner).catch(() => {})
    },
  }
}
