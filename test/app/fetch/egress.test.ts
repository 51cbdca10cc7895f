import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { compose } from '../../../app/compose.ts'
import { loadConfig } from '../../../app/config.ts'
import { createGuard, type Resolve } from '../../../app/fetch/guard.ts'
import {
  createHttpClient,
  defineChannel,
  type Egress,
  type HttpClient,
} from '../../../engine/channel/index.ts'
import { systemClock } from '../../../engine/clock.ts'
import { silentLog } from '../../../engine/log.ts'
import { openWeb, type Web } from './web.ts'

let web: Web
let clients: HttpClient[] = []
beforeEach(async () => {
  web = await openWeb()
  web.serve('/hook', 'taken')
  clients = []
})
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await web[Symbol.asyncDispose]()
})

/** A channel's post to `host`, at the port where a server of the inside does listen. */
const post = (host: string, allow: readonly string[] = [], resolve?: Resolve) => {
  const { port } = new URL(web.url)
  const egress = createGuard({ allow, ports: [Number(port)] }, resolve)
  const client = createHttpClient({ clock: systemClock, egress })
  clients.push(client)
  return client.request(
    { method: 'POST', url: new URL(`http://${host}:${port}/hook`), body: '{}' },
    new AbortController().signal,
  )
}
const leadsTo =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))

describe('a channel reaches nothing of the inside', () => {
  test.each([
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '10.0.0.1',
    '192.168.1.1',
    '0.0.0.0',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '127.1',
  ])('%s', async (host) => {
    expect(await post(host)).toMatchObject({
      kind: 'fault',
      phase: 'connect',
      code: 'egress',
      message: expect.stringContaining('egress.allow'),
    })
    expect(web.requests).toEqual([])
  })

  test.each([
    ['a name that leads inside', leadsTo('127.0.0.1')],
    ['one that leads inside among others', leadsTo('93.184.215.14', '10.0.0.1')],
    ['one that leads inside by IPv6', leadsTo('::1')],
  ])('%s', async (_, resolve) => {
    expect(await post('hooks.example.org', [], resolve)).toMatchObject({
      phase: 'connect',
      code: 'egress',
      message: expect.stringMatching(/^hooks\.example\.org.*egress\.allow/),
    })
    expect(await post('localhost', [], resolve)).toMatchObject({ code: 'egress' })
    expect(web.requests).toEqual([])
  })

  test('a name that leads elsewhere the second time', async () => {
    let asked = 0
    const rebinding: Resolve = (host) => leadsTo(asked++ === 0 ? '127.0.0.1' : '10.0.0.1')(host)
    expect(await post('hooks.example.org', ['127.0.0.0/8'], rebinding)).toMatchObject({ status: 200 })
    expect(await post('hooks.example.org', ['127.0.0.0/8'], rebinding)).toMatchObject({ code: 'egress' })
    expect(web.requests.length).toBe(1)
  })

  test('unless the operator allows it', async () => {
    expect(await post('127.0.0.1', ['127.0.0.1'])).toMatchObject({ kind: 'answer', status: 200 })
    expect(await post('hooks.intranet', ['*.intranet'], leadsTo('127.0.0.1'))).toMatchObject({ status: 200 })
    expect(web.requests.length).toBe(2)
  })

  test('the daemon gives its channels the rules of its settings', async () => {
    const given: (Egress | undefined)[] = []
    const asker = defineChannel({
      name: 'asker',
      config: z.strictObject({}),
      open(_config, { egress }) {
        given.push(egress)
        return Promise.resolve({
          capabilities: {
            content: 'mime',
            maxBatch: 1,
            maxInFlight: 1,
            idempotent: false,
            maxMessageBytes: null,
          },
          send: () => Promise.resolve([]),
          probe: () => Promise.resolve({ ok: true, detail: '' }),
          close: () => Promise.resolve(),
        })
      },
    })
    const cwd = mkdtempSync(join(tmpdir(), 'broadsheet-egress-'))
    writeFileSync(
      join(cwd, 'broadsheet.yaml'),
      'store: "memory:"\nchannels: { asker: { type: asker } }\negress: { allow: [10.1.2.3] }\n',
    )
    const types = { asker: { definition: asker as never, paths: [] } }
    const composed = await compose(loadConfig({ cwd, env: {} }, types), { log: silentLog, types })
    await composed.close()
    rmSync(cwd, { recursive: true })
    expect(given.length).toBe(1)
    expect(given[0]?.refusal(new URL('http://10.1.2.3/'))).toBe(null)
    expect(given[0]?.refusal(new URL('http://10.1.2.4/'))).toContain('egress.allow')
  })
})
