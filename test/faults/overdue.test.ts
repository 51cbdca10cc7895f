import { expect, test } from 'vitest'
import type { Campaign } from '../../engine/model/campaign.ts'
import { patience } from '../support/pace.ts'
import { startDaemon } from './support/daemon.ts'
import { campaignInput } from './support/house.ts'
import { auditOf, openOffice } from './support/office.ts'
import { until } from './support/until.ts'

const people = 50

test('a schedule that came due while no daemon ran, past its grace, asks; nothing goes out before the answer', async () => {
  const { house, sink, daemon } = await openOffice({ people, settings: { delivery: { sweepMs: 20 } } })
  const graceMs = 100
  await daemon.client.post('/campaigns', campaignInput({ graceMs }))
  const at = Date.now() + patience(3000)
  await daemon.client.post('/campaigns/weekly/schedule', { at })
  await daemon.stop()
  expect(Date.now(), 'it must not have come due before the stop').toBeLessThan(at)
  await until('the schedule to be past its grace', () => Date.now() > at + 2 * graceMs)

  const next = await startDaemon(house)
  const asked = await until('the question', async () => {
    const campaign = await next.client.get<Campaign>('/campaigns/weekly')
    return campaign.reason === null ? null : campaign
  })
  expect(asked).toMatchObject({ state: 'scheduled', scheduledAt: at })
  expect(asked.reason).toMatch(/^overdue by .*: start, schedule or cancel it$/)
  expect(sink.count()).toBe(0)

  await next.client.post('/campaigns/weekly/start')
  await next.reaches('weekly', 'finished')
  const { doubled, missing } = await auditOf(next, sink)
  expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
})

test('a schedule that came due while no daemon ran, within its grace, fires once with the start', async () => {
  const { house, sink, daemon } = await openOffice({ people, settings: { delivery: { sweepMs: 20 } } })
  await daemon.client.post('/campaigns', campaignInput())
  const at = Date.now() + patience(2000)
  await daemon.client.post('/campaigns/weekly/schedule', { at })
  await daemon.stop()
  await until('the schedule to be past', () => Date.now() > at)
  const next = await startDaemon(house)
  await next.reaches('weekly', 'finished')
  const { doubled, missing } = await auditOf(next, sink)
  expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
  expect(await next.client.all('/publications')).toHaveLength(1)
})
