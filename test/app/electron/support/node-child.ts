import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { EngineChild } from '../../../../app/electron/engine/host.ts'

const source = fileURLToPath(new URL('../../../../app/electron/engine/entry.ts', import.meta.url))

/** The engine's own entry as a child of plain Node: the same messages over Node's IPC instead of Electron's. It goes with the test. */
export function forkEngine(
  env: NodeJS.ProcessEnv = {},
  entry = source,
): EngineChild & { readonly process: ChildProcess } {
  const child = fork(entry, [], {
    env: { PATH: process.env.PATH, ...env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
  })
  return {
    process: child,
    stdout: child.stdout,
    stderr: child.stderr,
    postMessage: (message: unknown) => void child.send(message as object),
    kill: () => child.kill('SIGKILL'),
    on: (event: 'message' | 'exit', heard: (value: never) => void) => child.on(event, heard as never),
  }
}
