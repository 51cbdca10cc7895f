import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChannelDesk } from '../../../app/channels/desk.ts'
import { channelTypes } from '../../../app/config/channel-types.ts'
import { createGuard } from '../../../app/fetch/guard.ts'
import { systemClock } from '../../../engine/clock.ts'
import type { Log } from '../../../engine/log.ts'
import { sessionOf, userOf } from './access/callers.ts'
import { type Served, serve } from './serve.ts'

interface Problem {
  readonly code: string
  readonly detail: string
  readonly issues: readonly { readonly path: string; readonly message: string }[]
}
interface Tried extends Problem {
  readonly ok: boolean
  readonly sent: { readonly ok: boolean; readonly to: string } | null
}

const webhookSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const password = 'hunter2-hunter2'
const logged: string[] = []
const log: Log = {
  debug: (...said) => void logged.push(JSON.stringify(said)),
  info: (...said) => void logged.push(JSON.stringify(said)),
  warn: (...said) => void logged.push(JSON.stringify(said)),
  error: (...said) => void logged.push(JSON.stringify(said)),
  child: () => log,
}

const ses = { region: 'eu-west-1', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-of-the-test' }

let served: Served
let server: SMTPServer
let known: { readonly host: string; readonly port: number }
const received: { readonly from: string; readonly to: readonly string[]; readonly text: string }[] = []

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString(),
        })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  known = { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 }
  const channelDesk = createChannelDesk({
    types: channelTypes,
    egress: createGuard({ allow: [], ports: [80, 443] }),
    known: [known],
    clock: systemClock,
    log,
  })
  served = await serve({ log, config: { apiTokens: ['launch_of_the_test'], channelDesk } })
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await new Promise<void>((resolve) => server.close(resolve))
})

const tryOut = (type: string, settings: object, more: object = {}) =>
  served.ask<Tried>('POST', '/api/v1/channels/try', { type, settings, ...more })

describe('kinds of channels', () => {
  test('are told with the schema of their settings, each of which says what it is for', async () => {
    const { json } = await served.ask<{
      data: { type: string; tryable: boolean; schema: { properties: Record<string, object> } }[]
    }>('GET', '/api/v1/channels/kinds')
    expect(json.data.map(({ type }) => type)).toEqual(Object.keys(channelTypes))
    const smtp = json.data.find(({ type }) => type === 'smtp')!
    expect(smtp.schema.properties.host).toMatchObject({ type: 'string', description: 'Of the SMTP server' })
    expect(smtp.tryable).toBe(true)
    expect(json.data.find(({ type }) => type === 'file')!.tryable).toBe(false)
  })
})

describe('a channel that is tried', () => {
  test('is opened and looked at, and sends nothing unless that is asked', async () => {
    const { status, json } = await tryOut('smtp', { ...known, security: 'none' })
    expect({ status, json }).toMatchObject({ status: 200, json: { ok: true, sent: null } })
    expect(received).toEqual([])
  })

  test('sends its test to who is signed in, and to nobody else', async () => {
    const user = await userOf(served.store, 'owner', 'olive@paper.example')
    const settings = { ...known, security: 'none' }
    const { authorization: _none, ...session } = await sessionOf(served.store, user)
    const sent = await fetch(`${served.url}/api/v1/channels/try`, {
      method: 'POST',
      headers: { ...session, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'smtp', settings, test: {} }),
    })
    expect(await sent.json()).toMatchObject({ ok: true, sent: { ok: true, to: 'olive@paper.example' } })
    expect(received).toMatchObject([{ from: 'olive@paper.example', to: ['olive@paper.example'] }])
    expect(received[0]!.text).toMatch(/^Subject: A test of Broadsheet\r?$/m)
    // A key has no address.
    expect((await tryOut('smtp', settings, { test: {} })).json).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'test' }],
    })
    expect((await tryOut('smtp', settings, { test: { to: 'x@example.org' } })).json.code).toBe('E_INPUT')
    expect(received).toHaveLength(1)
  })

  test('leads no further than what comes from outside', async () => {
    const inside = [
      ['smtp', { host: '127.0.0.1', port: 25, security: 'none' }],
      ['smtp', { host: '::ffff:10.0.0.1', port: 587, security: 'none' }],
      ['smtp', { host: 'localhost', port: 25, security: 'none' }],
      // Of a mail server only its ports.
      ['smtp', { host: '198.51.99.1', port: 22, security: 'none' }],
      ['discord', { rooms: { ops: { webhook: 'http://127.0.0.1/api/webhooks/1/abc' } } }],
      ['webhook', { rooms: { ops: { url: 'http://169.254.169.254/latest', secrets: [webhookSecret] } } }],
      ['ses', { ...ses, endpoint: 'http://[::1]:9000' }],
    ] as const
    for (const [type, settings] of inside) {
      const { json } = await tryOut(type, settings)
      expect({ type, code: json.code }, json.detail).toEqual({ type, code: 'E_EGRESS' })
    }
  })

  test('with wrong settings is refused, with the place', async () => {
    const wrong = await tryOut('smtp', { host: 'mail.example', port: 70_000, auth: { user: 'a' } })
    expect(wrong.json).toMatchObject({ code: 'E_INPUT' })
    expect(wrong.json.issues.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['settings.port', 'settings.auth.pass']),
    )
    const container = { url: 'https://keys.example/', authorizationTokenFile: '/etc/passwd' }
    expect((await tryOut('ses', { region: 'eu-west-1', container })).json).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'settings.container.authorizationTokenFile' }],
    })
    expect((await tryOut('telex', {})).json).toMatchObject({ code: 'E_INPUT', issues: [{ path: 'type' }] })
    expect((await tryOut('file', { directory: '/tmp/anywhere' })).json).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'type' }],
    })
  })

  test('says its secrets to nobody', async () => {
    const settings = { ...known, security: 'none', auth: { user: 'a', pass: password } }
    const { text, json } = await tryOut('smtp', settings)
    expect(json.ok).toBe(false)
    expect(text).not.toContain(password)
    const audit = await served.ask('GET', '/api/v1/audit?action=channel.try')
    expect(audit.text).toContain('channel.try')
    expect(audit.text).not.toContain(password)
    expect(logged.join('\n')).not.toContain(password)
  })
})

test('the system says the figures that /metrics says', async () => {
  const { json } = await served.ask<{
    ready: boolean
    store: string
    figures: { name: string; values: { labels: object; value: number }[] }[]
  }>('GET', '/api/v1/system')
  expect(json).toMatchObject({ version: '0.0.0', role: 'all', store: 'memory', ready: true, trouble: null })
  // Figures of the process are measured when they are asked for.
  for (const name of [
    'process_resident_memory_bytes',
    'nodejs_heap_size_used_bytes',
    'process_cpu_seconds_total',
  ])
    expect(json.figures.find((figure) => figure.name === name)!.values[0]!.value, name).toBeGreaterThan(0)
  const queue = json.figures.find(({ name }) => name === 'broadsheet_queue_chunks')!
  expect(queue.values).toEqual(
    expect.arrayContaining([
      { labels: { state: 'queued' }, value: 3 },
      { labels: { state: 'running' }, value: 1 },
    ]),
  )
})
