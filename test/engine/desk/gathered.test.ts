import { expect, onTestFinished, test } from 'vitest'
import { pause } from '../../../engine/clock.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createEngine } from '../../../engine/engine.ts'
import { alertInputSchema, reportOf } from '../../../engine/model/alert-input.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../support/clock.ts'
import { scriptedRoom } from '../support/scripted-room.ts'
import { waitFor } from '../support/wait.ts'

const gatherMs = 100

async function openEngine() {
  const clock = createTestClock()
  const room = scriptedRoom()
  const store = openMemoryStore()
  const ended: number[] = []
  const settled: number[] = []
  const slow = { ms: 0 }
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      render: { maxThreads: 1 },
      alerts: { gatherMs, receivers: { default: { rooms: ['room/ops'] } } },
    }),
    {
      store: {
        ...store,
        desk: {
          ...store.desk,
          commit(commit, options) {
            if (commit.moves.length > 0) ended.push(commit.moves.length)
            return store.desk.commit(commit, options)
          },
        },
        alerts: {
          ...store.alerts,
          async accept(reports, options) {
            if (slow.ms > 0) await pause(clock, slow.ms)
            return store.alerts.accept(reports, options)
          },
        },
        postings: {
          ...store.postings,
          settle(settlements, now) {
            settled.push(settlements.length)
            return store.postings.settle(settlements, now)
          },
        },
      },
      queue: createMemoryQueue(),
      channels: { room: { definition: room.definition, config: {} } },
      clock,
      node: 'a',
    },
  )
  onTestFinished(() => engine.stop({ deadlineMs: 0 }))
  await engine.start()
  await waitFor(
    'the desk',
    () => engine.alerts.desk() !== null,
    () => clock.advance(100),
  )
  return { clock, room, engine, ended, settled, slow }
}

/** What is to be done at this time is done. */
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('what became of a post is written with the reports that come next', async () => {
  const { clock, room, engine, settled } = await openEngine()
  const report = (key: string) =>
    engine.alerts.report([
      reportOf(alertInputSchema.parse({ key, title: 'Disk full' }), clock.now(), 3_600_000),
    ])
  clock.advance(1000)
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  let asked = false
  room.before = () => {
    asked = true
    return answered
  }
  await report('a')
  await waitFor(
    'the post',
    () => asked,
    () => clock.advance(0),
  )
  clock.advance(80)
  answer()
  await turns(20)
  // It waits for company until 180.
  expect(settled).toEqual([])
  const next = report('b')
  await turns(20)
  clock.advance(20)
  await next
  await turns(20)
  expect(settled[0]).toBe(1)
})

test('reports that were written late once make none of those after them late', async () => {
  const { clock, room, engine, slow } = await openEngine()
  const told = () => room.taken.map(({ note }) => note.title)
  const report = (title: string) =>
    void engine.alerts.report([
      reportOf(alertInputSchema.parse({ key: title, title }), clock.now(), 3_600_000),
    ])
  /** With all that happens at that time. */
  const pass = async (ms: number) => {
    clock.advance(ms)
    for (let n = 0; n < 3; n++) {
      await turns(10)
      clock.advance(0)
    }
    await turns(10)
  }
  await pass(1000)
  report('a')
  await pass(gatherMs / 2)
  report('b')
  await pass(0)
  slow.ms = 40
  await pass(gatherMs / 2)
  await pass(39)
  expect(told()).toEqual(['a'])
  await pass(1)
  expect(told()).toEqual(['a', 'b'])
  slow.ms = 0
  report('c')
  await pass(59)
  expect(told()).toEqual(['a', 'b'])
  // As if nothing had been late.
  await pass(1)
  expect(told()).toEqual(['a', 'b', 'c'])
})

test('alerts that end one after the other are ended by a few turns, and each is told', async () => {
  const { clock, room, engine, ended } = await openEngine()
  const count = 20
  const begun = clock.now()
  const reports = Array.from({ length: count }, (_, n) =>
    alertInputSchema.parse({ key: `k${n}`, title: 'Disk full', endsAt: begun + 60_000 + 5 * n }),
  )
  await engine.alerts.report(reports.map((input) => reportOf(input, begun, 3_600_000)))
  await waitFor(
    'all to be told',
    () => room.taken.length === count,
    () => clock.advance(100),
  )
  clock.advance(begun + 59_990 - clock.now())
  // What a turn does at one time is done before the next millisecond.
  for (let ms = 0; ms < 300; ms++) {
    clock.advance(1)
    await turns(5)
  }
  expect(ended.reduce((sum, one) => sum + one, 0)).toBe(count)
  expect(ended.length).toBeLessThanOrEqual(3)
  await waitFor(
    'their ends to be told',
    () => room.taken.length === 2 * count,
    () => clock.advance(100),
  )
})
