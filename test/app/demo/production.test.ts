import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, onTestFinished, test } from 'vitest'
import { sharedRedis } from '../../stores/redis/place.ts'

const bin = join(import.meta.dirname, '../../../app/bin.js')

async function demo(env: NodeJS.ProcessEnv) {
  const cwd = mkdtempSync(join(tmpdir(), 'broadsheet-demo-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [bin, 'demo', '--production', '--json', '--subscribers', '600'],
    { cwd, env: { ...process.env, ...env }, maxBuffer: 10_000_000 },
  )
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { sent: number; unknown: number }
}

test.each([
  ['servers of its own', async () => ({ DATABASE_URL: '', REDIS_URL: '' })],
  [
    'servers that are given',
    async () => ({ DATABASE_URL: inject('postgresUrl'), REDIS_URL: (await sharedRedis()).url }),
  ],
])(
  'the production demo, on %s, loses and doubles nothing with a worker killed half-way',
  async (_, servers) => {
    // It ends with exit code 1 where the inbox and the books differ.
    const figures = await demo(await servers())
    expect(figures).toMatchObject({ subscribers: 600, failed: 0, nodes: 3 })
    expect(figures.sent + figures.unknown).toBe(600)
  },
)
