import { expect } from 'vitest'
import { seeded } from '../../../app/demo/content/seeded.ts'
import type { UncertainPolicy } from '../../../engine/model/campaign.ts'
import type { Audit } from '../support/audit.ts'
import { type Cluster, openCluster } from '../support/cluster.ts'
import type { Daemon } from '../support/daemon.ts'
import { passing, until } from '../support/until.ts'

export const lanes = 2
export const batch = 25

/** Small lanes, so that a fault finds a campaign under way. */
export const delivery = { lanes, batch, chunk: 100, leaseMs: 2000, sweepMs: 50 }

export const lettersToBe = (cluster: Cluster, nodes: readonly Daemon[], wanted: number) =>
  until(
    `${Math.round(wanted)} letters`,
    () => {
      for (const node of nodes)
        if (!node.alive()) throw new Error(`A node ended by itself:\n${node.output().slice(-4000)}`)
      return cluster.letters() >= wanted
    },
    { everyMs: 2 },
  )

/** kill -9 of one node of three after the other at random moments, each replaced by a new one, until the campaign is
 *  through. */
export async function killNodes(options: {
  readonly uncertain: UncertainPolicy
  readonly people: number
  readonly kills: number
  readonly redis: boolean
  readonly seed: number
  /** Letters a second of all nodes: a campaign that is over before the last kill would prove nothing. */
  readonly perSecond?: number
}): Promise<Audit> {
  const { uncertain, people, kills, redis, seed, perSecond } = options
  const random = seeded(seed)
  const limits = perSecond === undefined ? {} : { channel: { smtp: { perSecond, burst: perSecond / 4 } } }
  const cluster = await openCluster({ people, redis, settings: { delivery, limits } })
  /** Those that are up. A new one may take longer to start than the campaign has left. */
  const nodes = [await cluster.start(), await cluster.start(), await cluster.start()]
  const starting = new Set<Promise<void>>()
  const replace = () => {
    const start = cluster.start().then((node) => {
      nodes.push(node)
      starting.delete(start)
    })
    starting.add(start)
  }
  await cluster.send(nodes[0] as Daemon, { uncertain })
  for (let kill = 1; kill <= kills; kill += 1) {
    if (nodes.length === 1) await Promise.race(starting)
    await lettersToBe(cluster, nodes, (people * kill * 0.85) / (kills + 1))
    await passing(random() * 10)
    const [victim] = nodes.splice(Math.floor(random() * nodes.length), 1)
    await (victim as Daemon).kill()
    const state = (await cluster.store.campaigns.byName('weekly'))?.state
    expect(state, 'the kill must hit a campaign under way').toBe('running')
    replace()
  }
  await Promise.all(starting)
  await (nodes[0] as Daemon).reaches('weekly', 'finished')
  const last = await cluster.audit()
  expect(last.counts).toMatchObject({
    audience: people,
    queued: 0,
    handing: 0,
    retry: 0,
    failed: 0,
    suppressed: 0,
  })
  const doubts = last.uncertain.reduce((sum, row) => sum + row.uncertain, 0)
  expect(doubts, 'a kill leaves lanes x batch doubts at most').toBeLessThanOrEqual(kills * lanes * batch)
  for (const node of nodes) expect(await node.stop()).toEqual({ code: 0, signal: null })
  return last
}
