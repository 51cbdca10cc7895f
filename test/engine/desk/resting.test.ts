import { expect, onTestFinished, test } from 'vitest'
import { maxOnChannel } from '../../../engine/actors/alerts/postman.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createEngine } from '../../../engine/engine.ts'
import { alertInputSchema, reportOf } from '../../../engine/model/alert-input.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../support/clock.ts'
import { scriptedRoom } from '../support/scripted-room.ts'
import { waitFor } from '../support/wait.ts'

const sweepMs = 1000
const waiting = 300

async function openEngine() {
  const clock = createTestClock()
  const [slow, quick] = [scriptedRoom({ rooms: ['ops'] }), scriptedRoom({ rooms: ['ops'] })]
  const store = openMemoryStore()
  /** Rows that were taken out, and put back. */
  const moved = { out: 0, back: 0 }
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      render: { maxThreads: 1 },
      alerts: { sweepMs, receivers: { default: { rooms: ['slow/ops', 'quick/ops'] } } },
    }),
    {
      store: {
        ...store,
        postings: {
          ...store.postings,
          async claim(options) {
            const claimed = await store.postings.claim(options)
            moved.out += claimed.length
            return claimed
          },
          settle(settlements, now) {
            moved.back += settlements.filter(({ state }) => state === 'unsent').length
            return store.postings.settle(settlements, now)
          },
        },
      },
      queue: createMemoryQueue(),
      channels: {
        slow: { definition: slow.definition, config: {} },
        quick: { definition: quick.definition, config: {} },
      },
      clock,
      node: 'a',
    },
  )
  onTestFinished(() => engine.stop({ deadlineMs: 0 }))
  await engine.start()
  const until = (what: string, done: () => boolean, ms = 10) => waitFor(what, done, () => clock.advance(ms))
  await until('the desk', () => engine.alerts.desk() !== null, 100)

  let last = 0
  async function report(count: number, severity: 'critical' | 'info' = 'info'): Promise<void> {
    const reports = Array.from({ length: count }, () =>
      reportOf(
        alertInputSchema.parse({
          key: `n${++last}`,
          title: `Disk ${last}`,
          severity,
          labels: { n: `${last}` },
        }),
        clock.now(),
        3_600_000,
      ),
    )
    let accepted = false
    void engine.alerts.report(reports).then(() => {
      accepted = true
    })
    await until('the reports to be written', () => accepted)
  }
  /** So many sweeps, and all that they do. */
  async function sweep(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      clock.advance(sweepMs)
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { clock, slow, quick, moved, until, report, sweep }
}

const titles = ({ taken }: { readonly taken: readonly { readonly note: { readonly title: string } }[] }) =>
  taken.map(({ note }) => note.title)

test('what a channel has no room for stays in the store untouched, and goes as soon as there is', async () => {
  const { clock, slow, quick, moved, until, report, sweep } = await openEngine()
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  slow.before = () => answered
  const all = maxOnChannel + waiting
  await report(all)
  await report(1, 'critical')
  await until('the quick channel', () => quick.taken.length === all + 1)
  await until('those without room', () => moved.back > waiting)
  await sweep(3)
  const before = { ...moved }
  await sweep(30)
  expect(moved).toEqual(before)
  expect(before.out).toBeLessThan(waiting)
  answer()
  const from = clock.now()
  await until('the slow channel', () => slow.taken.length === all + 1)
  // Before the next sweep.
  expect(clock.now() - from).toBeLessThan(sweepMs)
  expect(new Set(titles(slow)).size).toBe(all + 1)
  expect(titles(slow).indexOf(`Disk ${all + 1}`)).toBeLessThanOrEqual(maxOnChannel)
})

test('what waits for a channel that is down stays in the store untouched, and goes when it is back', async () => {
  const { slow, quick, moved, until, report, sweep } = await openEngine()
  slow.down = 'nobody listens'
  await report(waiting)
  await until('the quick channel', () => quick.taken.length === waiting)
  await sweep(20)
  const before = { ...moved }
  await sweep(100)
  // Whoever finds out that it is still down is put back.
  expect(moved.back - before.back).toBeLessThan(waiting / 2)
  slow.down = null
  await until('the slow channel', () => slow.taken.length === waiting, sweepMs)
  expect(new Set(titles(slow)).size).toBe(waiting)
})
