import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Receipt, readSinkFile, startSink } from './smtp-sink.ts'

export interface SinkProcess {
  readonly port: number
  readonly pid: number
  /** Read from the file: complete whatever happened to either side. */
  received(): readonly Receipt[]
  close(): Promise<void>
}

/** The sink in a process of its own, so that it neither slows the test down nor dies with a daemon. */
export async function startSinkProcess(options: {
  readonly file: string
  readonly port?: number
}): Promise<SinkProcess> {
  const child = fork(fileURLToPath(import.meta.url), [options.file, String(options.port ?? 0)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the sink ended with ${code}`)))
  })
  return {
    port,
    pid: child.pid ?? 0,
    received: () => (existsSync(options.file) ? readSinkFile(options.file) : []),
    async close() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send !== undefined) {
  const [, , file, port] = process.argv
  const sink = await startSink({ ...(file ? { file } : {}), port: Number(port ?? 0) })
  process.send(sink.port)
  // The test that started it is gone: so is its reason.
  process.once('disconnect', () => process.exit(0))
}
