import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { openWeb, type Web } from '../fetch/web.ts'
import { run } from './outside.ts'

let cwd = ''
let web: Web
let daemon: Daemon
const cli = (...args: string[]) => run(cwd, args)

beforeAll(async () => {
  web = await openWeb()
  web.serve(
    '/feed',
    `<rss version="2.0"><channel><title>Harbour</title><item><title>A port</title>
     <link>/1</link><category>IT-Sicherheit</category></item></channel></rss>`,
  )
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-feed-'))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    'http: { port: 0 }\negress: { allow: ["127.0.0.1"] }\nchannels:\n  file: { directory: outbox, fsync: false }\n',
  )
  daemon = await startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
})
afterAll(async () => {
  await daemon.stop()
  await web[Symbol.asyncDispose]()
  rmSync(cwd, { recursive: true, force: true })
})

describe('broadsheet feed', () => {
  test('preview shows what would come, and keeps nothing', async () => {
    const shown = await cli('feed', 'preview', `${web.url}/feed`, '--category', 'IT-Sicherheit=security')
    expect(shown.code).toBe(0)
    expect(shown.out).toContain('A port')
    expect(shown.out).toContain('security')
    expect(shown.out).toContain('IT-Sicherheit')
    expect((await cli('feed', 'list')).err).toContain('No feeds yet')
  })

  test('add, fetch, list, show and remove', async () => {
    const made = await cli(
      'feed',
      'add',
      'harbour',
      `${web.url}/feed`,
      '--paused',
      '--topic',
      'news',
      '--category',
      'IT-Sicherheit=security',
      '--keyword',
      'sea=port, two words',
      '--every',
      '30',
    )
    expect([made.code, made.err]).toEqual([0, ''])
    const read = await cli('feed', 'fetch', 'harbour')
    expect([read.code, read.out]).toEqual([0, 'Read "harbour": 1 new, 0 changed, 0 as before.\n'])
    expect((await cli('feed', 'list', '--json')).json).toMatchObject([
      { name: 'harbour', minIntervalMs: 1_800_000, state: { itemsSeen: 1, failures: 0 } },
    ])
    const shown = await cli('feed', 'show', 'harbour')
    expect(shown.out).toContain('topics news')
    expect(shown.out).toContain('category "IT-Sicherheit" -> security')
    expect(shown.out).toContain('port, two words (any) -> sea')
    expect((await cli('item', 'list', '--json')).json).toMatchObject([
      { title: 'A port', url: `${web.url}/1`, topics: ['news', 'security', 'sea'] },
    ])
    expect((await cli('feed', 'remove', 'harbour')).out).toBe('Removed the feed "harbour".\n')
    expect((await cli('item', 'list', '--json')).json).toHaveLength(1)
  })

  test('a feed that cannot be read is told, with a code of its own', async () => {
    await cli('feed', 'add', 'nowhere', `${web.url}/nowhere`, '--paused')
    const read = await cli('feed', 'fetch', 'nowhere')
    expect(read.code).not.toBe(0)
    expect(read.out).toContain('"nowhere" answered 404')
    const preview = await cli('feed', 'preview', 'http://10.1.2.3/feed')
    expect(preview.code).not.toBe(0)
    expect(preview.err).toContain('10.1.2.3 is not on the public internet')
  })

  test('what is typed wrong is told', async () => {
    expect((await cli('feed', 'add', 'x', `${web.url}/feed`, '--category', 'security')).err).toContain(
      '--category "security" must be two parts with "=" between them',
    )
    expect((await cli('feed', 'add', 'x', `${web.url}/feed`, '--every', '0')).err).toContain(
      '--every "0" must be a number of minutes',
    )
    expect((await cli('feed', 'show', 'nowhre')).err).toContain('Did you mean "nowhere"?')
  })
})
