import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { EngineConfig } from '../config.ts'
import { BroadsheetError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { SubscriberId } from '../model/ids.ts'
import type { TemplateProblem } from '../template/problem.ts'
import type {
  AlertTask,
  CheckResult,
  CheckTask,
  NoticeTask,
  PreviewTask,
  RankerResult,
  RankerTask,
  RefusedPreview,
  RenderedBatch,
  RenderedNotice,
  RenderedPreview,
  RenderedRendition,
  RenderTask,
  RenditionTask,
} from './task.ts'

/** Render threads. A thread that dies or hangs is replaced; its batch is tried again in halves until the
 *  recipient who kills it stands alone. */
export interface RenderPool {
  /** Rejects with E_STOPPING once closed. A recipient whose letter ended its thread three times is in
   *  `failed`; nobody else is. */
  letters(task: Omit<RenderTask, 'kind' | 'memory'>): Promise<readonly RenderedBatch[]>
  /** The letters of a batch are no longer looked at: its memory may be written over. */
  giveBack(batch: RenderedBatch): void
  /** Rejects with E_RENDER for a letter that cannot be made. */
  preview(task: Omit<PreviewTask, 'kind'>): Promise<RenderedPreview>
  /** Rejects with E_RENDER where the letter cannot be made any more. */
  rendition(task: Omit<RenditionTask, 'kind'>): Promise<RenderedRendition>
  /** Rejects with E_RENDER for a letter that cannot be made. */
  notice(task: Omit<NoticeTask, 'kind'>): Promise<RenderedNotice>
  /** One batch; `ids` are targets. Rejects when its thread ends. */
  alerts(task: Omit<AlertTask, 'kind'>): Promise<RenderedBatch>
  check(task: Omit<CheckTask, 'kind'>): Promise<CheckResult>
  /** Rejects when its thread ends. */
  checkRanker(task: Omit<RankerTask, 'kind'>): Promise<RankerResult>
  /** `busySeconds`: of all threads there were, not waiting for work, as of now; it rises. */
  stats(): {
    readonly threads: number
    readonly maxThreads: number
    readonly queued: number
    readonly busySeconds: number
  }
  close(): Promise<void>
}

const crashesAllowed = 3
/** Blocks of a few MB each that wait to be written again. */
const spareBlocks = 8
// Compiling a large MJML template in a cold thread takes a second or two, and ten times that where the machine starves.
const ownWarmUpMs = 120_000

const ownWorker = (): string =>
  fileURLToPath(new URL(`./worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url))

/** `filename`: another worker, and `warmUpMs`: another allowance for a batch's compiling, where tests make threads
 *  fail. */
export function createRenderPool(
  config: EngineConfig['render'],
  log: Log,
  options: { readonly filename?: string; readonly warmUpMs?: number } = {},
): RenderPool {
  const { filename = ownWorker(), warmUpMs = ownWarmUpMs } = options
  const pool = new Piscina({
    filename,
    minThreads: config.minThreads,
    // One core is left for the main thread, the database and the other side of the wire: on two cores a second
    // render thread costs 35 MB and makes the whole slower (2,300 against 2,850 letters/s, measured end to end).
    maxThreads: config.maxThreads ?? Math.max(1, Math.min(availableParallelism() - 1, 8)),
    idleTimeout: 30_000,
    // Waiting in Atomics.wait saves 20 us a task, but keeps a thread from its own garbage and messages.
    atomics: 'disabled',
    recordTiming: false,
    closeTimeout: 1000,
    // Young generation: a batch of letters is garbage at once. With 12 MB the same rate takes 18 MB more of RSS.
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 },
  })
  const busy = createBusyTime()
  let closed = false
  const spare: ArrayBuffer[] = []
  // Also the last words of a thread that is being stopped; whoever waits for its task hears of it there.
  pool.on('error', (error: unknown) => log.warn({ reason: messageOf(error) }, 'render.pool_error'))

  async function run<T>(
    task: RenderTask | PreviewTask | RenditionTask | NoticeTask | AlertTask | CheckTask | RankerTask,
    timeoutMs: number,
  ): Promise<T> {
    if (closed) throw new BroadsheetError('E_STOPPING', 'The render threads are closed.')
    const transferList = task.kind === 'letters' && task.memory ? [task.memory] : []
    return (await pool.run(task, { signal: AbortSignal.timeout(timeoutMs), transferList })) as T
  }

  async function letters(task: RenderTask, crashes: number): Promise<readonly RenderedBatch[]> {
    try {
      return [
        await run<RenderedBatch>(
          { ...task, memory: spare.pop() ?? null },
          task.rows * config.maxMs + warmUpMs,
        ),
      ]
    } catch (error) {
      if (closed) throw new BroadsheetError('E_STOPPING', 'The render threads are closed.', { cause: error })
      log.warn({ rows: task.rows, crashes: crashes + 1, reason: messageOf(error) }, 'render.crashed')
      const list = JSON.parse(task.recipients) as [SubscriberId][]
      if (list.length > 1) {
        const middle = list.length >> 1
        const halves = [list.slice(0, middle), list.slice(middle)]
        const done = await Promise.all(
          halves.map((half) => letters({ ...task, recipients: JSON.stringify(half), rows: half.length }, 0)),
        )
        return done.flat()
      }
      if (crashes + 1 < crashesAllowed) return letters(task, crashes + 1)
      return [lostBatch(list[0]![0], messageOf(error))]
    }
  }

  return {
    letters: (task) => letters({ kind: 'letters', memory: null, ...task }, 0),
    giveBack({ memory }) {
      if (spare.length < spareBlocks && memory.byteLength > 0) spare.push(memory)
    },
    async preview(task) {
      const made = await run<RenderedPreview | RefusedPreview>({ kind: 'preview', ...task }, ownWarmUpMs)
      if ('refused' in made) throw new BroadsheetError('E_RENDER', made.refused)
      return made
    },
    async rendition(task) {
      try {
        return await run<RenderedRendition>({ kind: 'rendition', ...task }, ownWarmUpMs)
      } catch (error) {
        if (closed)
          throw new BroadsheetError('E_STOPPING', 'The render threads are closed.', { cause: error })
        throw new BroadsheetError('E_RENDER', `The letter could not be rendered again: ${messageOf(error)}`, {
          cause: error,
        })
      }
    },
    notice: (task) => run({ kind: 'notice', ...task }, ownWarmUpMs),
    alerts: (task) => run({ kind: 'alerts', ...task }, task.rows * config.maxMs + warmUpMs),
    check: (task) => run({ kind: 'check', ...task }, ownWarmUpMs),
    checkRanker: (task) => run({ kind: 'ranker', ...task }, ownWarmUpMs),
    stats: () => ({
      threads: pool.threads.length,
      maxThreads: pool.options.maxThreads,
      queued: pool.queueSize,
      busySeconds: busy.of(pool.threads),
    }),
    async close() {
      if (closed) return
      closed = true
      // What was prepared ahead is nobody's any more, but a thread stopped in the middle of it makes noise.
      await pool.close()
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What threads were busy, also those that have ended since; what one did after it was last asked for is lost with it. */
function createBusyTime(): { of(threads: readonly Worker[]): number } {
  const activeMs = new WeakMap<Worker, number>()
  let seconds = 0
  return {
    of(threads) {
      for (const thread of threads) {
        const { active } = thread.performance.eventLoopUtilization()
        seconds += (active - (activeMs.get(thread) ?? 0)) / 1000
        activeMs.set(thread, active)
      }
      return seconds
    },
  }
}

function lostBatch(id: SubscriberId, message: string): RenderedBatch {
  const problem: TemplateProblem = {
    template: '',
    part: 'body',
    language: null,
    line: 0,
    column: 0,
    variable: null,
    message: `Rendering this letter ended its thread ${crashesAllowed} times: ${message}`,
  }
  return {
    memory: new ArrayBuffer(0),
    ids: [],
    to: [],
    keys: [],
    offsets: new Uint32Array(1),
    utf8: new Uint8Array(0),
    picks: new Uint8Array(0),
    pickOffsets: new Uint32Array(1),
    links: [],
    skipped: [],
    failed: [{ id, problem }],
    made: { thread: 0, from: 0, until: 0 },
  }
}
