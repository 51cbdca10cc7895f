import { describe, expect, test, vi } from 'vitest'
import { createHttp } from '../../../../app/http/server.ts'
import { BroadsheetError } from '../../../../engine/errors.ts'
import { silentLog } from '../../../../engine/log.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../../stores/memory/open.ts'
import { openTrackingDesk, targets } from './desk.ts'

/** A store that can be taken away. */
function takenAway() {
  const store = openMemoryStore()
  let append: Store['events']['append'] = store.events.append
  return {
    store: { ...store, events: { ...store.events, append: (events) => append(events) } } satisfies Store,
    refuse() {
      append = () => Promise.reject(new BroadsheetError('E_STORE', 'The database is away.'))
    },
    /** Takes calls and answers none of them; the returned function lets them go. */
    hang() {
      const { promise, resolve } = Promise.withResolvers<void>()
      append = async (events) => {
        await promise
        return store.events.append(events)
      }
      return resolve
    },
    back() {
      append = store.events.append
    },
  }
}

async function openDesk(reads: object = {}) {
  const kept = takenAway()
  const desk = await openTrackingDesk({ store: kept.store, engine: { reads } })
  const missed: string[] = []
  desk.office.house.engine.reads.watch({
    taken() {},
    missed: (type, why) => void missed.push(`${type} ${why}`),
  })
  return { kept, desk, missed }
}

describe('without its store', () => {
  test('a click is led on and counted as unrecorded; a pixel answers 503, and nobody keeps it', async () => {
    const { kept, desk, missed } = await openDesk()
    await using _ = desk
    await desk.click()
    kept.refuse()
    expect((await desk.click()).headers.get('location')).toBe(targets[0])
    const pixel = await desk.open()
    expect([pixel.status, pixel.headers.get('content-type')]).toEqual([503, 'image/gif'])
    expect([pixel.headers.get('cache-control'), pixel.headers.get('retry-after')]).toEqual([
      'no-store, max-age=0',
      '1',
    ])
    expect(missed).toEqual(['clicked away', 'opened away'])
    expect(await desk.events()).toHaveLength(1)
    kept.back()
    expect((await desk.open()).status).toBe(200)
    expect(await desk.events()).toHaveLength(2)
  })

  test('that takes writes and does not answer, nobody waits longer than settings say, and the next ones not at all', async () => {
    const { kept, desk, missed } = await openDesk({ waitMs: 300 })
    await using _ = desk
    const { clock, engine } = desk.office.house
    await desk.click()
    const release = kept.hang()
    const first = desk.click()
    await vi.waitFor(() => expect(engine.reads.waiting()).toBe(1), { interval: 5, timeout: 60_000 })
    clock.advance(300)
    expect((await first).status).toBe(302)
    // The clock stands still: these do not wait.
    expect((await desk.click()).status).toBe(302)
    expect((await desk.open()).status).toBe(503)
    expect(missed).toEqual(['clicked late', 'clicked late', 'opened late'])
    release()
    await engine.reads.settle(10_000)
    // Late, but not lost.
    expect(await desk.events()).toHaveLength(4)
    kept.back()
    expect((await desk.open()).status).toBe(200)
  })

  test('what waits is bounded: with no room left clicks are led on, and pixels answer 503', async () => {
    const { kept, desk, missed } = await openDesk({ maxWaiting: 3 })
    await using _ = desk
    const { engine } = desk.office.house
    await desk.click()
    const release = kept.hang()
    const waiting = [desk.click(), desk.click(), desk.open()]
    await vi.waitFor(() => expect(engine.reads.waiting()).toBe(3), { interval: 5, timeout: 60_000 })
    expect((await desk.click(targets[1])).headers.get('location')).toBe(targets[1])
    expect((await desk.open()).status).toBe(503)
    expect(missed).toEqual(['clicked full', 'opened full'])
    release()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([302, 302, 200])
    expect(await desk.events()).toHaveLength(4)
  })

  test('a link that this process has not read yet answers 503, with when to come back', async () => {
    const store = openMemoryStore()
    const links = {
      ...store.links,
      get: () => Promise.reject(new BroadsheetError('E_STORE', 'The database is away.')),
    }
    await using desk = await openTrackingDesk({ store: { ...store, links } })
    const answer = await desk.click()
    expect([answer.status, answer.headers.get('retry-after') !== null]).toEqual([503, true])
    expect(answer.headers.get('location')).toBeNull()
  })
})

test('an engine that stops waits for what is being written, and for no longer than it is told', async () => {
  const { kept, desk } = await openDesk({ waitMs: 300 })
  await using _ = desk
  const { clock, engine } = desk.office.house
  const release = kept.hang()
  const click = desk.click()
  await vi.waitFor(() => expect(engine.reads.waiting()).toBe(1), { interval: 5, timeout: 60_000 })
  let settled = false
  const settling = engine.reads.settle(5000).then(() => {
    settled = true
  })
  clock.advance(4999)
  expect((await click).status).toBe(302)
  expect(settled).toBe(false)
  clock.advance(1)
  await settling
  release()
  await engine.reads.settle(5000)
  expect(await desk.events()).toHaveLength(1)
})

test('while the daemon stops, links go on leading somewhere and are kept', async () => {
  await using desk = await openTrackingDesk()
  desk.office.app.drain()
  expect((await desk.ask('/a/')).status).toBe(503)
  expect((await desk.click()).headers.get('location')).toBe(targets[0])
  expect(await desk.events()).toHaveLength(1)
})

test('metrics tell what was kept, by class, how it was written, and what was not', async () => {
  const kept = takenAway()
  await using desk = await openTrackingDesk({ store: kept.store })
  const { engine, clock } = desk.office.house

  const app = await createHttp({ engine, log: silentLog, clock, version: '0.0.0' })
  await desk.click(targets[0], { method: 'HEAD' })
  await desk.open({ method: 'HEAD' })
  kept.refuse()
  await desk.click()
  const { body } = await app.inject('/metrics')
  for (const line of [
    'broadsheet_reads_total{type="clicked",class="scanner"} 1',
    'broadsheet_reads_total{type="opened",class="scanner"} 1',
    'broadsheet_reads_unrecorded_total{type="clicked",why="away"} 1',
    'broadsheet_reads_batch_count 2',
    'broadsheet_reads_lag_seconds_count 2',
    'broadsheet_reads_waiting 0',
  ])
    expect(body).toContain(line)
  await app.close()
})
