import { expect, onTestFinished, test } from 'vitest'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createEngine } from '../../../engine/engine.ts'
import { alertInputSchema, reportOf } from '../../../engine/model/alert-input.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../support/clock.ts'
import { scriptedRoom } from '../support/scripted-room.ts'
import { waitFor } from '../support/wait.ts'

test('alerts that end one after the other are ended by a few turns, and each is told', async () => {
  const clock = createTestClock()
  const room = scriptedRoom()
  const store = openMemoryStore()
  const ended: number[] = []
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      render: { maxThreads: 1 },
      alerts: { gatherMs: 100, receivers: { default: { rooms: ['room/ops'] } } },
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
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(ended.reduce((sum, one) => sum + one, 0)).toBe(count)
  expect(ended.length).toBeLessThanOrEqual(3)
  await waitFor(
    'their ends to be told',
    () => room.taken.length === 2 * count,
    () => clock.advance(100),
  )
})
