import { afterEach, describe, expect, test } from 'vitest'
import type { PublicationId } from '../../../../engine/model/ids.ts'
import type { ChunkJob, WorkQueue } from '../../../../engine/ports/queue.ts'

/** What every work queue must do. */
export function testQueue(name: string, open: () => Promise<WorkQueue>): void {
  describe(`queue ${name}`, () => {
    const opened: WorkQueue[] = []
    const openQueue = async () => {
      const queue = await open()
      opened.push(queue)
      return queue
    }
    const rest: (() => void)[] = []
    afterEach(async () => {
      for (const endAll of rest.splice(0)) endAll()
      for (const queue of opened.splice(0)) await queue.close()
    })

    const job = (seq: number, priority = 10): ChunkJob => ({
      publicationId: 1 as PublicationId,
      seq,
      priority,
    })

    /** A handler whose jobs end when the test says so. */
    const held = () => {
      const started: number[] = []
      const ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
      const signals: AbortSignal[] = []
      const waiting: (() => void)[] = []
      let over = false
      rest.push(() => {
        over = true
        for (const { resolve } of ends.values()) resolve()
      })
      return {
        started,
        signals,
        handler: (one: ChunkJob, signal: AbortSignal) => {
          if (over) return Promise.resolve()
          started.push(one.seq)
          signals.push(signal)
          for (const wake of waiting.splice(0)) wake()
          return new Promise<void>((resolve, reject) => ends.set(one.seq, { resolve, reject }))
        },
        end: (seq: number) => ends.get(seq)?.resolve(),
        fail: (seq: number) => ends.get(seq)?.reject(new Error('the handler failed')),
        /** Until so many have been started. */
        until: async (count: number) => {
          while (started.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
        },
      }
    }

    test('lower priority first, within a priority first come, first served', async () => {
      const queue = await openQueue()
      await queue.add([job(1), job(2), job(3, 0), job(4), job(5, 0), job(6, 20), job(7)])
      const done: number[] = []
      const all = new Promise<void>((resolve) => {
        queue.work(
          async ({ seq }) => {
            done.push(seq)
            if (done.length === 7) resolve()
          },
          () => 1,
        )
      })
      await all
      expect(done).toEqual([3, 5, 1, 2, 4, 7, 6])
    })

    test('keeps the order of a long queue', async () => {
      const queue = await openQueue()
      const jobs = Array.from({ length: 500 }, (_, seq) => job(seq, (seq * 7919) % 13))
      await queue.add(jobs)
      const done: ChunkJob[] = []
      await new Promise<void>((resolve) => {
        queue.work(
          async (one) => {
            done.push(one)
            if (done.length === jobs.length) resolve()
          },
          () => 1,
        )
      })
      expect(done).toEqual(jobs.toSorted((a, b) => a.priority - b.priority || a.seq - b.seq))
    })

    test('works as many at a time as there are lanes', async () => {
      const queue = await openQueue()
      const { handler, started, end, until } = held()
      queue.work(handler, () => 2)
      await queue.add([job(1), job(2), job(3)])
      await until(2)
      expect(await queue.depth()).toEqual({ queued: 1, running: 2 })
      end(1)
      await until(3)
      expect(started).toEqual([1, 2, 3])
      expect(await queue.depth()).toEqual({ queued: 0, running: 2 })
    })

    test('says how long the job that waits longest has waited, and nothing of those that run', async () => {
      const queue = await openQueue()
      const { handler, until } = held()
      expect(await queue.waitingMs()).toBe(0)
      await queue.add([job(1), job(2)])
      await expect.poll(() => queue.waitingMs(), { interval: 2, timeout: 60_000 }).toBeGreaterThan(20)
      queue.work(handler, () => 2)
      await until(2)
      expect(await queue.waitingMs()).toBe(0)
    })

    test('asks for the lanes again when one frees and when a job comes', async () => {
      const queue = await openQueue()
      const { handler, end, until } = held()
      let lanes = 1
      queue.work(handler, () => lanes)
      await queue.add([job(1), job(2), job(3), job(4)])
      await until(1)
      lanes = 3
      await queue.add([job(5)])
      await until(3)
      lanes = 1
      end(1)
      end(2)
      await queue.depth()
      await queue.add([job(6)])
      expect(await queue.depth()).toEqual({ queued: 3, running: 1 })
    })

    test('a job that is queued or running is not added twice; one that is done may come again', async () => {
      const queue = await openQueue()
      const { handler, started, end, until } = held()
      await queue.add([job(1), job(1), job(2)])
      expect((await queue.depth()).queued).toBe(2)
      queue.work(handler, () => 1)
      await until(1)
      await queue.add([job(1), job(2, 0)])
      expect(await queue.depth()).toEqual({ queued: 1, running: 1 })
      end(1)
      await until(2)
      await queue.add([job(1)])
      end(2)
      await until(3)
      expect(started).toEqual([1, 2, 1])
    })

    test('a handler that rejects has its job dropped, and its lane goes on', async () => {
      const queue = await openQueue()
      const { handler, fail, until } = held()
      queue.work(handler, () => 1)
      await queue.add([job(1), job(2)])
      await until(1)
      fail(1)
      await until(2)
      expect(await queue.depth()).toEqual({ queued: 0, running: 1 })
      await queue.add([job(1)])
      expect((await queue.depth()).queued).toBe(1)
    })

    test('stopping tells what runs, waits for it, and starts no more', async () => {
      const queue = await openQueue()
      const { handler, started, signals, end, until } = held()
      const stop = queue.work(handler, () => 1)
      await queue.add([job(1), job(2)])
      await until(1)
      expect(signals[0]?.aborted).toBe(false)
      const stopped = stop()
      expect(signals[0]?.aborted).toBe(true)
      let resolved = false
      void stopped.then(() => {
        resolved = true
      })
      await queue.depth()
      expect(resolved).toBe(false)
      end(1)
      await stopped
      await stop()
      expect(started).toEqual([1])
      expect(await queue.depth()).toEqual({ queued: 1, running: 0 })
    })

    test('what was left at a stop is worked by the next', async () => {
      const queue = await openQueue()
      await queue.add([job(1)])
      await queue.work(
        async () => {},
        () => 0,
      )()
      const { handler, started, end, until } = held()
      queue.work(handler, () => 1)
      await until(1)
      expect(started).toEqual([1])
      end(1)
    })

    test('closing forgets the queue and waits for what runs', async () => {
      const queue = await openQueue()
      const { handler, started, signals, end, until } = held()
      queue.work(handler, () => 1)
      await queue.add([job(1), job(2)])
      await until(1)
      const closed = queue.close()
      expect(signals[0]?.aborted).toBe(true)
      end(1)
      await closed
      await queue.add([job(3)])
      expect(started).toEqual([1])
      expect(await queue.depth()).toEqual({ queued: 0, running: 0 })
    })
  })
}
