import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from './outside.ts'

// Where no daemon runs, each command brings its own.
let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-alone-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

test('init makes what is missing and leaves what is there', async () => {
  const first = await run(cwd, ['init'])
  expect(first.code).toBe(0)
  expect(first.out).toMatch(/broadsheet\.yaml {2}settings/)
  expect(first.out).toMatch(/^ {2}bs_\S{40,}$/m)
  const secrets = readFileSync(join(cwd, 'broadsheet-data/secrets'), 'utf8')
  writeFileSync(join(cwd, 'broadsheet.yaml'), `${readFileSync(join(cwd, 'broadsheet.yaml'), 'utf8')}# mine\n`)

  const second = await run(cwd, ['init'])
  expect(second.code).toBe(0)
  expect(second.out).toMatch(/broadsheet\.yaml {2}was there/)
  expect(second.out).not.toContain('bs_')
  expect(readFileSync(join(cwd, 'broadsheet.yaml'), 'utf8')).toMatch(/# mine\n$/)
  expect(readFileSync(join(cwd, 'broadsheet-data/secrets'), 'utf8')).toBe(secrets)
})

test('a campaign runs in the command; Ctrl+C leaves nothing in doubt, and the next one goes on', async () => {
  expect((await run(cwd, ['init', '--sample'])).code).toBe(0)
  const detached = await run(cwd, ['campaign', 'start', 'hello', '--detach'])
  expect(detached).toMatchObject({ code: 4, out: '' })
  expect(detached.err).toContain('There is no running daemon that would go on with it')

  const oneAMinute = 'limits.channel.file={"perSecond":0.016,"burst":1}'
  const stop = new AbortController()
  const started = await run(
    cwd,
    ['campaign', 'start', 'hello', '--set', oneAMinute, '--set', 'delivery.batch=1'],
    { signal: stop.signal, onOut: () => stop.abort() },
  )
  expect(started.code).toBe(130)
  expect(started.err).toContain('nobody gets it twice')
  const [shown] = (await run(cwd, ['campaign', 'show', 'hello', '--json'])).json
  expect(shown).toMatchObject({ state: 'running', progress: { counts: { unknown: 0, handing: 0 } } })

  const rest = await run(cwd, ['campaign', 'watch', 'hello'])
  expect(rest.err).toBe('')
  expect(rest.out).toContain('hello is finished: 3 sent, 0 failed')
  expect(rest.code).toBe(0)
})

test('a schedule without a daemon warns that nobody will be there', async () => {
  await run(cwd, ['init', '--sample'])
  const { code, out, err } = await run(cwd, ['campaign', 'schedule', 'hello', '2099-01-01T08:00'])
  expect(code).toBe(0)
  expect(out).toContain('hello starts at 2099-01-01 08:00')
  expect(err).toContain('broadsheet serve')
})
