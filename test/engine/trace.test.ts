import { describe, expect, test } from 'vitest'
import { createSweeper } from '../../engine/actors/sweeper.ts'
import { createGatherer } from '../../engine/gather.ts'
import type { CampaignId } from '../../engine/model/ids.ts'
import { newTraceParent, traceIdOf } from '../../engine/model/trace.ts'
import { currentTrace, traceFields, withTrace } from '../../engine/trace.ts'
import { createTestClock } from './support/clock.ts'
import { openHouse } from './support/house.ts'
import { waitFor } from './support/wait.ts'

const trace = newTraceParent()
const traceId = traceIdOf(trace)

describe('what runs as part of a trace', () => {
  test('knows it over awaits, and nothing around it does', async () => {
    const inside = withTrace(trace, { requestId: 'r' }, async () => {
      await Promise.resolve()
      return [currentTrace(), traceFields()]
    })
    expect(currentTrace()).toBeNull()
    expect(traceFields()).toEqual({})
    expect(await inside).toEqual([trace, { traceId, requestId: 'r' }])
  })

  test('says what it is within, of the same trace only', () => {
    const other = newTraceParent()
    withTrace(trace, { requestId: 'r' }, () => {
      withTrace(trace, { campaignId: 1 }, () => {
        expect(traceFields()).toEqual({ traceId, requestId: 'r', campaignId: 1 })
      })
      withTrace(other, { campaignId: 2 }, () => {
        expect(traceFields()).toEqual({ traceId: traceIdOf(other), campaignId: 2 })
      })
      withTrace(null, { campaignId: 3 }, () => {
        expect(traceFields()).toEqual({ campaignId: 3 })
      })
    })
  })
})

describe('what is done for everybody is part of no trace', () => {
  test('a sweep that a request woke, and the sweeps after it', async () => {
    const clock = createTestClock()
    const seen: unknown[] = []
    const sweeper = createSweeper({
      clock,
      everyMs: 1000,
      async sweep() {
        await Promise.resolve()
        seen.push(currentTrace())
      },
      onError() {},
    })
    withTrace(trace, {}, () => sweeper.start())
    await waitFor('the first sweep', () => seen.length === 1)
    withTrace(trace, {}, () => sweeper.kick())
    await waitFor('a sweep on demand and those that follow', () => {
      clock.advance(1000)
      return seen.length >= 4
    })
    await sweeper.stop()
    expect(new Set(seen)).toEqual(new Set([null]))
  })

  test('calls that are made together', async () => {
    const seen: unknown[] = []
    const gatherer = createGatherer<number, number>(
      async (inputs) => {
        seen.push(currentTrace())
        return inputs
      },
      { maxInputs: 2 },
    )
    const answers = await withTrace(trace, {}, async () => {
      const all = await Promise.all([1, 2, 3].map(gatherer.add))
      return [...all, currentTrace()]
    })
    // Each caller goes on in its own.
    expect(answers).toEqual([1, 2, 3, trace])
    expect(seen).toEqual([null, null])
  })
})

describe('a campaign that is scheduled', () => {
  const runOf = async (house: Awaited<ReturnType<typeof openHouse>>, id: CampaignId) => {
    const campaign = await waitFor(
      'it to run',
      async () => {
        const row = await house.store.campaigns.get(id)
        return row !== null && row.publicationId !== null ? row : null
      },
      () => house.clock.advance(100),
    )
    return (await house.store.publications.get(campaign.publicationId!))!.spec.trace!
  }

  test('goes out in the trace of whoever scheduled it, each edition of a series in its own', async () => {
    await using house = await openHouse({ people: 5, delivery: { sweepMs: 100 } })
    const { campaigns } = house.engine
    const once = await house.campaign({ name: 'once' })
    await withTrace(trace, {}, () => campaigns.schedule(once.id, house.clock.now() + 1000))
    const run = await runOf(house, once.id)
    expect(run.parent).toBe(trace)
    expect(traceIdOf(run.own)).toBe(traceId)

    const series = await house.campaign({ name: 'series', repeat: { cron: '* * * * *', timeZone: 'UTC' } })
    await withTrace(trace, {}, () => campaigns.schedule(series.id))
    const edition = await runOf(house, series.id)
    expect(edition.parent).toBeNull()
    expect(traceIdOf(edition.own)).not.toBe(traceId)
  })
})
