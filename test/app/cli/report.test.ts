import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { findBrowser } from '../../../app/report/png.ts'
import { silentLog } from '../../../engine/log.ts'
import { readClasses } from '../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { run } from './outside.ts'

const hostile = '</title><img src="https://tracker.example/x.gif" onerror="alert(1)">'
const people = 40
let cwd = ''
let daemon: Daemon
let id: PublicationId
const cli = (...args: string[]) => run(cwd, args, { env: { PATH: process.env.PATH } })

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-report-'))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    'http: { port: 0 }\nchannels:\n  file: { directory: outbox, fsync: false }\n',
  )
  daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
  const rows = Array.from({ length: people }, (_, n) =>
    JSON.stringify({
      address: `p${n}@${n % 4 === 0 ? 'gmail.com' : 'example.org'}`,
      language: n % 2 === 0 ? 'de' : 'en',
    }),
  )
  await run(cwd, ['import', 'subscribers', '-'], { stdin: rows.join('\n') })
  writeFileSync(
    join(cwd, 'plain.html'),
    '---\nsubject: Hi\n---\n<p>Hi</p><a href="{{ links.unsubscribe }}">leave</a>',
  )
  await cli('template', 'add', join(cwd, 'plain.html'))
  for (const name of ['weekly', 'never', 'silent']) {
    const title = name === 'weekly' ? hostile : name
    const settings = ['selection.count=0', 'selection.minimum=0'].flatMap((field) => ['--field', field])
    const to = [
      '--template',
      'plain',
      '--from',
      'post@example.org',
      '--channel',
      'file',
      '--where',
      'everyone',
    ]
    const made = await cli('campaign', 'create', '--name', name, '--title', title, ...to, ...settings)
    expect(made.code).toBe(0)
  }
  for (const name of ['weekly', 'silent']) expect((await cli('campaign', 'start', name)).code).toBe(0)
  const { store } = daemon.engine
  id = (await store.campaigns.byName('weekly'))!.publicationId!
  await store.links.put(id, [{ key: 'aaaaaaaa', url: 'https://news.example/?q=1&r=<b>', itemId: null }])
  await store.events.append(
    Array.from({ length: 20 }, (_, n) => ({
      publicationId: id,
      subscriberId: (n + 1) as SubscriberId,
      channel: 'file',
      type: n < 15 ? ('opened' as const) : ('clicked' as const),
      at: Date.now(),
      code: null,
      detail: null,
      class: readClasses[n % readClasses.length]!,
      link: n < 15 ? null : 0,
    })),
  )
  await daemon.engine.analytics.catchUp()
})
afterAll(async () => {
  await daemon.stop()
  rmSync(cwd, { recursive: true, force: true })
})

describe('broadsheet campaign report', () => {
  test('shows a terminal both numbers, and who is behind them', async () => {
    const { code, out } = await cli('campaign', 'report', 'weekly', '--time-zone', 'UTC')
    expect(code).toBe(0)
    expect(out).toMatch(/opened +6 +15\.0 % .*15 \(37\.5 %\) with machines/)
    expect(out).toMatch(/clicked +2 +5\.0 % .*5 \(12\.5 %\) with machines/)
    expect(out).toContain('https://news.example/?q=1&r=<b>')
    expect(out).toMatch(/Google +10/)
  })

  test('as JSON and CSV has every number', async () => {
    const [report] = (await cli('campaign', 'report', 'weekly', '--json')).json
    expect(report).toMatchObject({
      run: { publicationId: id, opened: { all: { recipients: 15 } } },
      by: { language: [{ sent: 20 }, { sent: 20 }] },
    })
    const { out } = await cli('campaign', 'report', 'weekly', '--csv')
    expect(out).toContain('\r\ntotal,,opened,people,6,6,0.15,')
    expect(out).toContain('\r\ntotal,,opened,all,15,15,0.375,')
    expect(out).toContain('\r\nprovider,google,sent,,10,10,,,\r\n')
  })

  test('as a page is one file that runs and loads nothing, whatever a title says', async () => {
    const { code, out } = await cli('campaign', 'report', 'weekly', '--html', 'out/report.html')
    expect([code, out]).toEqual([0, `${join(cwd, 'out/report.html')}\n`])
    const page = readFileSync(join(cwd, 'out/report.html'), 'utf8')
    expect(
      page.match(/<(script|img|link|iframe|object)\b|<[^>]+\s(on\w+|src|href)=|@import|url\(/g),
    ).toBeNull()
    expect(page).toContain('&lt;img src=&quot;')
    expect(page).toContain('r=&lt;b&gt;')
    for (const svg of page.match(/<svg[^>]*>/g) ?? [])
      expect(svg).toMatch(/aria-label="[^"]+"|aria-hidden="true"/)
    expect(page.match(/<caption>/g)!.length).toBe(page.match(/<table>/g)!.length)
  })

  test('of a run that nobody opened, and of none', async () => {
    const silent = await cli('campaign', 'report', 'silent', '--html', 'silent.html')
    expect(silent.code).toBe(0)
    expect(readFileSync(join(cwd, 'silent.html'), 'utf8')).toContain('Nobody has opened or clicked yet.')
    const never = await cli('campaign', 'report', 'never')
    expect(never.code).toBe(4)
    expect(never.err).toContain('was never started')
    expect((await cli('campaign', 'report', 'weekly', '--run', '99')).err).toContain(
      `has no run 99. Its last: ${id}.`,
    )
    expect((await cli('campaign', 'report', 'weekly', '--run', 'x')).code).toBe(2)
  })

  test.skipIf(findBrowser(process.env.PATH ?? '') === null)('draws its charts', async () => {
    const { code, out } = await cli('campaign', 'report', 'weekly', '--png', 'charts')
    expect([code, out.includes('funnel.png')]).toEqual([0, true])
    for (const name of ['funnel', 'opens', 'clicks'])
      expect(
        readFileSync(join(cwd, 'charts', `${name}.png`))
          .subarray(1, 4)
          .toString('latin1'),
      ).toBe('PNG')
    const without = await run(cwd, ['campaign', 'report', 'weekly', '--png', 'none'], { env: { PATH: '' } })
    expect(without.err).toContain('--svg')
    expect(existsSync(join(cwd, 'none'))).toBe(false)
  })
})

test.each([
  ['timeline', /SENT +FAILED +OPENS/],
  ['domains', /example\.org +60 +0 %/],
  ['topics', /^$/],
  ['engagement', /4 to 8 +1\n/],
  ['cohorts', /JOINED +PEOPLE/],
  ['audience', /FROM +JOINED +LEFT +ACTIVE/],
  ['alerts', /^$/],
])('broadsheet analytics show %s is a table, JSON and CSV', async (what, words) => {
  const { code, out } = await cli('analytics', 'show', what)
  expect(code).toBe(0)
  expect(out).toMatch(words)
  const { json } = await cli('analytics', 'show', what, '--json')
  expect(json.length > 0).toBe(out !== '')
  const csv = await cli('analytics', 'show', what, '--csv')
  expect(csv.out.trim().split('\r\n').length).toBeGreaterThan(json.length)
})

test('broadsheet analytics refuses a range that is none', async () => {
  const { code, err } = await cli('analytics', 'show', 'timeline', '--from', '2026-13-01')
  expect(code).toBe(4)
  expect(err).toContain('"2026-13-01" is no date')
  expect((await cli('analytics', 'show', 'weather')).code).toBe(2)
})

test('broadsheet analytics says how far it is, and counts again', async () => {
  expect((await cli('analytics', 'status')).out).toMatch(/^All [\d,]+ events are counted\.\n$/)
  const { code, json } = await cli('analytics', 'rebuild', '--json')
  expect([code, json.at(-1)]).toEqual([0, expect.objectContaining({ behindMs: 0 })])
  expect(json.some(({ type }) => type === 'progress')).toBe(true)
  expect((await cli('campaign', 'report', 'weekly', '--json')).json[0]).toMatchObject({
    run: { opened: { all: { recipients: 15 } } },
  })
})
