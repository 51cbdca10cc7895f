import { expect, onTestFinished, test } from 'vitest'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createEngine } from '../../../engine/engine.ts'
import { alertInputSchema, reportOf } from '../../../engine/model/alert-input.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { createMemoryBus } from '../../../stores/memory/nodes/bus.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../support/clock.ts'
import { scriptedRoom } from '../support/scripted-room.ts'
import { waitFor } from '../support/wait.ts'

test('a desk that sleeps over a commit tells nothing of what another one has told, and ended, meanwhile', async () => {
  const clock = createTestClock()
  const bus = createMemoryBus()
  let leaseNow = 0
  const store = openMemoryStore({ monotonic: () => leaseNow })
  const open = async (node: string, at: Store) => {
    const room = scriptedRoom()
    const config = engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      render: { maxThreads: 1 },
      // The clock stands still while a report is waited for.
      alerts: { gatherMs: 0, receivers: { default: { rooms: ['room/ops'] } } },
    })
    const engine = await createEngine(config, {
      store: at,
      queue: createMemoryQueue(),
      bus,
      channels: { room: { definition: room.definition, config: {} } },
      clock,
      node,
    })
    onTestFinished(() => engine.stop({ deadlineMs: 0 }))
    await engine.start()
    const report = (input: object) =>
      engine.alerts.report([reportOf(alertInputSchema.parse({ key: 'k', ...input }), clock.now(), 3_600_000)])
    return { engine, room, report }
  }
  const passing = (what: string, check: () => boolean | Promise<boolean>) =>
    waitFor(what, async () => {
      clock.advance(100)
      return check()
    })

  let wake = () => {}
  let sleeps = false
  let sleep = Promise.resolve()
  const a = await open('a', {
    ...store,
    desk: {
      ...store.desk,
      async commit(commit, options) {
        if (commit.notifications.length > 0) {
          const { promise, resolve } = Promise.withResolvers<void>()
          wake = resolve
          sleep = promise
          sleeps = true
        }
        await sleep
        return store.desk.commit(commit, options)
      },
    },
    leadership: {
      ...store.leadership,
      async lead(name, owner, leaseMs) {
        await sleep
        return store.leadership.lead(name, owner, leaseMs)
      },
    },
  })
  await passing('a to have the desk', () => a.engine.alerts.desk() !== null)
  const b = await open('b', store)
  await a.report({ title: 'Disk full' })
  await passing('a to be asleep', () => sleeps)

  leaseNow += 60_000
  await passing('b to tell it', () => b.room.taken.length === 1)
  await b.report({ title: 'Disk full', status: 'resolved' })
  await passing('b to tell its end', () => b.room.taken.length === 2)

  wake()
  await b.report({ key: 'other', title: 'Disk full again' })
  await passing('the next one to be told', () => b.room.taken.length + a.room.taken.length >= 3)
  const { rows } = await store.notifications.page({ after: 0, limit: 10 })
  expect(rows.map(({ reason, note }) => [reason, note.title]).reverse()).toEqual([
    ['firing', 'Disk full'],
    ['resolved', 'Resolved: Disk full'],
    ['firing', 'Disk full again'],
  ])
  expect(a.room.taken).toEqual([])
})
