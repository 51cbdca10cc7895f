import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { run } from './outside.ts'

let cwd = ''
let daemon: Daemon
const cli = (...args: string[]) => run(cwd, args)

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-segment-'))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    'http: { port: 0 }\nchannels:\n  file: { directory: outbox, fsync: false }\n',
  )
  daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
  const people = Array.from({ length: 10 }, (_, n) =>
    JSON.stringify({ address: `p${n}@example.org`, attributes: { n }, topics: { tools: n / 10 } }),
  )
  const imported = await run(cwd, ['import', 'subscribers', '-'], { stdin: people.join('\n') })
  expect(imported.err).not.toContain('broadsheet:')
})
afterAll(async () => {
  await daemon.stop()
  rmSync(cwd, { recursive: true, force: true })
})

describe('broadsheet segment', () => {
  test('check shows how a rule is understood, or where it is wrong', async () => {
    expect((await cli('segment', 'check', 'topic:tools>=.5')).code).toBe(10)
    const right = await cli('segment', 'check', 'topic:tools>=0.5 and (sent)')
    expect([right.code, right.out]).toEqual([0, 'topic:tools >= 0.5 and received\n'])
    const wrong = await cli('segment', 'check', 'attr.n < "x"')
    expect(wrong.code).toBe(10)
    expect(wrong.out).toContain('line 1, column 10: "<" compares numbers')
    expect(wrong.out).toContain('\n           ^')
  })

  test('add, list, show, count and remove', async () => {
    const refused = await cli('segment', 'add', 'many', '--rule', 'attr.n >= 4 an list:x')
    expect(refused.code).toBe(4)
    expect(refused.err).toContain('Did you mean "and"?')
    const made = await cli('segment', 'add', 'many', '--rule', 'attr.n>=4', '--title', 'Many')
    expect([made.code, made.out]).toEqual([0, 'Made the segment "many": attr.n >= 4\n'])
    expect((await cli('segment', 'list')).out).toContain('attr.n >= 4')
    expect((await cli('segment', 'show', 'many')).out).toContain('Many')
    expect((await cli('segment', 'count', 'many')).out).toBe('6\n')
    expect((await cli('segment', 'count', '--rule', 'topic:tools < 0.25', '--json')).json).toEqual([
      { count: 3, exact: true, margin: 0 },
    ])
    expect((await cli('segment', 'count')).code).toBe(4)
    const typo = await cli('segment', 'show', 'mnay')
    expect(typo.err).toContain('Did you mean "many"?')
    const rows = await cli('subscriber', 'list', '--segment', 'many', '--json')
    expect(rows.json).toHaveLength(6)
    const exported = await cli('export', 'subscribers', '--segment', 'many')
    expect(exported.out.trim().split('\n')).toHaveLength(6)
  })

  test('a campaign goes to a segment, narrowed by a rule', async () => {
    writeFileSync(
      join(cwd, 'plain.html'),
      '---\nsubject: Hi\n---\n<p>Hi</p><a href="{{ links.unsubscribe }}">leave</a>',
    )
    await cli('template', 'add', join(cwd, 'plain.html'))
    const create = (name: string, ...args: string[]) =>
      cli(
        'campaign',
        'create',
        '--name',
        name,
        '--template',
        'plain',
        '--from',
        'post@example.org',
        '--channel',
        'file',
        '--field',
        'selection.count=0',
        '--field',
        'selection.minimum=0',
        '--json',
        ...args,
      )
    const nobody = await create('nobody')
    expect(nobody.code).toBe(4)
    expect(nobody.err).toContain('Nobody would get it')
    const first = await create('first', '--segment', 'many', '--where', 'attr.n != 7')
    expect(first.json).toMatchObject([{ lists: [], segments: ['many'], where: 'attr.n != 7' }])
    const sent = await cli('campaign', 'start', 'first', '--json')
    expect(sent.json.at(-1)).toMatchObject({ state: 'finished', counts: { audience: 5, sent: 5 } })
    await create('second', '--where', 'attr.n >= 2', '--not-sent', 'first')
    const rest = await cli('campaign', 'start', 'second', '--json')
    expect(rest.json.at(-1)).toMatchObject({ state: 'finished', counts: { audience: 3, sent: 3 } })
    expect((await cli('segment', 'count', '--rule', 'received campaign:first')).out).toBe('5\n')
    expect((await cli('campaign', 'show', 'first')).out).toContain('attr.n != 7')
    const gone = await cli('segment', 'remove', 'many')
    expect(gone.out).toBe('Removed the segment "many".\n')
  })
})
