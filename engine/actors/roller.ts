import type { Counter } from '../analytics/counter.ts'
import { type Clock, pause } from '../clock.ts'
import type { Log } from '../log.ts'
import type { EpochMs, PublicationId } from '../model/ids.ts'
import type { Fact } from '../model/progress.ts'
import type { LeadershipStore } from '../ports/leadership.ts'
import { createSweeper } from './sweeper.ts'

/** Numbers are at most this and one step behind. A wake-up for each append would only make the steps smaller, and 30 small
 *  steps cost a campaign far more than one large one: those who are sent a letter share a few hundred domains. */
const everyMs = 400
/** A step is one transaction: of 1,000 letters that were sent 15 ms, of 1,000 people's first opens 50 ms, in SQLite. Nobody waits for the writer
 *  longer than that; twice as many cost no less an event (8 and 28 us of a core). */
const stepEvents = 1000
/** When the counting node is gone, another takes over within this. */
const leadMs = 6000
const leading = 'rollup'
/** Listeners hear of a publication no more often than this. */
const tellEveryMs = 1000

/** Keeps the numbers up to date on one of the nodes: whichever has the lead. */
export interface Roller {
  start(): void
  /** Count now, not with the next beat. */
  kick(): void
  stop(): Promise<void>
}

export function createRoller(parts: {
  readonly leadership: LeadershipStore
  readonly counter: Counter
  readonly owner: string
  readonly clock: Clock
  readonly log: Log
  /** After each step: what was read of these before is no longer true. */
  readonly moved: (publicationIds: readonly PublicationId[]) => Promise<void>
  readonly tell: (fact: Fact) => void
}): Roller {
  const { leadership, counter, owner, clock, log, moved, tell } = parts
  const stopping = new AbortController()
  const untold = new Set<PublicationId>()
  let toldAt: EpochMs = Number.NEGATIVE_INFINITY
  let led: { readonly at: EpochMs; readonly leads: boolean } | null = null

  async function leads(): Promise<boolean> {
    const now = clock.now()
    if (led === null || now - led.at >= leadMs / 4 || now < led.at)
      led = { at: now, leads: await leadership.lead(leading, owner, leadMs) }
    return led.leads
  }

  /** What moved in the second before is one fact; the last is told with a later beat. */
  function tellMoved(): void {
    const now = clock.now()
    if (untold.size === 0 || (now - toldAt < tellEveryMs && now >= toldAt)) return
    toldAt = now
    tell({ type: 'analytics.counted', publicationIds: [...untold] })
    untold.clear()
  }

  async function sweep(): Promise<void> {
    while (!stopping.signal.aborted && (await leads())) {
      const begun = clock.now()
      const { events, applied, publicationIds } = await counter.step(stepEvents)
      if (publicationIds.length > 0) await moved(publicationIds)
      for (const id of publicationIds) untold.add(id)
      tellMoved()
      if (applied && events < stepEvents) return
      // Far behind: half of the time is left to others, who write to the same store.
      const tookMs = clock.now() - begun
      if (tookMs > 0) await pause(clock, tookMs, stopping.signal)
    }
  }

  const sweeper = createSweeper({
    clock,
    everyMs,
    sweep,
    onError: (error) => log.warn({ reason: String(error) }, 'rollup.failed'),
  })
  return {
    start: sweeper.start,
    kick: sweeper.kick,
    async stop() {
      stopping.abort()
      await sweeper.stop()
      if (led?.leads === true) await leadership.resign(leading, owner).catch(() => {})
    },
  }
}
