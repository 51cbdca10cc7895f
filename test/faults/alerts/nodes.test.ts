import { expect, test } from 'vitest'
import { openCluster } from '../support/cluster.ts'
import type { Daemon } from '../support/daemon.ts'
import { until } from '../support/until.ts'
import { auditAlerts, expectAllTold } from './support/audit.ts'
import { alertBooksIn } from './support/books.ts'
import { allTold, followIn } from './support/followers.ts'
import { type Source, startSource } from './support/source.ts'

const people = 10
const settings = { delivery: { leaseMs: 2000, sweepMs: 50 }, alerts: { sweepMs: 50 } }

async function openNodes() {
  const cluster = await openCluster({ people: people + 2, settings })
  const followers = await followIn(cluster.store, people)
  return {
    cluster,
    room: (accepted: number) => cluster.letters() >= (accepted - 20) * people,
    /** What the books and the mails say, once everything is told. */
    async last(node: Daemon, sources: readonly Source[]) {
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

const takenUp = (node: Daemon) => node.output().split('"desk.taken_up"').length - 1
const toTakeUp = (node: Daemon, times = 1) => until('the node to have the desk', () => takenUp(node) >= times)

test('the node that has the desk is killed, twice: another one tells what comes, and what was not told yet', async () => {
  const { cluster, room, last } = await openNodes()
  let desk = await cluster.start()
  await toTakeUp(desk)
  const alerts = 240
  const source = startSource({ alerts, lanes: 6, room })
  for (const share of [0.25, 0.6]) {
    const other = await cluster.start()
    source.turnTo(other)
    await until('alerts to be accepted', () => source.accepted.size >= alerts * share, { everyMs: 1 })
    expect(takenUp(other), 'the kill must hit the node that has the desk').toBe(0)
    await desk.kill()
    desk = other
    await toTakeUp(desk)
  }
  await last(desk, [source])
})

test('the node that has the desk sleeps for longer than it may lead, three times: nothing is told twice', async () => {
  const { cluster, last } = await openNodes()
  let [sleeper, other] = [await cluster.start(), await cluster.start()]
  await until('one of them to have the desk', () => takenUp(sleeper) + takenUp(other) > 0)
  if (takenUp(other) > 0) [sleeper, other] = [other, sleeper]
  const naps = 3
  const aNap = 60
  let allowed = 0
  const sources = [sleeper, other].map((node, i) => {
    const alerts = aNap * naps
    const source = startSource({ alerts, from: alerts * i, lanes: 4, room: (accepted) => accepted < allowed })
    source.turnTo(node)
    return source
  })
  for (let nap = 1; nap <= naps; nap++) {
    const early = allowed + aNap / 3
    allowed += aNap
    await until('alerts to come to both', () => sources.every(({ accepted }) => accepted.size >= early), {
      everyMs: 1,
    })
    const times = takenUp(other)
    sleeper.signal('SIGSTOP')
    await toTakeUp(other, times + 1)
    await until('all that come meanwhile', () => sources.some(({ accepted }) => accepted.size >= allowed - 4))
    sleeper.signal('SIGCONT')
    ;[sleeper, other] = [other, sleeper]
  }
  await last(other, sources)
})
