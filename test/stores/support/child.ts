import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export interface Child {
  readonly process: ChildProcess
  /** The next line of its output; null when it ended. */
  line(): Promise<string | null>
  /** All lines so far are given; then until it is gone. */
  ended: Promise<{ readonly code: number | null; readonly errors: string }>
  /** kill -9, and until it is gone. */
  kill(): Promise<void>
}

/** Run one of the scripts beside this file in a process of its own, which ends with the test. */
export function startChild(script: string, args: readonly string[], before: readonly string[] = []): Child {
  const [command = process.execPath, ...rest] = [
    ...before,
    process.execPath,
    new URL(script, import.meta.url).pathname,
    ...args,
  ]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  })
  const lines: string[] = []
  const waiting: ((line: string | null) => void)[] = []
  let over = false
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => {
    const next = waiting.shift()
    if (next === undefined) lines.push(line)
    else next(line)
  })
  reader.on('close', () => {
    over = true
    for (const next of waiting.splice(0)) next(null)
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, errors }))
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  return {
    process: child,
    line: () => {
      const line = lines.shift()
      if (line !== undefined || over) return Promise.resolve(line ?? null)
      return new Promise((resolve) => waiting.push(resolve))
    },
    ended,
    kill,
  }
}

/** The lines up to one that starts with `word`; that one is the last. */
export async function linesUntil(child: Child, word: string): Promise<string[]> {
  const lines: string[] = []
  for (;;) {
    const line = await child.line()
    if (line === null) throw new Error(`it ended before "${word}": ${(await child.ended).errors}`)
    lines.push(line)
    if (line.startsWith(word)) return lines
  }
}
