import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { foreignNews } from '../../engine/learning/foreign-news.ts'
import { run } from './outside.ts'

let cwd = ''
let daemon: Daemon
const cli = (...args: string[]) => run(cwd, args)
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(cwd, name), content)
  return join(cwd, name)
}

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-rank-'))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    'http: { port: 0 }\nchannels:\n  file: { directory: outbox, fsync: false }\n',
  )
  daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
})
afterAll(async () => {
  await daemon.stop()
  rmSync(cwd, { recursive: true, force: true })
})

describe('broadsheet rank replay', () => {
  const news = foreignNews({ seed: 5, impressions: 3000 })

  test('says how much better letters would have been', async () => {
    const items = file('items.ndjson', news.items.join('\n'))
    const events = file('events.ndjson.gz', gzipSync(news.events.join('\n')))
    const shown = await cli('rank', 'replay', '--events', events, '--items', items)
    expect(shown.err).toBe('')
    expect(shown.code).toBe(0)
    expect(shown.out).toMatch(
      /NDCG@10 of learned less declared interest: 0\.\d+ \(\+\d+\.\d %\), 95 % between 0\.\d+/,
    )
    const [report] = (await cli('rank', 'replay', '--events', events, '--items', items, '--json')).json
    expect(report).toMatchObject({ impressions: 3000, refused: 0, orphans: 0 })
    const scores = report!.scores as Record<string, { ndcg: number }>
    expect(scores.learned!.ndcg).toBeGreaterThan(scores.interest!.ndcg)
    const frozen = await cli('rank', 'replay', '--events', events, '--items', items, '--frozen', '--json')
    expect((frozen.json[0]!.scores as typeof scores).learned!.ndcg).toBeLessThan(scores.learned!.ndcg)
  })

  test('leaves lines out that it cannot read, and says so', async () => {
    const items = file('broken-items.ndjson', `${news.items.join('\n')}\n\n{"title":"no key"}\n`)
    const events = file('broken-events.ndjson', ['{', ...news.events.slice(0, 500)].join('\n'))
    const ran = await cli('rank', 'replay', '--events', events, '--items', items)
    expect(ran.code).toBe(10)
    expect(ran.err).toContain(`${events}, line 1: is no JSON`)
    expect(ran.err).toContain('an item needs a "key"')
    expect(ran.out).toContain('500 impressions')
  })

  test('refuses what is no log, and no share', async () => {
    const items = file('some-items.ndjson', news.items.join('\n'))
    const nothing = await cli('rank', 'replay', '--events', items, '--items', items)
    expect([nothing.code, nothing.err.includes('holds no impression')]).toEqual([4, true])
    const gone = await cli('rank', 'replay', '--events', join(cwd, 'nowhere'), '--items', items)
    expect(gone.err).toContain('There is no file')
    expect((await cli('rank', 'replay', '--events', items, '--items', items, '--train', '7')).code).toBe(2)
  })
})

describe('broadsheet rank', () => {
  test('models lists what was learned, and rollback goes back to it', async () => {
    expect((await cli('rank', 'models')).err).toContain('Nothing was learned yet')
    const { models } = daemon.engine.store
    for (const note of ['first', 'second']) {
      const { revision, cursor } = await models.draft()
      const change = { revision, cursor, state: `{"note":"${note}"}`, affinities: [], snapshot: { note } }
      await models.commit({ ...change, now: 1_800_000_000_000 })
    }
    expect((await cli('rank', 'models', '--json')).json).toMatchObject([
      { version: 2, note: 'second', active: true },
      { version: 1, note: 'first', active: false },
    ])
    const back = await cli('rank', 'rollback', '1')
    expect(back.out).toContain('version 1')
    expect((await cli('rank', 'models')).out).toMatch(/1 +active/)
    const unknown = await cli('rank', 'rollback', '9')
    expect([unknown.code, unknown.err.includes('There is no version 9')]).toEqual([4, true])
  })

  test('simulate shows the learning curve, and how far ahead it ends', async () => {
    const { json, code } = await cli('rank', 'simulate', '--days', '6', '--readers', '30', '--json')
    expect(code).toBe(0)
    expect(json).toHaveLength(7)
    expect(json[0]).toMatchObject({ day: 1 })
    expect(json.at(-1)).toHaveProperty('lead')
  })

  test('has what a replay needs exported, also where nothing was read', async () => {
    const { code, out } = await cli('export', 'impressions')
    expect([code, out]).toEqual([0, ''])
  })
})
