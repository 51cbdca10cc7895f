import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { childrenOf } from '../../app/demo/servers/postgres.ts'
import { runLoad } from '../../bench/load/load.ts'
import { readOptions } from '../../bench/load/options.ts'
import { reportPage } from '../../bench/load/report/page.ts'
import { reportSchema } from '../../bench/load/report/schema.ts'
import { verdictTable } from '../../bench/load/report/terminal.ts'
import { runNames } from '../../bench/load/runs/all.ts'

const quiet = { mode: () => {}, step: () => {}, run: () => {} }
const program = fileURLToPath(new URL('../../bench/load/run.ts', import.meta.url))

test('a quick load run goes through in both modes, and what it counts is true at both ends', async () => {
  const options = readOptions(['--quick'])!
  const report = reportSchema.parse(await runLoad(options, quiet, new AbortController().signal))

  expect(report.modes.map(({ mode }) => mode)).toEqual(['debug', 'production'])
  for (const { mode, runs } of report.modes) {
    expect(runs.map(({ name }) => name)).toEqual(runNames)
    const counts = Object.fromEntries(runs.map((run) => [run.name, run.counts]))
    expect(runs.filter(({ error }) => error !== null)).toEqual([])
    const { subscribers, campaign } = report.options
    expect(counts.newsletters, mode).toEqual({
      audience: subscribers,
      sent: subscribers,
      others: 0,
      received: subscribers,
      distinct: subscribers,
    })
    const { alerts: told } = counts
    expect(told, mode).toMatchObject({
      awaited: told!.alerts! * subscribers,
      received: told!.alerts! * subscribers,
      distinct: told!.alerts! * subscribers,
      missing: 0,
    })
    // Half of the new people that the API run makes are on no list: the crowd is who was brought in.
    for (const name of ['api-campaign', 'alerts-campaign'])
      expect(counts[name], `${mode}: ${name}`).toMatchObject({
        audience: campaign,
        sent: campaign,
        received: campaign,
      })
    expect(counts['alerts-campaign']!.accepted).toBe(counts['alerts-campaign']!.alerts)
    expect(counts['alerts-campaign']!.alerts).toBeGreaterThan(0)
    expect(counts.analytics, mode).toMatchObject({ readsDone: options.sizes.reads, failed: 0 })
    // The newsletter and the two campaigns, the first one, and what was read.
    expect(counts.analytics!.events, mode).toBeGreaterThanOrEqual(
      2 * subscribers + 2 * campaign + options.sizes.reads,
    )
    // Each answer is in exactly one of the distributions.
    const { latencies } = runs.find(({ name }) => name === 'api')!
    expect(latencies[0]!.histogram.count).toBe(counts.api!.requests)
    expect(latencies.slice(1).reduce((sum, { histogram }) => sum + histogram.count, 0)).toBe(
      counts.api!.requests,
    )
  }

  const page = reportPage(report)
  // Only namespaces and names: nothing that a browser would fetch.
  expect(page).not.toMatch(/<script|<link|<img|url\(|@import|src=/)
  expect(page).toContain('A quick run with few people')
  expect(verdictTable(report)).toContain('Letters a minute')
})

test.runIf(process.platform === 'linux')('Ctrl+C ends all that was started, and says so', async () => {
  const out = mkdtempSync(join(tmpdir(), 'broadsheet-load-test-'))
  onTestFinished(() => rmSync(out, { recursive: true, force: true }))
  const child = spawn(process.execPath, [program, '--quick', '--mode', 'production', '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  // Not SIGKILL: what it started would go on.
  onTestFinished(() => void child.kill('SIGINT'))
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  // The first run is over: everything is up.
  const underWay = vi.waitFor(() => expect(said).toMatch(/PASS|FAIL/), { timeout: 600_000, interval: 5 })
  await Promise.race([underWay, ended])
  const started = childrenOf(child.pid!)
  const folders = started.flatMap(
    (pid) => commandOf(pid).match(/[^\0=]*\/broadsheet-[a-z]+-\w{6}(?=\/|\0)/g) ?? [],
  )
  // Two daemons, two servers of each kind, the driver; and where they keep what is theirs.
  expect(started.length, said).toBeGreaterThanOrEqual(7)
  expect(new Set(folders).size).toBeGreaterThanOrEqual(2)
  child.kill('SIGINT')

  expect(await ended, said).toBe(130)
  expect(said).toContain('Interrupted')
  expect(started.filter(isAlive)).toEqual([])
  expect(folders.filter((folder) => existsSync(folder))).toEqual([])
})

test.each([
  [['--mode', 'fast'], 'There is no mode "fast"'],
  [['--runs', 'api,apo'], 'There is no run "apo"'],
  [['--subscribers', 'many'], '--subscribers is how many people'],
  [['--rounds', '3'], "Unknown option '--rounds'"],
])('%j is refused in a sentence', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8')

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
