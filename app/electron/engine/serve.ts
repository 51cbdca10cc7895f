import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Log } from '../../../engine/log.ts'
import { type Daemon, startDaemon } from '../../daemon.ts'
import { createLog } from '../../log.ts'
import type { Line } from './line.ts'
import { orderSchema, type Report, type StartOrder } from './order.ts'
import { desktopSettings } from './settings.ts'

export interface EngineProcess {
  readonly env: NodeJS.ProcessEnv
  readonly stderr: NodeJS.WriteStream
  exit(code: number): void
}

const portTries = 5

/** The engine's side of the line: start at the first order, stop at the second or when the shell is gone, and end the process. */
export function answer(line: Line, own: EngineProcess): void {
  let begun: Promise<Daemon | null> | null = null
  let ending = false
  const tell = (report: Report): void => line.send(report)

  const start = async (order: StartOrder): Promise<Daemon | null> => {
    try {
      mkdirSync(order.home, { recursive: true, mode: 0o700 })
      const { daemon, data } = await startOn(order, own)
      const { url, token } = daemon
      if (!ending) tell({ type: 'listening', url, token, data, port: Number(new URL(url).port) })
      return daemon
    } catch (error) {
      const code = error instanceof BroadsheetError ? error.code : 'E_INTERNAL'
      const detail =
        error instanceof BroadsheetError ? error.message : String((error as Error).stack ?? error)
      own.stderr.write(`${detail}\n`)
      tell({ type: 'refused', code, detail })
      void end()
      return null
    }
  }
  const end = async (): Promise<void> => {
    if (ending) return
    ending = true
    const daemon = await begun
    await daemon?.stop()
    if (daemon !== null) tell({ type: 'stopped' })
    // A library's forgotten timer must not hold the process up; the message is written by then.
    setImmediate(() => own.exit(daemon === null ? 1 : 0))
  }

  line.onGone(() => void end())
  line.listen((message) => {
    const order = orderSchema.parse(message)
    if (order.type === 'stop') void end()
    else begun ??= start(order)
  })
}

/** On the port it had before, so that what the page keeps is found again; on another one where that is taken. */
async function startOn(
  order: StartOrder,
  { env, stderr }: EngineProcess,
): Promise<{ readonly daemon: Daemon; readonly data: string }> {
  let port = order.port
  let log: Log | null = null
  for (let tries = 1; ; tries++) {
    if (port === 0) port = await freePort()
    const config = desktopSettings(order, port, env)
    log ??= createLog({ level: config.log.level, format: 'json' }, stderr)
    try {
      return { daemon: await startDaemon(config, { log, version: order.version }), data: config.data }
    } catch (error) {
      if (tries === portTries || !isTaken(error)) throw error
      log.warn({ port }, 'desktop.port_taken')
      port = 0
    }
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof BroadsheetError && error.issues.some(({ path }) => path === 'http.port')

/** Known before the daemon listens, since links in letters begin with it where no `publicUrl` is set. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
