import { defineConfig } from 'vitest/config'

// The long proofs: each takes minutes, so they run one after the other and have the machine to themselves.
export default defineConfig({
  test: {
    include: ['test/**/*.long.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    globalSetup: ['test/servers/shared.ts'],
    fileParallelism: false,
    testTimeout: 60 * 60_000,
    hookTimeout: 10 * 60_000,
  },
})
