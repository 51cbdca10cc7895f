import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { seeded } from '../../../../app/demo/content/seeded.ts'
import { startSinkProcess } from '../../../servers/smtp-sink-process.ts'
import { readLeft } from '../../support/books.ts'
import { spawnDaemon, startDaemon } from '../../support/daemon.ts'
import { openHouse } from '../../support/house.ts'
import { letterCount } from '../../support/letter-count.ts'
import { passing, until } from '../../support/until.ts'
import { type AlertAudit, auditAlerts, expectAllTold } from './audit.ts'
import { alertBooksIn, alertBooksOf } from './books.ts'
import { allTold, follow } from './followers.ts'
import { startSource } from './source.ts'

export interface AlertKills {
  readonly followers: number
  readonly alerts: number
  readonly kills: number
  /** Replays the moments. */
  readonly seed: number
}

const lanes = 8
/** Alerts that may wait for their mails: a source that runs far ahead would be over before the last kill. */
const ahead = 20

/** kill -9 at random moments while alerts are posted all the time, again and again. Checks the books on the disk after
 *  every kill, and at the end that everything accepted was told to everybody, once. */
export async function killWhileAlertsCome({
  followers,
  alerts,
  kills,
  seed,
}: AlertKills): Promise<AlertAudit & { readonly ended: number }> {
  const random = seeded(seed)
  const house = await openHouse({ people: followers + 3, settings: {} })
  const file = join(house.folder, 'receipts.tsv')
  const mails = letterCount(file)
  const sink = await startSinkProcess({ file })
  onTestFinished(() => sink.close())
  house.configure({
    channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none' } },
    alerts: { sweepMs: 50 },
  })

  const addresses = await follow(house, followers)
  let daemon = await startDaemon(house)
  const source = startSource({
    alerts,
    lanes,
    room: (accepted) => mails() >= (accepted - ahead) * followers,
  })
  source.turnTo(daemon)
  const moments = Array.from({ length: kills }, () => 0.02 + random() * 0.9).sort((a, b) => a - b)
  let inFlight = 0
  for (const [i, moment] of moments.entries()) {
    if (i > 0 && random() < 0.2) {
      const starting = spawnDaemon(house)
      await passing(random() * 1200)
      starting.child.kill('SIGKILL')
      await starting.exited
    } else {
      if (i > 0) daemon = await startDaemon(house)
      source.turnTo(daemon)
      await until('alerts to be accepted', () => source.accepted.size >= moment * alerts, { everyMs: 1 })
      await passing(random() * 20)
      expect(source.accepted.size, 'the kill must hit while alerts are posted').toBeLessThan(alerts)
      source.turnTo(null)
      await daemon.kill()
    }
    const left = auditAlerts(await readLeft(house, alertBooksIn), sink.received())
    const { length } = left.in('handing')
    inFlight += length
    expect(left.doubts, 'doubt falls on what was in flight, and on nothing else').toBeLessThanOrEqual(
      inFlight,
    )
  }

  daemon = await startDaemon(house)
  source.turnTo(daemon)
  await source.done
  await allTold(daemon)
  const last = auditAlerts(await alertBooksOf(daemon.client), sink.received())
  expectAllTold(last, addresses)
  const keys = new Map(last.alerts.map(({ key, state }) => [key, state]))
  expect(keys.size, 'one alert a key').toBe(last.alerts.length)
  expect(
    [...source.accepted].filter((key) => !keys.has(key)),
    'accepted, and lost',
  ).toEqual([])
  expect([...source.ended].filter((key) => keys.get(key) !== 'resolved')).toEqual([])
  expect(last.in('sent')).toHaveLength(last.rows.length)
  expect(last.doubts, 'doubt falls on what was in flight, and on nothing else').toBeLessThanOrEqual(inFlight)
  expect(await daemon.stop()).toEqual({ code: 0, signal: null })
  return { ...last, ended: source.ended.size }
}
