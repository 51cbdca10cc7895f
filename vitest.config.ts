import { defineConfig } from 'vitest/config'

// Test files run one process each: native modules, worker threads and servers end with their process.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/*.long.test.ts', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    // For a machine that gets a tenth of its core; no test waits for time to pass.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000, interval: 10 } },
  },
})
