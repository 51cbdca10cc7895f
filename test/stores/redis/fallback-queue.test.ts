import { expect, test } from 'vitest'
import { silentLog } from '../../../engine/log.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import type { ChunkJob, WorkQueue } from '../../../engine/ports/queue.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { createFallbackQueue } from '../../../stores/redis/fallback-queue.ts'
import { testQueue } from '../../contract/store/index.ts'

const job = (seq: number): ChunkJob => ({ publicationId: 1 as PublicationId, seq, priority: 10 })

/** A shared queue that can be away, with the numbers of what it was given. */
function makeQueues() {
  const real = createMemoryQueue()
  const own = createMemoryQueue()
  const given: number[] = []
  let there = true
  const shared: WorkQueue = {
    ...real,
    async add(jobs) {
      if (!there) throw new Error('away')
      given.push(...jobs.map(({ seq }) => seq))
      await real.add(jobs)
    },
    async depth() {
      if (!there) throw new Error('away')
      return real.depth()
    },
  }
  const queue = createFallbackQueue({ shared, own, answers: () => there, log: silentLog })
  return {
    queue,
    real,
    own,
    given,
    away() {
      there = false
    },
    back() {
      there = true
    },
  }
}
/** Handlers that end when the test says so. */
function makeHandler() {
  const ends = new Map<number, () => void>()
  const started: number[] = []
  const handler = ({ seq }: ChunkJob) => {
    started.push(seq)
    return new Promise<void>((resolve) => ends.set(seq, resolve))
  }
  return { handler, started, end: (seq: number) => ends.get(seq)?.() }
}

testQueue('fallback, shared', async () => makeQueues().queue)
testQueue('fallback, on its own', async () => {
  const { queue, away } = makeQueues()
  away()
  return queue
})

test('what is still queued on its own goes to the shared queue when that is back', async () => {
  const { queue, own, given, away, back } = makeQueues()
  const { handler, started, end } = makeHandler()
  away()
  await queue.add([job(1), job(2), job(3)])
  queue.work(handler, () => 1)
  await expect.poll(() => started).toEqual([1])
  back()
  end(1)
  await expect.poll(() => started).toEqual([1, 2])
  expect(given).toEqual([2])
  expect(await queue.depth()).toEqual({ queued: 1, running: 1 })
  end(2)
  await expect.poll(() => started).toEqual([1, 2, 3])
  expect(given).toEqual([2, 3])
  expect(await own.depth()).toEqual({ queued: 0, running: 0 })
  end(3)
  await queue.close()
})

test('both together keep to the lanes, and each takes up what the other leaves', async () => {
  const { queue, own, real, away } = makeQueues()
  const { handler, started, end } = makeHandler()
  queue.work(handler, () => 2)
  await queue.add([job(1), job(2)])
  await expect.poll(() => started).toEqual([1, 2])
  away()
  await queue.add([job(3), job(4)])
  expect(await own.depth()).toEqual({ queued: 2, running: 0 })
  end(1)
  await expect.poll(() => started).toEqual([1, 2, 3])
  expect(await real.depth()).toEqual({ queued: 0, running: 1 })
  end(3)
  end(2)
  await expect.poll(() => started).toEqual([1, 2, 3, 4])
  end(4)
  await queue.close()
})

test('stopping hands nothing over and waits for both', async () => {
  const { queue, own, given, away, back } = makeQueues()
  const { handler, started, end } = makeHandler()
  const stop = queue.work(handler, () => 2)
  await queue.add([job(1)])
  await expect.poll(() => started).toEqual([1])
  away()
  await queue.add([job(2), job(3)])
  await expect.poll(() => started).toEqual([1, 2])
  back()
  const stopped = stop()
  end(1)
  end(2)
  await stopped
  expect(started).toEqual([1, 2])
  expect(given).toEqual([1])
  expect(await own.depth()).toEqual({ queued: 1, running: 0 })
  await queue.close()
})
