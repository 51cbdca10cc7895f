import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settingsTemplate } from '../../../app/cli/files/settings-template.ts'
import { coerce, resolveVariable, variableFor } from '../../../app/config/env.ts'
import { alternatives, type JsonSchema } from '../../../app/config/json-schema.ts'
import { nearest } from '../../../app/config/nearest.ts'
import { redact } from '../../../app/config/redact.ts'
import { ensureSecrets, secretsFile } from '../../../app/config/secrets.ts'
import { type ConfigSources, configJsonSchema, loadConfig } from '../../../app/config.ts'
import { BroadsheetError } from '../../../engine/errors.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-config-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const write = (name: string, text: string): string => {
  const file = join(cwd, name)
  writeFileSync(file, text)
  return file
}
const load = (sources: Omit<ConfigSources, 'cwd'> = {}) => loadConfig({ cwd, env: {}, ...sources })
const refusal = (sources: Omit<ConfigSources, 'cwd'> = {}): BroadsheetError => {
  try {
    load(sources)
  } catch (error) {
    if (error instanceof BroadsheetError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('precedence', () => {
  const port = { flag: '--port', path: 'http.port', value: '5' }

  test.each([
    ['flag over all', { yaml: true, dotenv: true, env: true, flag: true }, 5],
    ['environment over .env', { yaml: true, dotenv: true, env: true, flag: false }, 4],
    ['.env over broadsheet.yaml', { yaml: true, dotenv: true, env: false, flag: false }, 3],
    ['broadsheet.yaml over defaults', { yaml: true, dotenv: false, env: false, flag: false }, 2],
    ['default', { yaml: false, dotenv: false, env: false, flag: false }, 8025],
  ])('%s', (_name, said, expected) => {
    if (said.yaml) write('broadsheet.yaml', 'http:\n  port: 2\n  host: 127.0.0.9\n')
    if (said.dotenv) write('.env', 'BROADSHEET_HTTP_PORT=3\nUNRELATED=x\n')
    const config = load({
      env: said.env ? { BROADSHEET_HTTP_PORT: '4' } : {},
      flags: said.flag ? [port] : [],
    })
    expect(config.http.port).toBe(expected)
    // A higher source replaces one setting, not its whole table.
    expect(config.http.host).toBe(said.yaml ? '127.0.0.9' : '127.0.0.1')
  })

  test('an empty variable says nothing', () => {
    expect(load({ env: { BROADSHEET_HTTP_PORT: '' } }).http.port).toBe(8025)
  })

  test('the last of two flags wins', () => {
    expect(load({ flags: [port, { ...port, value: '6' }] }).http.port).toBe(6)
  })
})

describe('what is not right is told with its place', () => {
  test.each<
    [string, { yaml?: string; env?: Record<string, string>; dotenv?: string; set?: [string, string] }, RegExp]
  >([
    [
      'unknown key: line and nearest',
      { yaml: '# a comment\nhttp:\n  prot: 9000\n' },
      /broadsheet\.yaml:3: http\.prot: there is no such setting\. Did you mean "http\.port"\?/,
    ],
    [
      'right key, wrong table',
      { yaml: 'lanes: 3\n' },
      /broadsheet\.yaml:1: lanes: .* Did you mean "delivery\.lanes"\?/,
    ],
    [
      'wrong kind',
      { yaml: 'delivery:\n  lanes: many\n' },
      /broadsheet\.yaml:2: delivery\.lanes: must be a number, not "many"/,
    ],
    [
      'too large',
      { yaml: 'delivery:\n  lanes: 65\n' },
      /broadsheet\.yaml:2: delivery\.lanes: must be at most 64, not 65/,
    ],
    [
      'not one of the words',
      { yaml: 'log: { level: loud }\n' },
      /broadsheet\.yaml:1: log\.level: must be one of "debug", "info", "warn", "error", "silent", not "loud"/,
    ],
    [
      'unknown variable',
      { env: { BROADSHEET_HTPT_PORT: '1' } },
      /BROADSHEET_HTPT_PORT: there is no such setting\. Did you mean BROADSHEET_HTTP_PORT\?/,
    ],
    [
      'wrong value in a variable',
      { env: { BROADSHEET_HTTP_PORT: 'http' } },
      /BROADSHEET_HTTP_PORT: http\.port: must be a number, not "http"/,
    ],
    [
      'wrong value in .env',
      { dotenv: 'BROADSHEET_HTTP_PORT=70000\n' },
      /BROADSHEET_HTTP_PORT \(\.env\): http\.port: must be at most 65535, not 70000/,
    ],
    [
      'wrong value in --set',
      { set: ['http.port', 'x'] },
      /--set http\.port: http\.port: must be a number, not "x"/,
    ],
    [
      'unknown channel type',
      { yaml: 'channels:\n  post:\n    type: pigeon\n' },
      /broadsheet\.yaml:3: channels\.post\.type: must be one of "smtp", "ses", .*not "pigeon"/,
    ],
    [
      'channel without type',
      { yaml: 'channels:\n  post: {}\n' },
      /broadsheet\.yaml:2: channels\.post\.type: is missing/,
    ],
    [
      "unknown key of a channel's own",
      { yaml: 'channels:\n  smtp:\n    host: a.example\n    prot: 25\n' },
      /broadsheet\.yaml:4: channels\.smtp\.prot: there is no such setting\. Did you mean "channels\.smtp\.port"\?/,
    ],
    [
      "wrong value in a channel's own",
      { yaml: 'channels:\n  relay:\n    type: smtp\n    port: 99999\n' },
      /broadsheet\.yaml:4: channels\.relay\.port: must be at most 65535, not 99999/,
    ],
    [
      'both kinds of a DKIM key',
      { yaml: 'dkim:\n  - domain: example.org\n    selector: s\n    privateKey: x\n    privateKeyFile: y\n' },
      /broadsheet\.yaml:2: dkim\[0\]: must have either privateKey or privateKeyFile/,
    ],
    [
      'DKIM key file that is not there',
      { yaml: 'dkim:\n  - { domain: example.org, selector: s, privateKeyFile: gone.pem }\n' },
      /broadsheet\.yaml:2: .*gone\.pem could not be read: there is no such file/,
    ],
    ['not YAML', { yaml: 'http:\n  port: [1\n' }, /broadsheet\.yaml:\d+: this is not valid YAML/],
    ['no table at the top', { yaml: '- a\n' }, /broadsheet\.yaml: must be a table of settings/],
    [
      'a key twice',
      { yaml: 'data: a\ndata: b\n' },
      /broadsheet\.yaml:2: this is not valid YAML: Map keys must be unique/,
    ],
    [
      '__proto__ is a key like others',
      { yaml: '__proto__:\n  port: 1\n' },
      /__proto__: there is no such setting/,
    ],
    [
      'unknown store',
      { yaml: 'store: mysql://x\n' },
      /broadsheet\.yaml:1: store: must be "memory:", "sqlite:FILE" or "postgres:/,
    ],
  ])('%s', (_name, { yaml, env = {}, dotenv, set }, message) => {
    if (yaml !== undefined) write('broadsheet.yaml', yaml)
    if (dotenv !== undefined) write('.env', dotenv)
    const flags = set === undefined ? [] : [{ flag: `--set ${set[0]}`, path: set[0], value: set[1] }]
    const error = refusal({ env, flags })
    expect(error.code).toBe('E_CONFIG')
    expect(error.message).toMatch(message)
  })

  test('all mistakes are told at once, each as an issue', () => {
    write('broadsheet.yaml', 'http: { port: x, hots: y }\ndeliver: {}\n')
    const error = refusal({ env: { BROADSHEET_NOPE: '1' } })
    expect(error.message).toMatch(/^The settings have 4 mistakes:/)
    expect(error.issues.map(({ path }) => path).sort()).toEqual([
      'BROADSHEET_NOPE',
      'deliver',
      'http.hots',
      'http.port',
    ])
  })

  test('a wrong secret is not repeated', () => {
    write('broadsheet.yaml', 'secrets: [tiny-one]\n')
    const { message } = refusal()
    expect(message).toMatch(/secrets\[0\]: must have at least 16 characters/)
    expect(message).not.toContain('tiny-one')
  })

  test('a settings file that was asked for must be there', () => {
    expect(refusal({ file: 'other.yaml' }).message).toBe(`There is no file ${join(cwd, 'other.yaml')}.`)
  })
})

describe('values', () => {
  test('without anything: a file channel and a database in ./broadsheet-data', () => {
    const config = load()
    expect(config.data).toBe(join(cwd, 'broadsheet-data'))
    expect(config.store).toBe(`sqlite:${join(cwd, 'broadsheet-data/broadsheet.db')}`)
    expect(Object.keys(config.channels)).toEqual(['file'])
    expect(JSON.stringify(config.channels.file)).toContain(join(cwd, 'broadsheet-data', 'outbox'))
    expect(config.secrets).toBeNull()
    expect(config.engine.publicUrl).toBe('http://localhost:8025')
  })

  test('paths begin at the file that says them, or where the command runs', () => {
    mkdirSync(join(cwd, 'etc'))
    write('etc/b.yaml', 'data: ./d\nstore: sqlite:x.db\n')
    const config = load({ file: 'etc/b.yaml' })
    expect(config.data).toBe(join(cwd, 'etc/d'))
    expect(config.store).toBe(`sqlite:${join(cwd, 'etc/x.db')}`)
    expect(load({ file: 'etc/b.yaml', env: { BROADSHEET_DATA: './e' } }).data).toBe(join(cwd, 'e'))
  })

  test('a DKIM key comes from a file beside the settings', () => {
    mkdirSync(join(cwd, 'etc'))
    write('etc/key.pem', 'PEM')
    write('etc/b.yaml', 'dkim:\n  - { domain: example.org, selector: s, privateKeyFile: key.pem }\n')
    expect(load({ file: 'etc/b.yaml' }).engine.dkim).toEqual([
      { domain: 'example.org', selector: 's', privateKey: 'PEM' },
    ])
  })

  test('_FILE reads the value from a file, without its line end', () => {
    const file = write('pass', 'hunter2hunter2\n')
    const config = load({
      env: {
        BROADSHEET_CHANNELS_SMTP_HOST: 'mail.example.org',
        BROADSHEET_CHANNELS_SMTP_SECURITY: 'starttls',
        BROADSHEET_CHANNELS_SMTP_AUTH_USER: 'me',
        BROADSHEET_CHANNELS_SMTP_AUTH_PASS_FILE: file,
        BROADSHEET_SECRETS_FILE: write('secrets', 'a-first-secret-of-mine\na-second-secret-of-mine\n'),
      },
    })
    expect(config.channels.smtp).toMatchObject({
      type: 'smtp',
      config: { host: 'mail.example.org', auth: { user: 'me', pass: 'hunter2hunter2' } },
    })
    expect(config.secrets).toEqual(['a-first-secret-of-mine', 'a-second-secret-of-mine'])
  })

  test('variables change a channel that the file names, dashes and all', () => {
    write('broadsheet.yaml', 'channels:\n  my-relay:\n    type: smtp\n    host: a.example\n')
    const config = load({ env: { BROADSHEET_CHANNELS_MY_RELAY_PORT: '2525' } })
    expect(config.channels['my-relay']).toMatchObject({ config: { host: 'a.example', port: 2525 } })
  })

  test('channels that stand in for others are channels', () => {
    const channels = 'channels:\n  smtp: {}\n  backup: { type: smtp }\n'
    write('broadsheet.yaml', `${channels}failover: { smtp: [backup] }\n`)
    expect(load().engine.failover).toEqual({ smtp: ['backup'] })
    write('broadsheet.yaml', `${channels}failover: { smtp: [backup, ses], slack: [smtp] }\n`)
    expect(refusal().message).toMatch(/failover\.smtp.*there is no channel named "ses"/)
    expect(refusal().message).toMatch(/failover\.slack.*there is no channel named "slack"/)
  })

  test('limits of domains come as JSON, since a dot cannot be in a variable', () => {
    const env = { BROADSHEET_LIMITS_DOMAIN: '{"example.org":{"perSecond":2}}' }
    expect(load({ env }).engine.limits.domain).toMatchObject({ 'example.org': { perSecond: 2 } })
    expect(refusal({ env: { BROADSHEET_LIMITS_DOMAIN_EXAMPLE_ORG_PER_SECOND: '2' } }).message).toContain(
      'no such setting',
    )
  })

  test('publicUrl follows the port until it is said', () => {
    const flags = [{ flag: '--port', path: 'http.port', value: '9001' }]
    expect(load({ flags })).toMatchObject({
      hasPublicUrl: false,
      engine: { publicUrl: 'http://localhost:9001' },
    })
    write('broadsheet.yaml', 'publicUrl: https://news.example.org\n')
    expect(load({ flags })).toMatchObject({
      hasPublicUrl: true,
      engine: { publicUrl: 'https://news.example.org' },
    })
  })
})

test('every setting can be said by its variable', () => {
  const schema = configJsonSchema()
  const seen: string[] = []
  const walk = (node: JsonSchema, path: string): void => {
    for (const one of alternatives(node)) {
      for (const [key, inner] of Object.entries(one.properties ?? {}))
        walk(inner, path === '' ? key : `${path}.${key}`)
      if (one.items?.properties !== undefined)
        for (const [key, inner] of Object.entries(one.items.properties)) walk(inner, `${path}.0.${key}`)
    }
    if (path === '') return
    const target = resolveVariable(variableFor(path), schema, {})
    expect(target, path).not.toBeNull()
    expect(target?.path.join('.'), path).toBe(path)
    seen.push(path)
  }
  walk(schema, '')
  expect(seen).toContain('delivery.retryBaseMs')
  expect(seen).toContain('dkim.0.privateKeyFile')
  expect(seen.length).toBeGreaterThan(30)
})

test('a channel of each kind can be made by variables alone', () => {
  for (const [type, channel] of Object.entries({ smtp: 'HOST', file: 'DIRECTORY' })) {
    const config = load({ env: { [`BROADSHEET_CHANNELS_${type.toUpperCase()}_${channel}`]: 'somewhere' } })
    expect(config.channels[type]?.type).toBe(type)
  }
})

test('text becomes what the schema wants', () => {
  const number: JsonSchema = { type: 'integer' }
  expect(coerce('7', number)).toBe(7)
  expect(coerce('7x', number)).toBe('7x')
  expect(coerce('yes', { type: 'boolean' })).toBe(true)
  expect(coerce('null', { anyOf: [number, { type: 'null' }] })).toBeNull()
  expect(coerce('a, b', { type: 'array', items: { type: 'string' } })).toEqual(['a', 'b'])
  expect(coerce('{"a":1}', { type: 'object' })).toEqual({ a: 1 })
})

test('the nearest word is near', () => {
  expect(nearest('wekly', ['weekly', 'monthly'])).toBe('weekly')
  expect(nearest('prot', ['port', 'host'])).toBe('port')
  expect(nearest('zebra', ['weekly', 'monthly'])).toBeNull()
})

test('printing strikes out secrets, inside of addresses too', () => {
  const printed = JSON.stringify(
    redact({
      secrets: ['s3cr3t'],
      channels: { smtp: { auth: { user: 'me', pass: 's3cr3t' } } },
      dkim: [{ domain: 'example.org', privateKey: 's3cr3t' }],
      url: 'https://me:s3cr3t@example.org/',
      note: null,
    }),
  )
  expect(printed).not.toContain('s3cr3t')
  expect(printed).toContain('"user":"me"')
})

test('the address of a webhook is a secret, a channel of that name is none', () => {
  const webhook = 'https://hooks.slack.com/services/T/B/X'
  expect(
    redact({ channels: { webhook: { type: 'webhook' }, slack: { rooms: { ops: { webhook } } } } }),
  ).toEqual({
    channels: { webhook: { type: 'webhook' }, slack: { rooms: { ops: { webhook: '(secret)' } } } },
  })
  write(
    'broadsheet.yaml',
    'channels: { slack: { type: slack, rooms: { ops: { webhook: nonsense-that-is-a-key } } } }\n',
  )
  const { message } = refusal()
  expect(message).toContain('channels.slack.rooms.ops.webhook')
  expect(message).not.toContain('nonsense-that-is-a-key')
})

describe('secrets of the data folder', () => {
  test('are made once, for their owner only', () => {
    const data = join(cwd, 'data')
    const first = ensureSecrets(data)
    expect(first.made).toBe(true)
    expect(first.secrets[0]!.length).toBeGreaterThanOrEqual(32)
    expect(ensureSecrets(data)).toEqual({ secrets: first.secrets, made: false })
    expect(statSync(secretsFile(data)).mode & 0o777).toBe(0o600)
  })

  test('are refused when they were cut short, and left as they are', () => {
    const data = join(cwd, 'data')
    mkdirSync(data)
    writeFileSync(secretsFile(data), 'short\n')
    expect(() => ensureSecrets(data)).toThrow(/at least 16 characters/)
  })
})

test('the settings that init writes: a mail server without its comment marks carries what names no channel', () => {
  const smtp = settingsTemplate.replace(/^ {2}# (?= *(smtp|host|port|security|auth|user|pass):)/gm, '  ')
  write('broadsheet.yaml', smtp)
  expect(Object.keys(load().channels)).toEqual(['smtp', 'file'])
})
