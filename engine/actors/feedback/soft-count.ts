import type { EngineConfig } from '../../config.ts'
import { addSoft, type Since } from '../../feedback/score.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../model/ids.ts'
import type { SoftBounce } from '../../ports/soft-bounces.ts'
import type { Store } from '../../ports/store.ts'

const dayMs = 86_400_000
const tries = 5
const pageSize = 500
const maxPages = 4

/** Bounces that may pass, a person's together. */
export interface SoftCount {
  /** One more. `over`: they are too many now. `publicationId`: whose letter it was. */
  add(
    id: SubscriberId,
    at: EpochMs,
    publicationId: PublicationId | null,
  ): Promise<{ readonly score: number; readonly over: boolean }>
}

export function createSoftCount(parts: {
  readonly config: Pick<EngineConfig['bounces'], 'softLimit' | 'softHalfLifeDays'>
  readonly store: Pick<Store, 'softBounces' | 'events' | 'deliveries'>
}): SoftCount {
  const { config, store } = parts
  const settings = { limit: config.softLimit, halfLifeMs: config.softHalfLifeDays * dayMs }

  /** Asked when one comes, not kept up with each letter: nearly nobody's letters come back. */
  async function since({ subscriberId, at }: SoftBounce, but: PublicationId | null): Promise<Since> {
    let arrived = 0
    let after = 0
    for (let pages = 0; pages < maxPages; pages++) {
      const page = await store.deliveries.ofSubscriber({ subscriberId, after, limit: pageSize })
      for (const { state, updatedAt, publicationId } of page.rows)
        if (state === 'sent' && updatedAt > at && publicationId !== but) arrived += 1
      if (page.next === null) break
      after = page.next
    }
    for (const type of ['opened', 'clicked'] as const) {
      const { rows } = await store.events.page({ subscriberId, type, after: 0, limit: pageSize })
      // A scanner stands before the mailbox; all others stand behind it.
      if (rows.some((event) => event.at > at && event.class !== 'scanner' && event.class !== 'unknown'))
        return { alive: true, arrived }
    }
    return { alive: false, arrived: Math.max(0, arrived - (await returnedSince(subscriberId, at))) }
  }

  async function returnedSince(subscriberId: SubscriberId, at: EpochMs): Promise<number> {
    const { rows } = await store.events.page({ subscriberId, type: 'bounced', after: 0, limit: pageSize })
    return rows.filter((event) => event.at > at).length
  }

  return {
    async add(subscriberId, at, publicationId) {
      for (let turn = 1; ; turn++) {
        const before = await store.softBounces.get(subscriberId)
        const known = before === null ? { alive: false, arrived: 0 } : await since(before, publicationId)
        const next = { subscriberId, ...addSoft(before, at, known, settings) }
        const same = before !== null && next.at === before.at && next.score === before.score
        if (same || (await store.softBounces.put(next, before)) || turn === tries)
          return { score: next.score, over: next.score >= settings.limit }
      }
    },
  }
}
