import { Worker as BullWorker, createRedisBackend, type Job, Queue } from 'bullmq'
import type { Log } from '../../engine/log.ts'
import type { Bus } from '../../engine/ports/bus.ts'
import type { ChunkJob, WorkQueue } from '../../engine/ports/queue.ts'
import type { Connection } from './connect.ts'

export interface RedisQueueOptions {
  readonly connection: Connection
  /** By which a node that adds wakes the others. */
  readonly bus: Bus
  /** A name of this process that no other has. */
  readonly node: string
  readonly log: Log
  /** How long after a node's end its jobs are to be had again. It only has to be less than a lease, which decides who may
   *  work: a job that comes back too soon is dropped by whoever takes it. */
  readonly lockMs?: number
}

interface Worker {
  readonly handler: (job: ChunkJob, signal: AbortSignal) => Promise<void>
  readonly lanes: () => number
  readonly stop: AbortController
  running: number
  /** The fetching of jobs that is under way, one after the other. */
  fetching: Promise<void> | null
  /** Jobs may have come, or lanes, since it last looked. */
  again: boolean
  /** Called when the last lane ends after a stop. */
  idle: () => void
}

const name = 'chunks'
const wakeTopic = 'queue'
// Both ends of the same: removed at once, so that the chunk may come again.
const removed = { removeOnComplete: true, removeOnFail: true }

/** BullMQ's queue, one job a chunk, whose lanes fetch for themselves: its own worker has a fixed concurrency of at least 1,
 *  waits in a blocking command that outlives the connection, and takes the next job when told to stop. A job's id is its
 *  chunk's, so that one which waits or runs is not added twice. Rejects while Redis is away, a second later at most. */
export function createRedisQueue({
  connection,
  bus,
  node,
  log,
  lockMs = 3000,
}: RedisQueueOptions): WorkQueue {
  const options = {
    connection: connection.client,
    prefix: connection.tag,
    // Nothing is asked at the start: Redis may be away.
    skipVersionCheck: true,
    skipWaitingForReady: true,
    skipMetasUpdate: true,
  }
  const queue = new Queue<ChunkJob>(name, options)
  const fetcher = new BullWorker<ChunkJob>(
    name,
    null,
    {
      ...options,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: Math.ceil(lockMs / 2),
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    },
    // Without its second connection, which is only for blocking.
    (queueName, queueOptions) => createRedisBackend(queueName, queueOptions),
  )
  // The connection tells of its own loss.
  queue.on('error', () => {})
  fetcher.on('error', () => {})
  const workers = new Set<Worker>()
  /** Jobs that run here, with what proves that they are ours. */
  const running = new Map<string, string>()
  let tokens = 0
  let closing: Promise<void> | null = null

  async function fetch(): Promise<Job<ChunkJob> | undefined> {
    tokens += 1
    let fetched: Promise<Job<ChunkJob> | undefined> = Promise.resolve(undefined)
    try {
      return await connection.ask(() => (fetched = fetcher.getNextJob(`${node}:${tokens}`, { block: false })))
    } catch (error) {
      // It may still come, and then nobody waits for it here.
      fetched.then(giveBack, () => {})
      throw error
    }
  }

  async function giveBack(job: Job<ChunkJob> | undefined): Promise<void> {
    // Not by `ask`: Redis has just answered, though it may still be thought away.
    await job?.moveToWait(job.token).then(wake, (error: unknown) => {
      log.debug({ job: job.id, reason: String(error) }, 'queue.not_given_back')
    })
  }

  async function run(worker: Worker, job: Job<ChunkJob>): Promise<void> {
    const { id = '', token = '', data } = job
    running.set(id, token)
    worker.running += 1
    try {
      await worker.handler(data, worker.stop.signal)
    } catch {
      // Dropped: the chunk is still due in the ledger, and the sweeper brings it back.
    }
    // Where Redis is away, or gave the job to another, its lock runs out.
    await connection
      .ask(() => job.moveToCompleted(null, token, false))
      .catch((error: unknown) => log.debug({ job: id, reason: String(error) }, 'queue.not_finished'))
    if (running.get(id) === token) running.delete(id)
    worker.running -= 1
    if (worker.running === 0) worker.idle()
    fill(worker)
  }

  function fill(worker: Worker): void {
    worker.again = true
    worker.fetching ??= fetchAll(worker).finally(() => {
      worker.fetching = null
      if (worker.again) fill(worker)
    })
  }

  async function fetchAll(worker: Worker): Promise<void> {
    // Not within the call of whoever adds or works.
    await Promise.resolve()
    while (worker.again) {
      worker.again = false
      while (!worker.stop.signal.aborted && connection.answers() && worker.running < worker.lanes()) {
        const job = await fetch().catch((error: unknown) => {
          log.debug({ reason: String(error) }, 'queue.not_fetched')
          return undefined
        })
        if (job === undefined) break
        if (worker.stop.signal.aborted) await giveBack(job)
        else void run(worker, job)
      }
    }
  }

  function wake(): void {
    for (const worker of workers) fill(worker)
  }
  const ends = [bus.subscribe(wakeTopic, wake, wake), connection.onAnswer(wake)]

  /** Keep what runs here, take back what ran on a node that ended, and look for what nobody told of: a message that was
   *  lost, lanes that have grown. */
  async function look(): Promise<void> {
    try {
      if (running.size > 0)
        await connection.ask(() => fetcher.extendJobLocks([...running.keys()], [...running.values()], lockMs))
      await connection.ask(() => fetcher.getBackend().moveStalledJobsToWait())
    } catch (error) {
      log.debug({ reason: String(error) }, 'queue.not_looked_after')
    }
    wake()
  }
  const looks = setInterval(() => workers.size + running.size > 0 && void look(), lockMs / 3)

  async function stopAll(): Promise<void> {
    for (const end of ends) end()
    await Promise.all([...workers].map(stopWorker))
    clearInterval(looks)
    await Promise.all([queue.close(), fetcher.close()])
  }

  async function stopWorker(worker: Worker): Promise<void> {
    workers.delete(worker)
    worker.stop.abort()
    await worker.fetching
    await new Promise<void>((resolve) => {
      worker.idle = resolve
      if (worker.running === 0) resolve()
    })
  }

  return {
    async add(jobs) {
      if (closing !== null) return
      if (jobs.length === 0) {
        wake()
        return
      }
      await connection.ask(() =>
        queue.addBulk(
          jobs.map(({ publicationId, seq, priority }) => ({
            name: 'chunk',
            data: { publicationId, seq, priority },
            opts: { ...removed, jobId: `${publicationId}/${seq}`, priority },
          })),
        ),
      )
      bus.publish(wakeTopic, '')
    },
    work(handler, lanes) {
      const worker: Worker = {
        handler,
        lanes,
        stop: new AbortController(),
        running: 0,
        fetching: null,
        again: false,
        idle: () => {},
      }
      workers.add(worker)
      fill(worker)
      let stopped: Promise<void> | null = null
      return () => (stopped ??= stopWorker(worker))
    },
    async depth() {
      if (closing !== null) return { queued: 0, running: 0 }
      const counts = await connection.ask(() => queue.getJobCounts('wait', 'prioritized', 'active'))
      return { queued: (counts.wait ?? 0) + (counts.prioritized ?? 0), running: counts.active ?? 0 }
    },
    async waitingMs() {
      if (closing !== null) return 0
      // In the order in which they are fetched; both sets, since a job without a priority waits apart.
      const jobs = await connection.ask(() => queue.getJobs(['wait', 'prioritized'], 0, 0, true))
      // BullMQ stamps them with the wall clock.
      const first = Math.min(...jobs.map(({ timestamp }) => timestamp))
      return jobs.length === 0 ? 0 : Math.max(0, Date.now() - first)
    },
    close: () => (closing ??= stopAll()),
  }
}
