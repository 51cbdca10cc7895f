import { statfsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Nothing here cuts the power, and on a slow disk most of the time would go into waiting for fsync. Where the system
// has a disk in memory, with room, the tests' databases lie there; a TMPDIR that is set is left alone.
const memoryDisk = '/dev/shm'
if (!process.env.TMPDIR && hasRoom(memoryDisk)) process.env.TMPDIR = memoryDisk

function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > 2 ** 30
  } catch {
    return false
  }
}

// Test files run one process each: native modules, worker threads and servers end with their process.
export default defineConfig({
  resolve: {
    alias: {
      'broadsheet/channel': source('./engine/channel/index.ts'),
      'broadsheet/testing': source('./test/contract/index.ts'),
    },
  },
  test: {
    // The project that new plugins are made from, and the plugins made from it, as their authors would test them.
    include: ['test/**/*.test.ts', 'app/plugins/kit/template/test/*.test.ts', 'examples/*/test/*.test.ts'],
    exclude: ['**/*.long.test.ts', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['test/servers/shared.ts'],
    // As app/bin.js says of its own process.
    execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
    // For a machine that gets a tenth of its core; no test waits for time to pass.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 300_000, interval: 10 } },
  },
})
