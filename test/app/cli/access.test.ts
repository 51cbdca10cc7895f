import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { run } from './outside.ts'

const password = 'correct horse battery'

// One that runs: a daemon for each command takes seconds on a busy machine.
const anyPort = { flag: '--port', path: 'http.port', value: '0' }

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-access-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

test('from nothing to an owner, who is asked for once, and to those that they invite', async () => {
  const [made] = (await run(cwd, ['init', '--json'])).json
  expect(made).toMatchObject({
    key: expect.stringMatching(/^bs_/),
    ownerToken: expect.stringMatching(/^bst_/),
  })
  const token = String(made!.ownerToken)
  await using stack = new AsyncDisposableStack()
  const daemon = await startDaemon(loadConfig({ cwd, env: {}, flags: [anyPort] }), {
    log: silentLog,
    version: '1.2.3',
  })
  stack.defer(() => daemon.stop())

  const weak = await run(cwd, ['user', 'accept', token, '--address', 'me@example.org'], { stdin: 'short\n' })
  expect(weak).toMatchObject({ code: 4, out: '' })
  expect(weak.err).toContain('at least 12 characters')
  const accepted = await run(cwd, ['user', 'accept', token, '--address', 'Me@Example.org', '--name', 'Me'], {
    stdin: `${password}\n`,
  })
  expect(accepted).toMatchObject({ code: 0, out: 'me@example.org may sign in as owner.\n' })
  expect((await run(cwd, ['user', 'owner'])).code).toBe(4)

  const invited = await run(cwd, ['user', 'invite', 'mo@example.org', '--role', 'editor'])
  expect(invited.out).toMatch(/^bst_[\w-]{43}\n$/)
  expect(invited.err).toContain('mo@example.org chooses a password')
  await run(cwd, ['user', 'accept', invited.out.trim()], { stdin: password })
  expect((await run(cwd, ['user', 'set', 'mo@example.org', '--role', 'sender', '--disable'])).out).toBe(
    'mo@example.org is disabled, as sender.\n',
  )
  const users = (await run(cwd, ['user', 'list', '--json'])).json
  expect(users).toMatchObject([
    { name: 'me@example.org', fullName: 'Me', role: 'owner', invited: false },
    { name: 'mo@example.org', role: 'sender', invited: false },
  ])
  expect((await run(cwd, ['user', 'remove', 'me@example.org'])).err).toContain('is the last owner')
  expect((await run(cwd, ['user', 'remove', 'mo@example.org'])).code).toBe(0)

  const log = (await run(cwd, ['audit', '--json'])).json
  expect(log.map(({ action, outcome }) => `${String(action)} ${String(outcome)}`)).toEqual([
    'user.remove done',
    'user.remove refused',
    'user.change done',
    'access.accept done',
    'user.create done',
    'user.first refused',
    'access.accept done',
    'user.first done',
    'key.create done',
  ])
  expect(JSON.stringify(log)).not.toMatch(/bst_|bs_|horse/)
  expect((await run(cwd, ['audit', '--action', 'key'])).out).toMatch(
    /command line +key\.create +key\/1 +done/,
  )
})

test('a key does what its scopes say, until its time is over', async () => {
  await run(cwd, ['init'])
  const made = await run(cwd, ['key', 'create', 'shop', '--scope', 'subscribers:read', '--expires', '+90d'])
  expect(made.out).toMatch(/^bs_/)
  const [, shop] = (await run(cwd, ['key', 'list', '--json'])).json
  expect(shop).toMatchObject({ name: 'shop', scopes: ['subscribers:read'], lastUsedAt: null })
  expect(Number(shop!.expiresAt)).toBeGreaterThan(Date.now() + 89 * 86_400_000)
  expect((await run(cwd, ['key', 'list'])).out).toMatch(/admin .* never +never +all/)
  const wrong = await run(cwd, ['key', 'create', 'more', '--scope', 'everything'])
  expect(wrong.code).toBe(4)
  expect(wrong.err).toContain('scopes[0]')
})
