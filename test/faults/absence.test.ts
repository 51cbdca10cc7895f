import { copyFileSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Campaign } from '../../engine/model/campaign.ts'
import { patience } from '../support/pace.ts'
import { type Daemon, startDaemon } from './support/daemon.ts'
import { campaignInput, type House } from './support/house.ts'
import { auditOf, type Office, openOffice } from './support/office.ts'
import { until } from './support/until.ts'

const people = 300

const office = (delivery: object = {}): Promise<Office> =>
  openOffice({
    people,
    settings: { delivery: { sweepMs: 20, batch: 10, chunk: 50, ...delivery } },
    sink: { faults: ({ phase }) => (phase === 'dot' ? { do: 'delay', ms: 10 } : undefined) },
  })

/** Half of a campaign, and a clean stop in its middle; `before` is done just ahead of it. */
async function stopHalfWay(
  { sink, daemon, send }: Office,
  before: () => Promise<unknown> = async () => {},
): Promise<void> {
  await send()
  await until('half of the letters', () => sink.count() >= people / 2, { everyMs: 2 })
  await before()
  await daemon.stop()
  expect(sink.count(), 'the stop must fall into the campaign').toBeLessThan(people)
}

/** As an administrator would: the copy in place of the file, and its log gone. */
function restore(house: House, backup: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(house.database + suffix, { force: true })
  copyFileSync(backup, house.database)
}

const campaignOf = (daemon: Daemon, name: string) => daemon.client.get<Campaign>(`/campaigns/${name}`)

/** As many sweeps as it takes to answer these. */
async function letItSweep(daemon: Daemon): Promise<void> {
  for (let asked = 0; asked < 100; asked++) await daemon.client.get('/lists')
}

test('a restored backup: what it says is running, or due, asks; nothing goes out before the answer', async () => {
  const at = await office()
  const { house, sink, daemon } = at
  await daemon.client.post('/campaigns', campaignInput({ name: 'monthly' }))
  let due = 0
  await stopHalfWay(at, () => {
    due = Date.now() + patience(6000)
    return daemon.client.post('/campaigns/monthly/schedule', { at: due })
  })
  expect(Date.now(), 'the backup must be older than the schedule').toBeLessThan(due)
  const backup = `${house.database}.bak`
  copyFileSync(house.database, backup)

  // Life goes on: the backup is overtaken.
  const later = await startDaemon(house)
  await later.reaches('weekly', 'finished')
  await later.reaches('monthly', 'finished')
  await later.stop()
  const letters = sink.count()
  expect(letters).toBe(2 * people)

  restore(house, backup)
  const restored = await startDaemon(house)
  await letItSweep(restored)
  expect(await campaignOf(restored, 'weekly')).toMatchObject({
    state: 'paused',
    reason: expect.stringContaining('backup'),
  })
  expect(await campaignOf(restored, 'monthly')).toMatchObject({
    state: 'scheduled',
    reason: expect.stringContaining('backup'),
  })
  expect(sink.count()).toBe(letters)

  // The answer is kept: the next start does not go on by itself either.
  await restored.client.post('/campaigns/monthly/cancel')
  await restored.stop()
  const next = await startDaemon(house)
  await letItSweep(next)
  expect(await campaignOf(next, 'weekly')).toMatchObject({ state: 'paused' })
  expect(sink.count()).toBe(letters)
  // Somebody says so: what the backup did not know goes out again, and the rest of it for the first time.
  await next.client.post('/campaigns/weekly/resume')
  await next.reaches('weekly', 'finished')
  expect((await next.progress('weekly')).counts).toMatchObject({ sent: people, unknown: 0 })
})

test('a daemon that was away for longer than its grace asks before it goes on', async () => {
  const resumeGraceMs = 300
  const at = await office({ resumeGraceMs })
  const { house, sink } = at
  await stopHalfWay(at)
  const stopped = Date.now()
  const letters = sink.count()
  await until('the grace to be over', () => Date.now() > stopped + 2 * resumeGraceMs)
  const next = await startDaemon(house)
  await letItSweep(next)
  expect(await campaignOf(next, 'weekly')).toMatchObject({
    state: 'paused',
    reason: expect.stringContaining('away'),
  })
  expect(sink.count()).toBe(letters)

  await next.client.post('/campaigns/weekly/resume')
  await next.reaches('weekly', 'finished')
  const { doubled, missing } = await auditOf(next, sink)
  expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
})

test('a daemon that was away for a moment goes on by itself', async () => {
  const at = await office()
  const { house, sink } = at
  await stopHalfWay(at)
  const next = await startDaemon(house)
  await next.reaches('weekly', 'finished')
  const { doubled, missing } = await auditOf(next, sink)
  expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
})
