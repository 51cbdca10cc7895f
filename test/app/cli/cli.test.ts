import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { type Daemon, startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { noResolver } from '../../../engine/ports/resolver.ts'
import { run } from './outside.ts'

let cwd = ''
let daemon: Daemon

const settings = `
http: { port: 0 }
publicUrl: https://news.example.org
channels:
  file: { directory: outbox, fsync: false }
`
const people = 1000
const cli = (...args: string[]) => run(cwd, args)
const inFolder = (name: string) => join(cwd, name)

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-cli-'))
  writeFileSync(inFolder('broadsheet.yaml'), settings)
  daemon = await startDaemon(loadConfig({ cwd, env: {} }), {
    log: silentLog,
    version: '1.2.3',
    resolver: noResolver,
  })
  await cli('list', 'add', 'newsletter', '--title', 'The newsletter')
})
afterAll(async () => {
  await daemon.stop()
  rmSync(cwd, { recursive: true, force: true })
})

describe('a campaign from the first row to the last letter', () => {
  test('import counts what is taken and tells what is not', async () => {
    const rows = Array.from({ length: people }, (_, i) => `p${i}@example.org,Person ${i},tools:0.${i % 10}`)
    rows.splice(500, 0, 'not an address,Nobody,')
    writeFileSync(inFolder('people.csv'), `email,name,topics\n${rows.join('\n')}\n`)
    const { code, out, err } = await cli(
      'import',
      'subscribers',
      inFolder('people.csv'),
      '--list',
      'newsletter',
    )
    expect(out).toMatch(/! 1,001 rows.*: 1,000 created, 0 updated, 0 unchanged, 1 refused/)
    expect(err).toContain('line 502, email: "not an address" has no "@"')
    expect(code).toBe(10)
  })

  test('items come by standard input, whose kind is seen from its first letter', async () => {
    const items = Array.from({ length: 5 }, (_, i) =>
      JSON.stringify({ title: `Item ${i}`, url: `https://example.org/${i}`, topics: ['tools'] }),
    )
    const { code, json } = await run(cwd, ['import', 'items', '-', '--json'], { stdin: items.join('\n') })
    expect(code).toBe(0)
    expect(json.at(-1)).toMatchObject({ rows: 5, created: 5, rejected: 0 })
  })

  test('a template that does not compile is refused, with its place', async () => {
    writeFileSync(inFolder('weekly.html'), '---\nsubject: News\n---\n<p>\n{{ subscriber.name | upcas }}</p>')
    const { code, err } = await cli('template', 'add', inFolder('weekly.html'))
    expect(code).toBe(4)
    expect(err).toContain('The template "weekly" does not compile; nothing was kept.')
    expect(err).toMatch(/weekly, body, line 2, column \d+: /)
    expect((await cli('template', 'list')).out).toBe('')
  })

  test('one that does is kept, and its new version replaces it', async () => {
    const body =
      '{% for item in items %}<p>{{ item.title }}</p>{% endfor %}<a href="{{ links.unsubscribe }}">leave</a>'
    writeFileSync(inFolder('weekly.html'), `---\nsubject: "News for {{ subscriber.name }}"\n---\n${body}`)
    const add = () => cli('template', 'add', inFolder('weekly.html'), '--json')
    expect((await add()).json).toMatchObject([{ name: 'weekly', outcome: 'created', version: 1 }])
    expect((await add()).json).toMatchObject([{ name: 'weekly', outcome: 'unchanged', version: 1 }])
    writeFileSync(inFolder('weekly.html'), `---\nsubject: "News, {{ subscriber.name }}"\n---\n${body}`)
    expect((await add()).json).toMatchObject([{ name: 'weekly', outcome: 'updated', version: 2 }])
  })

  test('what it was is listed, shown and brought back', async () => {
    const subjects = async () =>
      (await cli('template', 'versions', 'weekly', '--json')).json.map(({ version, author, subject }) => [
        version,
        author,
        subject,
      ])
    const two = [2, 'command line', 'News, {{ subscriber.name }}']
    const one = [1, 'command line', 'News for {{ subscriber.name }}']
    expect(await subjects()).toEqual([two, one])
    expect((await cli('template', 'versions', 'weekly')).out).toMatch(
      /^VERSION +WRITTEN +BY +BYTES +SUBJECT\n +2 /,
    )
    expect((await cli('template', 'show', 'weekly', '1')).out).toMatch(/version 1\nsubject +News for /)
    const restore = (version: string) => cli('template', 'restore', 'weekly', version, '--json')
    expect((await restore('1')).json).toMatchObject([{ outcome: 'updated', version: 3, restored: 1 }])
    expect((await restore('1')).json).toMatchObject([{ outcome: 'unchanged', version: 3 }])
    expect((await restore('2')).json).toMatchObject([{ outcome: 'updated', version: 4 }])
    expect((await subjects()).slice(0, 2)).toEqual([
      [4, ...two.slice(1)],
      [3, ...one.slice(1)],
    ])
    const { code, err } = await cli('template', 'show', 'weekly', '9')
    expect([code, err]).toEqual([4, expect.stringContaining('the present one is 4')])
  })

  test('create takes a file, and flags over it', async () => {
    writeFileSync(
      inFolder('weekly.yaml'),
      'name: weekly\ntemplate: weekly\nsender: { address: post@example.org }\nlists: [newsletter]\nchannel: smtp\n',
    )
    const create = (...args: string[]) =>
      cli('campaign', 'create', inFolder('weekly.yaml'), '--json', ...args)
    const wrong = await create()
    expect(wrong.code).toBe(4)
    expect(JSON.parse(wrong.err)).toMatchObject({
      code: 'E_INPUT',
      detail: expect.stringContaining('smtp') as string,
    })
    const { code, json } = await create('--channel', 'file', '--field', 'selection.count=3')
    expect(code).toBe(0)
    expect(json).toMatchObject([
      { name: 'weekly', title: 'weekly', state: 'draft', channel: 'file', selection: { count: 3 } },
    ])
  })

  test('preview shows one letter, by itself or by a part', async () => {
    const whole = await cli('campaign', 'preview', 'weekly', 'p7@example.org')
    expect(whole.out).toMatch(/Subject +News, Person 7\n/)
    const html = await cli('campaign', 'preview', 'weekly', 'p7@example.org', '--html')
    expect(html.out).toContain('>leave</a>')
    const mime = await cli('template', 'preview', 'weekly', 'p7@example.org', '--mime')
    expect(mime.out).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m)
  })

  test('preflight makes all and sends none', async () => {
    const { code, json } = await cli('campaign', 'preflight', 'weekly', '--json')
    expect(code).toBe(0)
    expect(json.at(-1)).toEqual({ type: 'result', audience: people, ok: people, skipped: 0, failed: 0 })
    expect(() => readdirSync(inFolder('outbox/new'))).toThrow()
  })

  test('start watches until the end, and every letter is there', async () => {
    const { code, json } = await cli('campaign', 'start', 'weekly', '--json')
    expect(code).toBe(0)
    const { counts } = json.at(-1) as { counts: object }
    expect(json.at(-1)).toMatchObject({ type: 'result', campaign: 'weekly', state: 'finished' })
    expect(counts).toMatchObject({ audience: people, sent: people, failed: 0, unknown: 0, queued: 0 })
    expect(readdirSync(inFolder('outbox/new'))).toHaveLength(people)
  })

  test('deliveries go into a file, whole or not at all', async () => {
    const { code, out } = await cli('export', 'deliveries', 'weekly', '-o', inFolder('all.csv'))
    expect(code).toBe(0)
    expect(out).toMatch(/✓ .*all\.csv, /)
    const lines = readFileSync(inFolder('all.csv'), 'utf8').trimEnd().split('\r\n')
    expect(lines).toHaveLength(people + 1)
    const none = await cli('export', 'unknown', 'weekly')
    expect(none).toMatchObject({ code: 0, out: '' })
    const lost = await cli('export', 'deliveries', 'weekly', '-o', inFolder('no/such/folder.csv'))
    expect(lost.code).toBe(4)
  })

  test('show, watch and list agree that it is finished', async () => {
    expect((await cli('campaign', 'show', 'weekly')).out).toContain('1,000 sent, 0 failed')
    expect((await cli('campaign', 'watch', 'weekly')).out).toContain(
      'weekly is finished: 1,000 sent, 0 failed',
    )
    expect((await cli('campaign', 'list')).out).toMatch(/weekly +finished/)
    const again = await cli('campaign', 'start', 'weekly')
    expect(again).toMatchObject({ code: 4, out: '' })
    expect((await cli('events', 'list', '--campaign', 'weekly', '--limit', '3', '--json')).json).toHaveLength(
      3,
    )
  })

  test('who is skipped is told of, with where to see why', async () => {
    const file = inFolder('weekly.yaml')
    const fields = ['--channel', 'file', '--field', 'selection.minimum=3']
    await cli('campaign', 'create', file, '--name', 'more', ...fields)
    const { code, out, err } = await cli('campaign', 'start', 'more')
    expect(code).toBe(0)
    expect(out).toContain('more is finished: 0 sent, 0 failed, 1,000 skipped')
    const [, why = ''] = err.match(/broadsheet (export deliveries more --state skipped)/) ?? []
    expect((await cli(...why.split(' '), '--json')).json[0]).toMatchObject({ code: 'too_few_items' })
  })
})

test('an export of subscribers is an import again, as NDJSON and as CSV', async () => {
  const lines = [
    {
      address: 'a@export.example',
      name: '=1+1',
      language: 'de',
      topics: { tools: 0.5 },
      attributes: { city: 'Bonn, am Rhein' },
    },
    { address: 'b@export.example', timeZone: 'Europe/Berlin', attributes: { note: 'two\nlines' } },
  ]
  await cli('list', 'add', 'roundtrip')
  await run(cwd, ['import', 'subscribers', '-', '--list', 'roundtrip'], {
    stdin: lines.map((line) => JSON.stringify(line)).join('\n'),
  })
  const ndjson = await cli('export', 'subscribers', '--list', 'roundtrip')
  expect(ndjson.json).toMatchObject(lines)
  const same = await run(cwd, ['import', 'subscribers', '-', '--json'], { stdin: ndjson.out })
  expect(same.json.at(-1)).toMatchObject({ rows: 2, unchanged: 2, rejected: 0 })
  const csv = await cli('export', 'subscribers', '--list', 'roundtrip', '--format', 'csv')
  expect(csv.out).toContain(",'=1+1,")
  expect(csv.out).toContain('"Bonn, am Rhein"')
  const again = await run(cwd, ['import', 'subscribers', '-', '--json'], { stdin: csv.out })
  expect(again.json.at(-1)).toMatchObject({ rows: 2, created: 0, rejected: 0 })
})

test('people are added, shown, and leave', async () => {
  await cli('list', 'add', 'club')
  const added = await cli(
    'subscriber',
    'add',
    'Ada@Example.ORG',
    '--name',
    'Ada',
    '--list',
    'club',
    '--topic',
    'tools=0.9',
    '--attribute',
    'age=36',
  )
  expect(added.out).toBe('Saved ada@example.org (active).\n')
  const { out } = await cli('subscriber', 'show', 'ada@example.org')
  expect(out).toMatch(/list +club \(active/)
  expect(out).toMatch(/age +36/)
  expect((await cli('subscriber', 'leave', 'ada@example.org')).out).toBe('ada@example.org left everything.\n')
  const back = await cli('subscriber', 'add', 'ada@example.org', '--list', 'club')
  expect(back.err).toContain('ada@example.org is unsubscribed and gets no letters')
})

test('keys open the API by --url, and do not when they are removed', async () => {
  const made = await cli('key', 'create', 'shop')
  const key = made.out.trim()
  expect(key).toMatch(/^bs_/)
  const elsewhere = (...args: string[]) =>
    run(tmpdir(), [...args, '--url', daemon.url], { env: { BROADSHEET_KEY: key } })
  expect((await elsewhere('list', 'show', 'newsletter')).code).toBe(0)
  expect((await cli('key', 'remove', 'shop')).code).toBe(0)
  expect((await elsewhere('list', 'show', 'newsletter')).code).toBe(5)
  expect((await cli('key', 'list', '--json')).out).not.toContain(key)
})

test.each<[string, string[], number, RegExp]>([
  [
    'a name that is nearly right',
    ['campaign', 'show', 'wekly'],
    4,
    /No campaign named "wekly"\. Did you mean "weekly"\?/,
  ],
  ['a list that is not there', ['list', 'show', 'zebra'], 4, /No list named "zebra"\. There are: newsletter/],
  [
    'a channel that is not there',
    ['channel', 'probe', 'fil'],
    4,
    /No channel named "fil"\. Did you mean "file"\?/,
  ],
  ['an address that is none', ['subscriber', 'show', 'x'], 4, /"x" has no "@"/],
  ['a file that is not there', ['import', 'items', '/nowhere.csv'], 4, /There is no file \/nowhere\.csv/],
  ['a state that is none', ['subscriber', 'list', '--status', 'activ'], 4, /Did you mean "active"\?/],
  ['an unknown command', ['campain', 'list'], 2, /unknown command 'campain'[\s\S]*Did you mean campaign/],
  ['an unknown option', ['list', 'add', 'x', '--titel', 'X'], 2, /unknown option '--titel'[\s\S]*--title/],
  ['a missing argument', ['list', 'add'], 2, /missing required argument 'name'/],
  ['--set without a value', ['list', 'list', '--set', 'http.port'], 2, /must be SETTING=VALUE/],
  ['wrong settings', ['list', 'list', '--set', 'http.prot=1'], 3, /Did you mean "http\.port"/],
  [
    'an address that is no address',
    ['list', 'list', '--url', 'nowhere', '--key', 'x'],
    2,
    /is not an address/,
  ],
  [
    'nobody there',
    ['list', 'list', '--url', 'http://127.0.0.1:1', '--key', 'x'],
    5,
    /No daemon answers at http:\/\/127\.0\.0\.1:1/,
  ],
  ['no key', ['list', 'list', '--url', 'http://127.0.0.1:1'], 2, /needs an API key/],
])('%s', async (_name, args, code, message) => {
  const ran = await cli(...args)
  expect(ran.err).toMatch(message)
  expect(ran.err).not.toMatch(/\n {4}at /)
  expect(ran.code).toBe(code)
  const asJson = await cli(...args, '--json')
  expect(JSON.parse(asJson.err)).toMatchObject({
    code: expect.stringMatching(/^E_/) as string,
    issues: expect.any(Array) as unknown[],
  })
  expect(asJson.out).toBe('')
  expect(asJson.code).toBe(code)
})

test('what is interrupted ends with 130, and the campaign goes on in the daemon', async () => {
  await cli('campaign', 'create', inFolder('weekly.yaml'), '--name', 'later', '--channel', 'file')
  await cli('campaign', 'schedule', 'later', '+1h')
  const stop = new AbortController()
  const watching = run(cwd, ['campaign', 'watch', 'later'], { signal: stop.signal })
  stop.abort()
  const ran = await watching
  expect(ran.code).toBe(130)
  expect((await cli('campaign', 'show', 'later')).out).toMatch(/state +scheduled/)
})

test('doctor says what to do', async () => {
  const { code, json } = await cli('doctor', '--json')
  expect(code).toBe(0)
  const found = Object.fromEntries(json.map(({ check, status }) => [check, status]))
  expect(found).toMatchObject({
    settings: 'ok',
    daemon: 'ok',
    store: 'ok',
    'channel file': 'ok',
    publicUrl: 'ok',
    dkim: 'warning',
  })
  const wrong = await cli('doctor', '--set', 'http.prot=1')
  expect(wrong.code).toBe(10)
  expect(wrong.out).toMatch(/✗ settings[\s\S]*-> Correct them/)
})

test('config print is a broadsheet.yaml without secrets', async () => {
  const { out } = await cli('config', 'print', '--set', 'secrets=a-very-secret-secret')
  expect(out).not.toContain('a-very-secret-secret')
  expect(out).toContain('secrets:\n  - (secret)')
  writeFileSync(inFolder('printed.yaml'), out.replace('(secret)', 'another-secret-secret'))
  const again = await run(cwd, ['config', 'print', '-c', 'printed.yaml'])
  expect(again.out).toBe(out)
})

test('every command has help with what it does', async () => {
  const { out } = await cli('--help')
  const names = [...out.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name!)
  expect(names).toEqual(expect.arrayContaining(['init', 'serve', 'campaign', 'import', 'config']))
  for (const name of names.filter((one) => one !== 'help')) {
    const help = await cli(name, '--help')
    expect(help.code, name).toBe(0)
    expect(help.out, name).toContain(`Usage: broadsheet ${name}`)
  }
})
