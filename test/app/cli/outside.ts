import { PassThrough, Writable } from 'node:stream'
import type { Outside } from '../../../app/cli/cli.ts'
import { runCli } from '../../../app/cli/main.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** The lines of `out` as JSON. */
  readonly json: readonly Record<string, unknown>[]
}

/** A stream that remembers, as the command line sees standard output. */
export function capture(onText: (text: string) => void = () => {}) {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8')
      onText(text)
      done()
    },
  })
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text }
}

/** Run a command in this process, as a shell in `cwd` would. */
export async function run(
  cwd: string,
  args: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv
    readonly stdin?: string
    readonly signal?: AbortSignal
    /** Hears all that stands on `out` so far. */
    readonly onOut?: (text: string) => void
  } = {},
): Promise<Ran> {
  const out = capture(options.onOut)
  const err = capture()
  const stdin = new PassThrough()
  stdin.end(options.stdin ?? '')
  const outside: Outside = {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: out.stream,
    stderr: err.stream,
    env: options.env ?? {},
    cwd,
    version: '1.2.3',
    signal: options.signal ?? new AbortController().signal,
  }
  const code = await runCli(args, outside)
  const lines = out.text().split('\n')
  return {
    code,
    out: out.text(),
    err: err.text(),
    get json() {
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
    },
  }
}
