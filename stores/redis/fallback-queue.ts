import type { Log } from '../../engine/log.ts'
import type { ChunkJob, WorkQueue } from '../../engine/ports/queue.ts'

/** A queue of all nodes that goes on in this node's own while the shared one does not take jobs: nothing waits for it to
 *  come back. What is still queued here by then goes to it. Safe, since leases decide who works a chunk: one that several
 *  nodes queue for themselves meanwhile is worked by one. `lanes()` bounds both together, but for one that is being fetched. */
export function createFallbackQueue(parts: {
  readonly shared: WorkQueue
  readonly own: WorkQueue
  /** Is it worth asking the shared one? */
  readonly answers: () => boolean
  readonly log: Log
}): WorkQueue {
  const { shared, own, answers, log } = parts
  let fallen = false

  async function share(jobs: readonly ChunkJob[]): Promise<boolean> {
    try {
      await shared.add(jobs)
      if (fallen) log.info({}, 'queue.shared_again')
      fallen = false
      return true
    } catch (error) {
      if (!fallen) log.warn({ reason: String(error) }, 'queue.on_its_own')
      fallen = true
      return false
    }
  }

  return {
    async add(jobs) {
      if (!(await share(jobs))) await own.add(jobs)
    },
    work(handler, lanes) {
      const running = { shared: 0, own: 0 }
      const counted =
        (which: 'shared' | 'own'): typeof handler =>
        async (job, signal) => {
          running[which] += 1
          try {
            await handler(job, signal)
          } finally {
            running[which] -= 1
            // Adding nothing has a queue ask for its lanes again: the other may have waited for this one.
            const other = which === 'shared' ? own : shared
            void other.add([]).catch(() => {})
          }
        }
      const ownHandler = counted('own')
      const stops = [
        shared.work(counted('shared'), () => lanes() - running.own),
        own.work(
          async (job, signal) => {
            if (!answers() || signal.aborted || !(await share([job]))) await ownHandler(job, signal)
          },
          () => lanes() - running.shared,
        ),
      ]
      return async () => {
        await Promise.all(stops.map((stop) => stop()))
      }
    },
    async depth() {
      const here = await own.depth()
      const there = await shared.depth().catch(() => ({ queued: 0, running: 0 }))
      return { queued: here.queued + there.queued, running: here.running + there.running }
    },
    async waitingMs() {
      const [here, there] = await Promise.all([own.waitingMs(), shared.waitingMs().catch(() => 0)])
      return Math.max(here, there)
    },
    async close() {
      await Promise.all([shared.close(), own.close()])
    },
  }
}
