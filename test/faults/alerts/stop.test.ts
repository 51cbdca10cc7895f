import { expect, onTestFinished, test } from 'vitest'
import { startSink } from '../../servers/smtp-sink.ts'
import { patience } from '../../support/pace.ts'
import { readLeft } from '../support/books.ts'
import { startDaemon } from '../support/daemon.ts'
import { openHouse } from '../support/house.ts'
import { until } from '../support/until.ts'
import { auditAlerts, expectAllTold } from './support/audit.ts'
import { alertBooksIn, alertBooksOf } from './support/books.ts'
import { allTold, follow } from './support/followers.ts'
import { startSource } from './support/source.ts'

const stopMs = patience(10_000)

test.each([
  { name: 'a quick server', people: 12, delayMs: 0, alerts: 300, before: 600 },
  // Ten connections, three and a half seconds a mail: 200 mails are ten times as much as a stop has time for.
  { name: 'a server that takes 3.5 s a mail', people: 40, delayMs: 3500, alerts: 5, before: 10 },
])(
  'SIGTERM while alerts come in and go out through $name: out within 10 s with nothing in doubt, and the next start tells the rest',
  async ({ people, delayMs, alerts, before }) => {
    const sink = await startSink({
      faults: ({ phase }) => (delayMs > 0 && phase === 'dot' ? { do: 'delay', ms: delayMs } : undefined),
    })
    onTestFinished(() => sink.close())
    const house = await openHouse({
      people,
      settings: {
        channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none', connections: 10 } },
        alerts: { sweepMs: 50 },
      },
    })
    const followers = await follow(house, people)
    const daemon = await startDaemon(house)
    const source = startSource({
      alerts,
      lanes: 8,
      room: (accepted) => delayMs > 0 || sink.count() >= (accepted - 20) * people,
    })
    source.turnTo(daemon)
    await until('mails to be on their way', () => sink.count() >= before, { everyMs: 2 })

    const asked = performance.now()
    const exit = await daemon.stop()
    source.turnTo(null)
    expect(performance.now() - asked).toBeLessThan(stopMs)
    expect(exit).toEqual({ code: 0, signal: null })
    const left = auditAlerts(await readLeft(house, alertBooksIn), sink.received())
    expect(left.in('unknown')).toEqual([])
    expect(left.in('handing')).toEqual([])
    expect(left.doubts).toBe(0)
    const through = source.accepted.size === alerts && left.in('sent').length >= alerts * people
    expect(through, 'the stop must fall between').toBe(false)

    sink.setFaults(null)
    const next = await startDaemon(house)
    source.turnTo(next)
    await source.done
    await allTold(next)
    const last = auditAlerts(await alertBooksOf(next.client), sink.received())
    expectAllTold(last, followers)
    const keys = new Set(last.alerts.map(({ key }) => key))
    expect(
      [...source.accepted].filter((key) => !keys.has(key)),
      'accepted, and lost',
    ).toEqual([])
    expect(last.doubled).toEqual([])
    expect(last.doubts).toBe(0)
  },
)
