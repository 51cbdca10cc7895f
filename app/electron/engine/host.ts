import type { UtilityProcess } from 'electron'
import type { Clock } from '../../../engine/clock.ts'
import type { Log } from '../../../engine/log.ts'
import { type Listening, type Order, reportSchema, type StartOrder } from './order.ts'

/** The part of a utility process that is used. */
export type EngineChild = Pick<UtilityProcess, 'postMessage' | 'kill' | 'stderr' | 'stdout'> & {
  on(event: 'message', heard: (message: unknown) => void): unknown
  on(event: 'exit', heard: (code: number) => void): unknown
}

/** The engine said no: the settings are wrong, the store is locked ... `code` is that of docs/errors.md. */
export class EngineRefusal extends Error {
  readonly code: string

  constructor(code: string, detail: string) {
    super(detail)
    this.name = 'EngineRefusal'
    this.code = code
  }
}

export interface EngineHost {
  /** Start it and wait until it listens; a large database that is moved to a new schema takes as long as it takes. Rejects with
   *  an EngineRefusal. Not while one runs. */
  start(order: Omit<StartOrder, 'type'>): Promise<Listening>
  /** What is on its way is finished, the rest stays queued. Idempotent; bounded: past 12 s the process is ended. */
  stop(): Promise<void>
  readonly running: boolean
}

// The daemon's own bound is 10 s.
const stopMs = 12_000

export function createEngineHost(options: {
  readonly fork: () => EngineChild
  readonly clock: Clock
  readonly log: Log
  /** Takes what it writes. */
  readonly write: (line: Uint8Array) => void
  /** It ended without being asked, after it had listened. */
  readonly onLost: (code: number) => void
}): EngineHost {
  const { fork, clock, log, write, onLost } = options
  let child: EngineChild | null = null
  let exited: Promise<void> = Promise.resolve()
  let stopping: Promise<void> | null = null

  const order = (to: EngineChild, said: Order): void => to.postMessage(said)

  return {
    get running() {
      return child !== null
    },
    start(said) {
      const made = fork()
      child = made
      stopping = null
      let listening = false
      made.stderr?.on('data', write)
      made.stdout?.on('data', write)
      return new Promise((resolve, reject) => {
        made.on('message', (message) => {
          const report = reportSchema.parse(message)
          switch (report.type) {
            case 'listening':
              listening = true
              log.info({ url: report.url }, 'desktop.engine_listening')
              return resolve(report)
            case 'refused':
              return reject(new EngineRefusal(report.code, report.detail))
            case 'stopped':
              return
          }
        })
        exited = new Promise((gone) => {
          made.on('exit', (code) => {
            if (child === made) child = null
            gone()
            log.info({ code }, 'desktop.engine_ended')
            reject(new EngineRefusal('E_INTERNAL', `The engine ended while starting (exit code ${code}).`))
            if (listening && stopping === null) onLost(code)
          })
        })
        order(made, { type: 'start', ...said })
      })
    },
    stop() {
      const running = child
      if (running === null) return Promise.resolve()
      stopping ??= (async () => {
        order(running, { type: 'stop' })
        const cancel = clock.after(stopMs, () => {
          log.warn({}, 'desktop.engine_killed')
          running.kill()
        })
        await exited
        cancel()
      })()
      return stopping
    },
  }
}
