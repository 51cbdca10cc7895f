import type { Clock } from '../clock.ts'
import type { EngineConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { bareProof } from '../model/consent.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Store } from '../ports/store.ts'

const dayMs = 86_400_000
/** Nodes that start together do not each look. */
const leadMs = 3_600_000

/** Forgets, once a day and at the start, what is older than it is to be kept, on one node: in batches, each a transaction of its own,
 *  so that nothing waits for long. */
export interface Retention {
  start(): void
  stop(): Promise<void>
}

export function createRetention(parts: {
  readonly config: EngineConfig['retention']
  readonly store: Store
  readonly owner: string
  readonly clock: Clock
  readonly log: Log
}): Retention {
  const { config, store, owner, clock, log } = parts
  const { batch: limit } = config
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  let cancelTimer = () => {}

  const eraseUnconfirmed = async (before: EpochMs): Promise<number> => {
    const ids = await store.subscriptions.unconfirmed({ before, limit })
    const now = clock.now()
    // Nobody said yes, so nobody has to be kept from coming back.
    for (const id of ids)
      await store.subscriptions.erase({ id, remember: false, proof: bareProof('system', now), now })
    return ids.length
  }

  /** What is forgotten, after how many days, a batch at a time. */
  const jobs: readonly [what: string, days: number | null, forget: (before: EpochMs) => Promise<number>][] = [
    ['unconfirmed', config.unconfirmedDays, eraseUnconfirmed],
    ['asked', config.unconfirmedDays, (before) => store.subscriptions.forget('asked', { before, limit })],
    ['notices', config.unconfirmedDays, (before) => store.notices.remove({ before, limit })],
    ['hashes', config.erasedHashDays, (before) => store.subscriptions.forget('hashes', { before, limit })],
    ['deliveries', config.deliveriesDays, (before) => store.deliveries.remove({ before, limit })],
    ['events', config.eventsDays, (before) => store.events.remove({ before, limit })],
    ['reads', config.eventsDays, (before) => store.rollups.forget({ before, limit })],
    // Four half-lives of the longest that may be set.
    ['soft-bounces', 1460, (before) => store.softBounces.remove({ before, limit })],
    ['alerts', config.alertsDays, (before) => store.alerts.remove({ before, limit })],
    ['notifications', config.alertsDays, (before) => store.notifications.remove({ before, limit })],
    ['silences', config.alertsDays, (before) => store.silences.remove({ before, limit })],
    // What broke off before its end.
    ['uploads', 1, (before) => store.assetUploads.sweep({ before, limit })],
    ['affinities', config.affinitiesDays, (before) => store.models.forget({ before, limit })],
    ['audit', config.auditDays, (before) => store.audit.sweep({ before, limit })],
    // They are of no use from the moment they end.
    ['sessions', 0, (before) => store.sessions.sweep({ before, limit })],
    ['tokens', 0, (before) => store.tokens.sweep({ before, limit })],
    ['proofs', config.proofNetworkDays, (before) => store.consents.forget({ before, limit })],
  ]

  async function run(): Promise<void> {
    if (!(await store.leadership.lead('retention', owner, leadMs))) return
    await store.maintain(clock.now())
    for (const [what, days, forget] of jobs) {
      if (days === null) continue
      const before = clock.now() - days * dayMs
      let total = 0
      for (let count = limit; count >= limit && !stopping.signal.aborted; total += count)
        count = await forget(before)
      if (total > 0) log.info({ what, rows: total, days }, 'retention.forgot')
    }
  }

  function begin(): void {
    cancelTimer = clock.after(dayMs, begin)
    running ??= run()
      .catch((error: unknown) => log.warn({ reason: String(error) }, 'retention.failed'))
      .finally(() => {
        running = null
      })
  }

  let started = false
  return {
    start() {
      if (started) return
      started = true
      begin()
    },
    async stop() {
      stopping.abort()
      cancelTimer()
      await running
    },
  }
}
