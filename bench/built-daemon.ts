import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** As it is published. */
export function buildDist(): void {
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    { cwd: root },
  )
}

/** What Node is told to run `broadsheet serve` from dist/, as app/bin.js would from the package. `heapMiB`: what its own objects
 *  may take. */
export function serveArguments(settings: string, heapMiB = 256): readonly string[] {
  const main = join(root, 'dist/app/cli/main.js')
  return [
    '--max-semi-space-size=8',
    `--max-old-space-size=${heapMiB}`,
    '--input-type=module',
    '-e',
    `process.argv.splice(1, 0, 'broadsheet'); await (await import(${JSON.stringify(main)})).main(process.argv)`,
    '--',
    'serve',
    '--config',
    settings,
  ]
}

export interface BuiltDaemon {
  readonly url: string
  readonly token: string
  readonly pid: number
  /** Bytes. */
  rss(): number
  stop(): Promise<void>
}

/** `broadsheet serve` from dist/, in a process of its own, on an SQLite file. */
export async function serveBuilt(options: {
  readonly file: string
  readonly channels: object
  /** More of broadsheet.yaml. */
  readonly settings?: object
}): Promise<BuiltDaemon> {
  const { file, channels } = options
  const data = dirname(file)
  const settings = join(data, 'broadsheet.yaml')
  const compiled = join(data, 'compile-cache')
  writeFileSync(
    settings,
    JSON.stringify({
      data,
      store: `sqlite:${file}`,
      http: { port: 0 },
      channels,
      ...options.settings,
    }),
  )
  const child = spawn(process.execPath, serveArguments(settings), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: compiled },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const daemonFile = join(data, 'daemon.json')
  while (!existsSync(daemonFile)) {
    if (child.exitCode !== null) throw new Error('The daemon did not start')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { url, token } = JSON.parse(readFileSync(daemonFile, 'utf8')) as { url: string; token: string }
  return {
    url,
    token,
    pid: child.pid!,
    rss: () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
