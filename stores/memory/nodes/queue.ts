import type { ChunkJob, WorkQueue } from '../../../engine/ports/queue.ts'
import { createHeap } from './heap.ts'

const keyOf = (job: ChunkJob) => `${job.publicationId}/${job.seq}`

interface Worker {
  readonly handler: (job: ChunkJob, signal: AbortSignal) => Promise<void>
  readonly lanes: () => number
  readonly stop: AbortController
  running: number
  /** Called when the last lane ends after a stop. */
  idle: () => void
}

/** The queue of one process: lower priority numbers first, within a priority first come, first served. No
 *  handler is called from inside `add` or `work`. */
export function createMemoryQueue(monotonic = () => performance.now()): WorkQueue {
  const queued = createHeap<ChunkJob>((job) => job.priority)
  // Queued or running: neither is added again.
  const known = new Set<string>()
  /** When those that are queued came, in that order. */
  const waiting = new Map<string, number>()
  const workers = new Set<Worker>()
  let running = 0
  let closed = false

  const run = async (worker: Worker, job: ChunkJob): Promise<void> => {
    worker.running += 1
    running += 1
    try {
      await worker.handler(job, worker.stop.signal)
    } catch {
      // Dropped: the chunk is still due in the ledger, and the sweeper brings it back.
    } finally {
      worker.running -= 1
      running -= 1
      known.delete(keyOf(job))
      if (worker.running === 0) worker.idle()
    }
    fill()
  }

  const fill = () => {
    for (const worker of workers)
      while (!worker.stop.signal.aborted && worker.running < worker.lanes()) {
        const job = queued.pop()
        if (job === undefined) return
        waiting.delete(keyOf(job))
        void run(worker, job)
      }
  }

  return {
    async add(jobs) {
      if (closed) return
      for (const job of jobs) {
        if (known.has(keyOf(job))) continue
        known.add(keyOf(job))
        waiting.set(keyOf(job), monotonic())
        queued.push(job)
      }
      queueMicrotask(fill)
    },
    work(handler, lanes) {
      const worker: Worker = { handler, lanes, stop: new AbortController(), running: 0, idle: () => {} }
      workers.add(worker)
      queueMicrotask(fill)
      let stopped: Promise<void> | null = null
      return () => {
        stopped ??= new Promise((resolve) => {
          worker.idle = resolve
          workers.delete(worker)
          worker.stop.abort()
          if (worker.running === 0) resolve()
        })
        return stopped
      }
    },
    async depth() {
      return { queued: queued.size(), running }
    },
    async waitingMs() {
      const [since = null] = waiting.values()
      return since === null ? 0 : monotonic() - since
    },
    async close() {
      closed = true
      queued.clear()
      known.clear()
      waiting.clear()
      await Promise.all(
        [...workers].map(
          (worker) =>
            new Promise<void>((resolve) => {
              worker.idle = resolve
              worker.stop.abort()
              if (worker.running === 0) resolve()
            }),
        ),
      )
      workers.clear()
    },
  }
}
