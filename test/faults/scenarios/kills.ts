import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { seeded } from '../../../app/demo/content/seeded.ts'
import type { UncertainPolicy } from '../../../engine/model/campaign.ts'
import { startSinkProcess } from '../../servers/smtp-sink-process.ts'
import { type Audit, audit } from '../support/audit.ts'
import { booksLeft, booksOf } from '../support/books.ts'
import { type Daemon, spawnDaemon, startDaemon } from '../support/daemon.ts'
import { campaignInput, openHouse } from '../support/house.ts'
import { letterCount } from '../support/letter-count.ts'
import { passing, until } from '../support/until.ts'

export interface Kills {
  readonly uncertain: UncertainPolicy
  readonly people: number
  readonly kills: number
  readonly lanes: number
  readonly batch: number
  /** Replays the moments. */
  readonly seed: number
}

/** kill -9 at random moments of one campaign, again and again, until it is through. Checks the books on the disk
 *  after every kill; resolves with the last audit. */
export async function killAgainAndAgain(options: Kills): Promise<Audit> {
  const { uncertain, people, kills, lanes, batch, seed } = options
  const random = seeded(seed)
  const house = await openHouse({ people, settings: {} })
  const file = join(house.folder, 'receipts.tsv')
  const letters = letterCount(file)
  const sink = await startSinkProcess({ file })
  onTestFinished(() => sink.close())
  house.configure({
    channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none' } },
    delivery: { lanes, batch, chunk: Math.max(batch, Math.min(1000, Math.ceil(people / 12))) },
  })

  let daemon = await startDaemon(house)
  await daemon.client.post('/campaigns', campaignInput({ uncertain }))
  await daemon.client.post('/campaigns/weekly/start')
  // Moments by letters, so that they spread over the campaign however fast the machine is. Some of the kills
  // hit the start of a daemon instead: its recovery has to bear them too.
  const moments = Array.from({ length: kills }, () => 0.01 + random() * 0.9).sort((a, b) => a - b)
  let doubts = 0
  for (const [i, moment] of moments.entries()) {
    if (i > 0 && random() < 0.2) {
      const starting = spawnDaemon(house)
      await passing(random() * 1200)
      starting.child.kill('SIGKILL')
      await starting.exited
    } else {
      if (i > 0) daemon = await startDaemon(house)
      await lettersToBe(daemon, letters, moment * people)
      await passing(random() * 20)
      expect((await daemon.progress('weekly')).state, 'the kill must hit a campaign under way').not.toBe(
        'finished',
      )
      await daemon.kill()
    }
    const left = audit(await booksLeft(house, 'weekly'), sink.received())
    const now = left.in('handing').length + left.uncertain.reduce((sum, row) => sum + row.uncertain, 0)
    expect(now - doubts, 'a kill leaves lanes x batch doubts at most').toBeLessThanOrEqual(lanes * batch)
    doubts = now
    if (uncertain === 'hold') expect(left.doubled).toEqual([])
  }

  daemon = await startDaemon(house)
  await daemon.reaches('weekly', 'finished', 10 * 60_000)
  const last = audit(await booksOf(daemon.client, 'weekly'), sink.received())
  expect(last.counts).toMatchObject({
    audience: people,
    queued: 0,
    handing: 0,
    retry: 0,
    failed: 0,
    suppressed: 0,
  })
  const total = last.uncertain.reduce((sum, row) => sum + row.uncertain, 0)
  expect(total).toBeLessThanOrEqual(kills * lanes * batch)
  expect(await daemon.stop()).toEqual({ code: 0, signal: null })
  return last
}

const lettersToBe = (daemon: Daemon, letters: () => number, wanted: number) =>
  until(
    `${Math.round(wanted)} letters`,
    () => {
      if (!daemon.alive()) throw new Error(`The daemon ended by itself:\n${daemon.output().slice(-4000)}`)
      return letters() >= wanted
    },
    { limitMs: 5 * 60_000, everyMs: 2 },
  )

/** What the two policies promise once all is over. */
export function expectPromise(
  uncertain: UncertainPolicy,
  { rows, counts, doubled, missing, in: inState }: Audit,
): void {
  if (uncertain === 'hold') {
    expect(doubled).toEqual([])
    expect(counts.sent + counts.unknown).toBe(counts.audience)
    // An unknown letter went out or it did not; everybody else has exactly one.
    expect(inState('sent').filter(({ copies }) => copies !== 1)).toEqual([])
    expect(missing).toBe(inState('unknown').filter(({ copies }) => copies === 0).length)
  } else {
    expect(missing).toBe(0)
    expect(counts.sent).toBe(counts.audience)
    expect(rows.filter(({ copies, uncertain }) => copies > 1 && uncertain === 0)).toEqual([])
  }
}
