import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../app/demo/servers/free-port.ts'
import { startPostgres } from '../../../app/demo/servers/postgres.ts'
import { startDaemon } from '../../faults/support/daemon.ts'
import { campaignInput, type House, openHouse } from '../../faults/support/house.ts'
import { until } from '../../faults/support/until.ts'
import { startRedis } from '../../servers/redis.ts'
import { startSink } from '../../servers/smtp-sink.ts'
import { type Canaries, createCanaries } from './canaries.ts'

const bin = fileURLToPath(new URL('../../../app/bin.js', import.meta.url))

/** What a command says, whatever becomes of it. */
async function cli(house: House, canaries: Canaries, ...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [bin, ...args, '--config', house.settings], {
    cwd: house.folder,
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  canaries.hear(`broadsheet ${args.join(' ')}`, said.join(''))
  return said.join('')
}

function createAsk(url: string, canaries: Canaries) {
  return async (
    method: string,
    path: string,
    options: {
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown
      /** Its answer is the one place that shows it. */
      readonly shows?: boolean
    } = {},
  ) => {
    const { body, headers = {}, shows = false } = options
    const answer = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const head = JSON.stringify([...answer.headers].filter(([name]) => name !== 'set-cookie'))
    canaries.hear(
      `answer ${method} ${path.replace(/^(\/[uc]\/).*/, '$1')}`,
      shows ? head : `${head}\n${text}`,
    )
    return { status: answer.status, text, headers: answer.headers }
  }
}

/** Of a PEM, a line that no other key has. */
const innerLine = (pem: string): string => pem.split('\n')[1]!

test('nothing that is secret comes out of a daemon: not in logs, errors, answers, metrics, commands or the database', async () => {
  const canaries = createCanaries()
  const sink = await startSink({ keep: true })
  onTestFinished(() => sink.close())
  const closed = await freePort()
  const nowhere = `http://127.0.0.1:${closed}`
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  canaries.add('dkim.privateKey', innerLine(privateKey))
  const webhookSecret = Buffer.from(canaries.make('webhook secret')).toString('base64')
  const settings = {
    log: { level: 'debug', format: 'json' },
    secrets: [canaries.make('secrets')],
    vaultKeys: [canaries.make('vaultKeys')],
    metrics: { token: canaries.make('metrics.token') },
    dkim: [{ domain: 'news.example', selector: 's1', privateKey }],
    egress: { allow: ['127.0.0.1'] },
    tracing: {
      otlp: `http://collector:${canaries.make('tracing.otlp')}@127.0.0.1:${closed}/v1/traces`,
      headers: { authorization: `Bearer ${canaries.make('tracing.headers')}` },
    },
    feedback: {
      mailbox: {
        host: '127.0.0.1',
        port: closed,
        tls: 'none',
        user: 'bounces',
        password: canaries.make('mailbox.password'),
      },
      mailgun: { key: canaries.make('mailgun.key') },
      postmark: { user: 'postmark', password: canaries.make('postmark.password') },
    },
    channels: {
      smtp: { host: '127.0.0.1', port: sink.port, security: 'none' },
      // The sink offers no AUTH: every letter over it fails with words about that.
      login: {
        type: 'smtp',
        host: '127.0.0.1',
        port: sink.port,
        security: 'none',
        auth: { user: 'news', pass: canaries.make('smtp.pass') },
      },
      oauth: {
        type: 'smtp',
        host: '127.0.0.1',
        port: sink.port,
        security: 'none',
        auth: {
          method: 'xoauth2',
          user: 'news',
          clientId: 'news',
          refreshToken: canaries.make('smtp.refreshToken'),
          clientSecret: canaries.make('smtp.clientSecret'),
          accessUrl: `${nowhere}/token`,
        },
      },
      ses: {
        region: 'eu-central-1',
        endpoint: nowhere,
        accessKeyId: 'AKIAEXAMPLE',
        secretAccessKey: canaries.make('ses.secretAccessKey'),
        sessionToken: canaries.make('ses.sessionToken'),
      },
      slack: {
        token: `xoxb-${canaries.make('slack.token')}`,
        apiUrl: `${nowhere}/api/`,
        rooms: {
          ops: { channel: 'C012AB3CD' },
          hook: { webhook: `${nowhere}/services/T0/B0/${canaries.make('slack.webhook')}` },
        },
      },
      discord: {
        rooms: { ops: { webhook: `${nowhere}/api/webhooks/1/${canaries.make('discord.webhook')}` } },
      },
      webhook: {
        rooms: {
          ops: {
            url: `${nowhere}/hook/${canaries.make('webhook.url')}?key=${canaries.make('webhook.url.query')}`,
            secrets: [`whsec_${webhookSecret}`],
            headers: { authorization: `Bearer ${canaries.make('webhook.headers')}` },
          },
        },
      },
    },
    alerts: {
      sweepMs: 50,
      receivers: {
        default: { rooms: ['slack/ops', 'slack/hook', 'discord/ops', 'webhook/ops'], people: true },
      },
    },
  }
  const house = await openHouse({ people: 3, settings })

  for (const args of [
    ['config', 'print'],
    ['config', 'print', '--json'],
    ['config', 'check', '--json'],
  ])
    await cli(house, canaries, ...args)

  const daemon = await startDaemon(house)
  canaries.add('daemon token', daemon.token)
  const ask = createAsk(daemon.url, canaries)
  const own = { authorization: `Bearer ${daemon.token}` }
  const page = { 'sec-fetch-site': 'same-origin' }
  await cli(house, canaries, 'doctor', '--json')
  await cli(house, canaries, 'channel', 'list', '--json')

  // Keys, right and wrong.
  const made = await ask('POST', '/api/v1/keys', { headers: own, body: { name: 'shop' }, shows: true })
  expect(made.status).toBe(201)
  const { secret: key } = JSON.parse(made.text) as { secret: string }
  canaries.add('API key', key)
  expect((await ask('GET', '/api/v1/keys', { headers: { authorization: `Bearer ${key}` } })).status).toBe(200)
  for (const scheme of ['Bearer', 'Basic'])
    expect(
      (
        await ask('GET', '/api/v1/lists', {
          headers: { authorization: `${scheme} bs_${canaries.make(`wrong ${scheme}`)}` },
        })
      ).status,
    ).toBe(401)

  // Somebody is invited, chooses a password, signs in, and fails to.
  const first = await ask('POST', '/api/v1/users/first', { headers: own, shows: true })
  const { token } = JSON.parse(first.text) as { token: string }
  canaries.add('invitation', token)
  const password = canaries.make('password')
  const accept = { token, password, name: 'owner@news.example' }
  expect((await ask('POST', '/api/v1/access/accept', { headers: page, body: accept })).status).toBe(200)
  expect((await ask('POST', '/api/v1/access/accept', { headers: page, body: accept })).status).toBe(404)
  const login = (typed: string) =>
    ask('POST', '/api/v1/access/login', {
      headers: page,
      body: { name: 'owner@news.example', password: typed },
    })
  const signedIn = await login(password)
  expect(signedIn.status).toBe(200)
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  canaries.add('session cookie', cookie.slice(cookie.indexOf('=') + 1))
  expect((await login(canaries.make('wrong password'))).status).toBe(401)
  expect((await ask('GET', '/api/v1/access/me', { headers: { ...page, cookie } })).status).toBe(200)
  await ask('POST', '/api/v1/access/password', {
    headers: { ...page, cookie },
    body: { password: canaries.make('next password'), current: canaries.make('wrong current password') },
  })

  // A campaign that goes out, and one over each channel that cannot.
  await daemon.client.post('/campaigns', campaignInput())
  await daemon.client.post('/campaigns/weekly/start')
  await daemon.reaches('weekly', 'finished')
  for (const channel of ['login', 'oauth', 'ses']) {
    await daemon.client.post('/campaigns', campaignInput({ name: channel, channel, retryForMs: 0 }))
    await ask('POST', `/api/v1/campaigns/${channel}/start`, { headers: own })
    await ask('POST', `/api/v1/channels/${channel}/probe`, { headers: own })
    await ask('GET', `/api/v1/campaigns/${channel}/deliveries`, { headers: own })
  }

  // Links in letters: whoever has one speaks for its reader.
  const letters = sink.bodies().map((body) => body.toString('latin1').replaceAll('=\r\n', ''))
  const links = [...letters.join('\n').matchAll(/https:\/\/news\.example(\/([ucp])\/[\w.~%-]+)/g)]
  const tokens = new Set(links.map(([, path]) => path!.split('/')[2]!))
  expect(tokens.size).toBeGreaterThan(0)
  // Its own page has it in the form.
  for (const one of tokens) canaries.add('link token', one, /^answer \w+ \/[ucp]\//)
  for (const [, path] of links.slice(0, 6)) {
    await ask('GET', path!)
    await ask('POST', path!)
    await ask('GET', `${path!}${canaries.make('broken link')}`.replace(/$/, ''))
  }

  // An alert to rooms that are not to be reached, and providers who show wrong papers.
  await ask('POST', '/api/v1/alerts', {
    headers: own,
    body: { key: 'disk', severity: 'critical', title: 'The disk is full' },
  })
  await until('the rooms to have been tried', async () => {
    const { data } = await daemon.client.get<{ data: { id: number }[] }>('/notifications')
    if (data[0] === undefined) return false
    const postings = await ask('GET', `/api/v1/notifications/${data[0].id}/postings`, { headers: own })
    const { data: rows } = JSON.parse(postings.text) as { data: { code: string | null }[] }
    return rows.length > 0 && rows.every(({ code }) => code !== null)
  })
  const basic = Buffer.from(`postmark:${canaries.make('wrong postmark')}`).toString('base64')
  await ask('POST', '/hooks/postmark', { headers: { authorization: `Basic ${basic}` }, body: {} })
  const signature = { timestamp: '1', token: 'x', signature: canaries.make('wrong mailgun') }
  await ask('POST', '/hooks/mailgun', { body: { signature, 'event-data': {} } })

  for (const path of [
    '/openapi.json',
    '/livez',
    '/readyz',
    '/metrics',
    '/api/v1/channels',
    '/api/v1/keys',
    '/api/v1/users',
    '/api/v1/audit',
    '/api/v1/events',
    '/api/v1/campaigns',
    '/api/v1/publications',
    '/api/v1/notifications',
    '/api/v1/subscribers/export?format=ndjson',
    '/api/v1/subscribers/export?format=csv',
    '/api/v1/items/export?format=ndjson',
    '/api/v1/suppressions/export?format=csv',
    '/api/v1/nothing-there',
  ])
    await ask('GET', path, { headers: own })
  const metrics = await ask('GET', '/metrics', {
    headers: { authorization: `Bearer ${settings.metrics.token}` },
  })
  expect(metrics.status).toBe(200)

  await daemon.stop()
  canaries.hear('log', daemon.output())
  for (const file of readdirSync(house.data).filter((name) => name.startsWith('broadsheet.db')))
    canaries.hear('database', readFileSync(join(house.data, file)))

  const log = daemon.output()
  // It was loud enough to mean something.
  for (const event of ['http.request', 'batch.sent', 'mailbox.not_read', 'traces.not_taken', 'hook.refused'])
    expect(log, event).toContain(event)
  expect([...canaries.heard().values()].reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(200_000)
  expect(canaries.found()).toEqual([])
})

test('nor do passwords in the addresses of a database and of Redis, while they answer and when they are gone', async () => {
  const canaries = createCanaries()
  const postgres = await startPostgres()
  onTestFinished(() => postgres.drop())
  const word = canaries.make('postgres password')
  const client = new Client(postgres.url)
  await client.connect()
  await client.query(`CREATE ROLE canary LOGIN SUPERUSER PASSWORD '${word}'`)
  await client.end()
  const store = new URL(postgres.url)
  store.username = 'canary'
  store.password = word
  const redisWord = canaries.make('redis password')
  const redis = await startRedis({ users: [{ name: 'news', password: redisWord, rules: '~* &* +@all' }] })
  onTestFinished(() => redis.drop())
  const house = await openHouse({
    people: 0,
    empty: true,
    settings: {
      log: { level: 'debug', format: 'json' },
      store: store.href,
      postgres: { replica: `postgres://canary:${canaries.make('replica password')}@127.0.0.1:1/postgres` },
      redis: redis.url,
      secrets: [canaries.make('secrets')],
    },
  })
  expect(redis.url).toContain(redisWord)
  const commands = [
    ['config', 'print'],
    ['config', 'print', '--json'],
    ['config', 'check'],
    ['config', 'check', '--json'],
    ['doctor', '--json'],
  ]
  const daemon = await startDaemon(house)
  const ask = createAsk(daemon.url, canaries)
  const own = { authorization: `Bearer ${daemon.token}` }
  for (const args of commands) await cli(house, canaries, ...args)
  await redis.kill()
  await ask('GET', '/api/v1/lists', { headers: own })
  await postgres.stop('kill')
  await until('the database to be missed', async () => {
    const { status } = await ask('GET', '/api/v1/lists', { headers: own })
    return status === 503
  })
  await ask('GET', '/readyz')
  await ask('GET', '/metrics')
  for (const args of [...commands, ['serve', '--json'], ['migrate', '--json']])
    await cli(house, canaries, ...args)
  await daemon.stop()
  canaries.hear('log', daemon.output())
  expect(daemon.output()).toMatch(/redis\.lost|redis\.away/)
  expect(daemon.output()).toMatch(/store\.connection_lost|http\.refused/)
  expect(canaries.found()).toEqual([])
})

test.each([
  { name: 'a secret that is too short', settings: { secrets: ['SECRET!'] } },
  { name: 'a secret of the wrong kind', settings: { secrets: 'SECRET-that-is-no-list' } },
  { name: 'a database of a kind that there is not', settings: { store: 'mysql://news:SECRET@db/news' } },
  { name: 'a Redis of a kind that there is not', settings: { redis: 'http://news:SECRET@cache/' } },
  { name: 'a collector that is none', settings: { tracing: { otlp: 'ftp://news:SECRET@there/' } } },
  {
    name: 'a table where a text belongs',
    settings: { redis: { url: 'redis://cache', password: 'SECRET' } },
  },
  { name: 'a header that is none', settings: { tracing: { headers: { 'x y': 'SECRET' } } } },
  {
    name: 'a password with a mistake beside it',
    settings: { channels: { smtp: { auth: { user: 'u', pass: 'SECRET', passs: 'SECRET' } } } },
  },
  {
    name: 'a token with a blank',
    settings: { channels: { slack: { token: 'SECRET with blanks', rooms: {} } } },
  },
  {
    name: 'a webhook that is none',
    settings: { channels: { discord: { rooms: { ops: { webhook: 'https://discord.com/SECRET' } } } } },
  },
  {
    name: 'a secret of a webhook that is none',
    settings: {
      channels: { webhook: { rooms: { ops: { url: 'https://x.example', secrets: ['whsec_SECRET'] } } } },
    },
  },
])('a mistake in the settings is told without repeating $name', async ({ settings }) => {
  const house = await openHouse({ people: 0, empty: true, settings })
  const canaries = createCanaries()
  const said = await cli(house, canaries, 'config', 'check')
  expect(said).toMatch(/mistake/)
  expect(said).not.toContain('SECRET')
})
