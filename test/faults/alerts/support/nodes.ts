import { expect } from 'vitest'
import { type Cluster, openCluster } from '../../support/cluster.ts'
import type { Daemon } from '../../support/daemon.ts'
import { type AlertAudit, auditAlerts, expectAllTold } from './audit.ts'
import { alertBooksIn } from './books.ts'
import { allTold, followIn } from './followers.ts'
import type { Source } from './source.ts'

const people = 10
const settings = { delivery: { leaseMs: 2000, sweepMs: 50 }, alerts: { sweepMs: 50 } }

/** Nodes on one Postgres, whose people follow alerts. */
export interface AlertNodes {
  readonly cluster: Cluster
  /** Of a source: it may not run far ahead of the mails. */
  room(accepted: number): boolean
  /** Once the sources are through and everything is told: what the books and the mails say. All that was accepted was told
   *  to everybody, once. */
  last(node: Daemon, sources: readonly Source[]): Promise<AlertAudit>
}

export async function openAlertNodes({ redis = false } = {}): Promise<AlertNodes> {
  const cluster = await openCluster({ people: people + 2, settings, redis })
  const followers = await followIn(cluster.store, people)
  return {
    cluster,
    room: (accepted) => cluster.letters() >= (accepted - 20) * people,
    async last(node, sources) {
      for (const source of sources) await source.done
      await allTold(node)
      const audit = auditAlerts(await alertBooksIn(cluster.store), cluster.received())
      expectAllTold(audit, followers)
      const keys = new Set(audit.alerts.map(({ key }) => key))
      expect(keys.size, 'one alert a key').toBe(audit.alerts.length)
      expect(
        sources.flatMap(({ accepted }) => [...accepted].filter((key) => !keys.has(key))),
        'accepted, and lost',
      ).toEqual([])
      return audit
    },
  }
}
