import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Finding } from '../../../app/doctor/finding.ts'
import { dkimRecord } from '../../../engine/compose/dkim-key.ts'
import { makeKey } from '../../engine/deliverability/keys.ts'
import { startRedis } from '../../servers/redis.ts'
import { makeDatabase } from '../../stores/postgres/database.ts'
import { type NameServer, startNameServer, type Zone } from '../dns/name-server.ts'
import { run } from './outside.ts'

const key = makeKey('thenews.press')
const good: Zone = {
  'thenews.press': { MX: [[10, 'mx.thenews.press']], TXT: ['v=spf1 mx -all'] },
  'mx.thenews.press': { A: ['192.0.2.7'] },
  '_dmarc.thenews.press': { TXT: ['v=DMARC1; p=reject; rua=mailto:d@thenews.press'] },
  [dkimRecord(key).name]: { TXT: [dkimRecord(key).value] },
}
let cwd = ''
let server: NameServer
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-doctor-'))
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(cwd, { recursive: true, force: true })
})

async function settle(zone: Zone, more: string): Promise<void> {
  server = await startNameServer(zone)
  writeFileSync(join(cwd, 'dkim.pem'), key.privateKey)
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    `dns: { servers: ["${server.address}"] }
dkim: [{ domain: thenews.press, selector: s1, privateKeyFile: dkim.pem }]
subscriptions: { sender: { address: post@thenews.press } }
${more}`,
  )
}
const findings = async () => {
  const ran = await run(cwd, ['doctor', '--json'])
  const all = ran.json as unknown as readonly Finding[]
  return { code: ran.code, found: Object.fromEntries(all.map((finding) => [finding.check, finding])) }
}

test('everything right', async () => {
  await settle(good, 'channels: { file: { directory: outbox } }')
  await run(cwd, ['init'])
  const { found, code } = await findings()
  expect(code).toBe(0)
  expect(Object.entries(found).filter(([, { status }]) => status !== 'ok')).toEqual([
    // Nobody but this machine reaches it.
    ['publicUrl', expect.objectContaining({ status: 'warning' })],
  ])
  for (const check of ['settings', 'data', 'store', 'retention', 'dkim.key', 'dmarc.record', 'dmarc.aligned'])
    expect(found[check]).toMatchObject({ status: 'ok' })
})

test('everything wrong: each line says what to do, and the exit code tells', async () => {
  await settle(
    {},
    `channels: { smtp: { host: 127.0.0.1, port: 1, security: starttls, connectTimeoutMs: 500 } }
preflight: { mode: block, outgoing: [192.0.2.7] }
publicUrl: http://thenews.invalid
`,
  )
  await run(cwd, ['init'])
  chmodSync(join(cwd, 'broadsheet-data', 'secrets'), 0o644)
  const { found, code } = await findings()
  expect(code).toBe(10)
  expect(found).toMatchObject({
    secrets: { status: 'warning' },
    'channel smtp': { status: 'failed' },
    publicUrl: { status: 'warning' },
    clock: { status: 'warning' },
    'tls smtp': { status: 'warning' },
    'spf.record': { status: 'failed' },
    'dkim.key': { status: 'failed', remedy: expect.stringContaining(dkimRecord(key).value) as string },
    'dmarc.record': { status: 'failed' },
    'host.names': { status: 'failed' },
    'reply.reachable': { status: 'warning' },
  })
  for (const { status, remedy } of Object.values(found)) expect(remedy === null).toBe(status === 'ok')
  const { out } = await run(cwd, ['doctor'])
  expect(out).toMatch(/✗ dmarc.record +.*\n +-> Publish a TXT record at _dmarc.thenews.press/)
})

test('a Redis that answers is in order, and one that does not is told', async () => {
  const [redis, database] = await Promise.all([startRedis(), makeDatabase()])
  onTestFinished(database.drop)
  await settle(
    good,
    `channels: { file: { directory: outbox } }\nstore: ${database.url}\nredis: ${redis.url}\nsecrets: ["a secret that only the tests sign with, long"]`,
  )
  await run(cwd, ['init'])
  const { found, code } = await findings()
  expect(Object.values(found).filter(({ status }) => status === 'failed')).toEqual([])
  expect(code).toBe(0)
  expect(found.redis).toMatchObject({ status: 'ok', detail: 'answers, and takes writes' })
  expect(found.clock).toMatchObject({ status: 'ok', detail: 'within 1 s of Redis' })
  await redis.drop()
  const away = await findings()
  expect(away.code).toBe(10)
  expect(away.found.redis).toMatchObject({
    status: 'failed',
    remedy: expect.stringContaining('"redis"') as string,
  })
})
