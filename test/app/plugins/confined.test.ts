import { lookup } from 'node:dns/promises'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isPublicAddress } from '../../../app/fetch/guard.ts'
import { never, type Opened, openStaged, post, posts, stagePlugin, temporaryFolder } from './stage.ts'

// A plugin that reaches out of its process, every way that Node has.

async function trying(addresses: readonly string[] = ['granted.example:*']) {
  const outside = temporaryFolder()
  writeFileSync(join(outside, 'secret'), 'a secret')
  const folder = stagePlugin('./hostile/reaches-out.ts', { addresses: ['*:*'], env: ['GIVEN'] })
  const { lane } = await openStaged(folder, {
    setting: { addresses, env: ['GIVEN', 'NOT_DECLARED'] },
    env: {
      GIVEN: 'yes',
      NOT_DECLARED: 'no',
      BROADSHEET_SECRETS: 'no',
      HOME: '/root',
      PATH: process.env.PATH,
    },
  })
  return { lane, folder, outside, attempt: attempt(lane) }
}
const attempt = (lane: Opened['lane']) => async (way: string, target: string) => {
  const [outcome] = await lane.send(posts({ ...post(1, way), data: { target } }), never())
  return outcome?.status === 'permanent' || outcome?.status === 'sent' ? outcome.code : outcome
}
/** A server on loopback that must hear nothing. */
async function listening(host = '127.0.0.1'): Promise<{ target: string; connections: () => number }> {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { target: `127.0.0.1:${port}`, connections: () => connections }
}

test('to files', async () => {
  const { attempt, outside, folder } = await trying()
  for (const way of ['read', 'readPromise'])
    expect([way, await attempt(way, join(outside, 'secret'))]).toEqual([way, 'ERR_ACCESS_DENIED'])
  expect(await attempt('read', '/proc/self/environ')).toBe('ERR_ACCESS_DENIED')
  expect(await attempt('read', join(folder, 'package.json'))).toBe('REACHED')
  expect(await attempt('list', outside)).toBe('ERR_ACCESS_DENIED')
  expect(await attempt('list', process.cwd())).toBe('ERR_ACCESS_DENIED')
  for (const place of [outside, folder]) {
    expect(await attempt('write', join(place, 'mine'))).toBe('ERR_ACCESS_DENIED')
    expect(existsSync(join(place, 'mine'))).toBe(false)
  }
  expect(await attempt('link', outside)).toBe('ERR_ACCESS_DENIED')
  for (const way of ['sqlite', 'sqliteRequire', 'sqliteBuiltin', 'sqliteLoad']) {
    expect([way, await attempt(way, join(outside, 'db'))]).toEqual([way, 'ERR_PLUGIN_REFUSED'])
    expect(existsSync(join(outside, 'db'))).toBe(false)
  }
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('a secret')
})

test('to the environment', async () => {
  const { lane, attempt } = await trying()
  expect((await lane.probe(never())).detail).toBe('GIVEN')
  expect(await attempt('env', 'GIVEN')).toBe('REACHED')
  for (const name of ['NOT_DECLARED', 'BROADSHEET_SECRETS', 'HOME', 'PATH'])
    expect([name, await attempt('env', name)]).toEqual([name, 'none'])
})

test('to programs, threads and other processes', async () => {
  const { attempt } = await trying()
  const refused = /^ERR_(ACCESS_DENIED|PLUGIN_REFUSED)$/
  const daemon = String(process.pid)
  for (const [way, target] of [
    ['spawn', 'true'],
    ['spawnImport', 'true'],
    ['thread', ''],
    ['hooks', ''],
    ['inspector', ''],
    ['inspectorPort', ''],
    ['cluster', ''],
    ['trace', ''],
    ['wasi', ''],
    ['addon', ''],
    ['exec', '/bin/true'],
    ['binding', ''],
    ['kill', daemon],
    ['rawKill', daemon],
    ['nice', daemon],
  ] as const)
    expect([way, await attempt(way, target)]).toEqual([way, expect.stringMatching(refused)])
})

test('to addresses that are not granted: loopback, metadata, the private network, whatever the way', async () => {
  const { attempt } = await trying()
  const { target, connections } = await listening()
  const refused = /^(ERR_PLUGIN_NOT_GRANTED|ERR_PLUGIN_REFUSED|EACCES|ENOTFOUND|EAI_AGAIN)$/
  const ways = [
    'connect',
    'connectArgs',
    'tls',
    'http',
    'fetch',
    'udp',
    'connectHandle',
    'connectOwnLookup',
    'connectGetter',
  ]
  for (const way of ways)
    expect([way, await attempt(way, target)]).toEqual([way, expect.stringMatching(refused)])
  for (const other of [
    '169.254.169.254:80',
    '10.0.0.1:443',
    '2130706433:80',
    '0x7f.1:80',
    'localhost:80',
    '[::1]:80',
  ])
    expect([other, await attempt('connect', other)]).toEqual([other, 'ERR_PLUGIN_NOT_GRANTED'])
  expect(await attempt('connectPath', '/var/run/docker.sock')).toBe('ERR_PLUGIN_REFUSED')
  expect(await attempt('listen', '')).toBe('EACCES')
  expect(connections()).toBe(0)
})

test('to name servers', async () => {
  const { attempt } = await trying()
  expect(await attempt('lookup', 'other.example')).toBe('ERR_PLUGIN_NOT_GRANTED')
  for (const way of ['query', 'resolver'])
    expect(await attempt(way, 'other.example')).toBe('ERR_PLUGIN_REFUSED')
})

test('and may have what is granted: that address, and no other port of it', async () => {
  const one = await listening()
  const two = await listening()
  const { attempt } = await trying([one.target])
  expect(await attempt('connect', one.target)).toBe('REACHED')
  expect(await attempt('connect', two.target)).toBe('ERR_PLUGIN_NOT_GRANTED')
  expect(two.connections()).toBe(0)
})

test('a granted name is no way into the private network', async () => {
  const { target, connections } = await listening('0.0.0.0')
  const port = target.split(':')[1]!
  // This machine's own name: whatever it leads to is not the public internet.
  const own = hostname()
  const found = await lookup(own).catch(() => null)
  expect(found === null || !isPublicAddress(found.address)).toBe(true)
  const { attempt } = await trying([`${own}:${port}`])
  expect(await attempt('connect', `${own}:${port}`)).toMatch(
    found === null ? /^(ENOTFOUND|EAI_AGAIN)$/ : /^ERR_PLUGIN_NOT_GRANTED$/,
  )
  expect(connections()).toBe(0)
  if (found === null) return
  const both = await trying([`${own}:${port}`, `${found.address}:${port}`])
  expect(await both.attempt('connect', `${own}:${port}`)).toBe('REACHED')
})

test('any host is none of the private network, and localhost is what it says', async () => {
  const { target, connections } = await listening()
  const port = target.split(':')[1]!
  const { attempt } = await trying([`*:${port}`])
  expect(await attempt('connect', target)).toBe('ERR_PLUGIN_NOT_GRANTED')
  expect(connections()).toBe(0)
  const { attempt: withLocalhost } = await trying([`localhost:${port}`])
  expect(await withLocalhost('connect', `localhost:${port}`)).toBe('REACHED')
})
