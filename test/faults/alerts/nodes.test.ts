import { expect, test } from 'vitest'
import type { Daemon } from '../support/daemon.ts'
import { until } from '../support/until.ts'
import { openAlertNodes } from './support/nodes.ts'
import { startSource } from './support/source.ts'

const takenUp = (node: Daemon) => node.output().split('"desk.taken_up"').length - 1
const toTakeUp = (node: Daemon, times = 1) => until('the node to have the desk', () => takenUp(node) >= times)

test('the node that has the desk is killed, twice: another one tells what comes, and what was not told yet', async () => {
  const { cluster, room, last } = await openAlertNodes()
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

test('the node that has the desk sleeps for longer than it may lead, twice: nothing is told twice', async () => {
  const { cluster, last } = await openAlertNodes()
  let [sleeper, other] = [await cluster.start(), await cluster.start()]
  await until('one of them to have the desk', () => takenUp(sleeper) + takenUp(other) > 0)
  if (takenUp(other) > 0) [sleeper, other] = [other, sleeper]
  const naps = 2
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
