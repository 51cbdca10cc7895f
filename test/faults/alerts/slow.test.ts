import { expect, onTestFinished, test } from 'vitest'
import { always } from '../../servers/faults.ts'
import { startSink } from '../../servers/smtp-sink.ts'
import { startDaemon } from '../support/daemon.ts'
import { openHouse } from '../support/house.ts'
import { until } from '../support/until.ts'
import { auditAlerts, expectAllTold } from './support/audit.ts'
import { alertBooksOf } from './support/books.ts'
import { allTold, follow } from './support/followers.ts'
import { startSource } from './support/source.ts'

const people = 20
const mb = 1024 * 1024

test('a mail server that does not answer keeps no memory and no alert on another channel', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const quick = await startSink()
  const slow = await startSink({ faults: always('dot', { do: 'delay', until: released }) })
  onTestFinished(async () => {
    await Promise.all([quick.close(), slow.close()])
  })
  const to = (port: number) => ({ type: 'smtp', host: '127.0.0.1', port, security: 'none' })
  const house = await openHouse({
    people: 2 * people,
    settings: {
      channels: { smtp: to(quick.port), slow: to(slow.port) },
      alerts: { sweepMs: 50 },
    },
  })
  const prompt = await follow(house, people)
  const patient = await follow(house, people, { after: people, channel: 'slow' })
  const daemon = await startDaemon(house)

  let posted = 0
  /** Posts so many, and waits until the quick server has them. Resolves with the daemon's memory then. */
  async function post(alerts: number): Promise<number> {
    const source = startSource({
      alerts,
      from: posted,
      lanes: 8,
      room: (accepted) => quick.count() >= (posted + accepted - 20) * people,
    })
    source.turnTo(daemon)
    await source.done
    posted += source.accepted.size
    await until('the quick server to have all of them', () => quick.count() >= posted * people)
    return daemon.memory().now
  }

  // A process grows to its work first, whatever waits.
  await post(1200)
  const early = await post(200)
  const late = await post(600)
  expect(slow.connections().open, 'the slow server must still be at it').toBeGreaterThan(0)
  expect(slow.count()).toBe(0)
  expect((late - early) / mb, 'megabytes for what waits').toBeLessThan(16)

  release()
  await allTold(daemon)
  const last = auditAlerts(await alertBooksOf(daemon.client), [...quick.received(), ...slow.received()])
  expectAllTold(last, [...prompt, ...patient])
  expect(last.doubled).toEqual([])
})
