import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Sink } from '../servers/smtp-sink.ts'
import { startSink } from '../servers/smtp-sink.ts'
import { patience } from '../support/pace.ts'
import { type Daemon, startDaemon } from './support/daemon.ts'
import { campaignInput, openHouse } from './support/house.ts'
import { auditOf } from './support/office.ts'
import { until } from './support/until.ts'

const people = 200
const resumeMs = patience(10_000)

async function sinkFor(port?: number): Promise<Sink> {
  const sink = await startSink(port === undefined ? {} : { port })
  onTestFinished(() => sink.close())
  return sink
}

const channelOf = async (daemon: Daemon) =>
  (await daemon.client.get<{ data: { name: string; state: string; detail: string | null }[] }>('/channels'))
    .data[0]!

/** Nothing gets through: the breaker opens again and again, and nobody pays for it. */
async function expectPatience(daemon: Daemon): Promise<void> {
  const opened = () => daemon.output().match(/"channel\.opened"/g)?.length ?? 0
  await until('the breaker to have opened twice', () => opened() >= 2)
  const { counts } = await daemon.progress('weekly')
  expect(counts).toMatchObject({ audience: people, sent: 0, failed: 0, unknown: 0, suppressed: 0 })
}

async function expectRecovery(daemon: Daemon, sink: Sink): Promise<void> {
  const back = performance.now()
  await until('the first letter', () => sink.count() > 0)
  expect(performance.now() - back).toBeLessThanOrEqual(resumeMs)
  await daemon.reaches('weekly', 'finished')
  const { counts, doubled, missing } = await auditOf(daemon, sink)
  expect(counts).toMatchObject({ sent: people, failed: 0, unknown: 0 })
  expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
}

test('SMTP refused: nobody is marked failed, and sending resumes within 10 s of its return', async () => {
  const first = await sinkFor()
  const { port } = first
  await first.close()
  const house = await openHouse({
    people,
    settings: { channels: { smtp: { host: '127.0.0.1', port, security: 'none' } } },
  })
  const daemon = await startDaemon(house)
  await daemon.client.post('/campaigns', campaignInput())
  await daemon.client.post('/campaigns/weekly/start')
  await expectPatience(daemon)
  expect((await channelOf(daemon)).detail).toContain(`Nothing listens at 127.0.0.1:${port}`)
  await expectRecovery(daemon, await sinkFor(port))
})

test('DNS failing: nobody is marked failed, and sending resumes within 10 s once the name resolves', async () => {
  const sink = await sinkFor()
  const house = await openHouse({
    people,
    settings: { channels: { smtp: { host: 'mail.broadsheet.invalid', port: sink.port, security: 'none' } } },
  })
  const names = join(house.folder, 'names')
  const daemon = await startDaemon(house, {
    preload: new URL('./support/name-service.ts', import.meta.url).href,
    env: { FAULT_TEST_NAMES: names },
  })
  await daemon.client.post('/campaigns', campaignInput())
  await daemon.client.post('/campaigns/weekly/start')
  await expectPatience(daemon)
  expect((await channelOf(daemon)).detail).toMatch(/mail\.broadsheet\.invalid:\d+ could not be resolved/)
  writeFileSync(names, '')
  await expectRecovery(daemon, sink)
})
