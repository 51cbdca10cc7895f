import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configJsonSchema, loadConfig } from '../../../app/config.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { run } from '../cli/outside.ts'
import { stagePlugin, temporaryFolder } from './stage.ts'

/** A settings file beside a folder "plugin". */
function settings(
  yaml: string,
  source = './well-behaved.ts',
  manifest: Record<string, unknown> = {},
): string {
  const cwd = temporaryFolder()
  stagePlugin(source, manifest, join(cwd, 'plugin'))
  writeFileSync(join(cwd, 'broadsheet.yaml'), yaml)
  return cwd
}
const load = (cwd: string, env: NodeJS.ProcessEnv = {}) => loadConfig({ cwd, env })
function refusal(cwd: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    load(cwd, env)
  } catch (error) {
    if (error instanceof BroadsheetError) return error.message
    throw error
  }
  throw new Error('was accepted')
}

const declared = { addresses: ['ntfy.sh:443'], env: ['TOKEN'] }
const granted = `
plugins:
  - package: ./plugin
    env: [TOKEN]
    addresses: ['ntfy.sh:443']
`

test('a plugin brings a kind of channel', () => {
  const cwd = settings(
    `${granted}channels:\n  well-behaved:\n    url: https://ntfy.sh/\n`,
    undefined,
    declared,
  )
  const { channels, plugins } = load(cwd)
  expect(channels).toEqual({ 'well-behaved': { type: 'well-behaved', config: { url: 'https://ntfy.sh/' } } })
  expect(plugins.map(({ plugin, trouble }) => [plugin.folder, trouble])).toEqual([
    [join(cwd, 'plugin'), null],
  ])
})

test('its settings are told of like those of any other: in the schema, by variables, with their mistakes', () => {
  const cwd = settings(
    `${granted}channels:\n  mine:\n    type: well-behaved\n    url: nowhere\n    colour: green\n`,
    undefined,
    declared,
  )
  expect(refusal(cwd)).toMatch(/broadsheet.yaml:10: channels.mine.colour: there is no such setting/)
  expect(refusal(cwd)).toMatch(/broadsheet.yaml:9: channels.mine.url: must be an http or https address/)
  const missing = settings(`${granted}channels:\n  mine:\n    type: well-behaved\n`, undefined, declared)
  expect(refusal(missing)).toMatch(/channels.mine.url: is missing: must be a text/)
  const config = load(missing, { BROADSHEET_CHANNELS_MINE_URL: 'https://ntfy.sh/' })
  expect(config.channels.mine?.config).toEqual({ url: 'https://ntfy.sh/' })
  const schema = JSON.stringify(configJsonSchema({ cwd: missing, env: {} }))
  expect(schema).toContain('"const":"well-behaved"')
})

test('what it declares and is not granted stops the start, with the lines to add', () => {
  const cwd = settings('plugins:\n  - package: ./plugin\n', undefined, declared)
  expect(refusal(cwd)).toContain(
    'broadsheet.yaml:2: plugins[0]: broadsheet-well-behaved asks for "TOKEN", which is not granted. To grant it, add to the entry: env: ["TOKEN"]',
  )
  expect(refusal(cwd)).toContain(
    'asks for "ntfy.sh:443", which is not granted. To grant it, add to the entry: addresses: ["ntfy.sh:443"]',
  )
  const open = settings('plugins:\n  - package: ./plugin\n', undefined, { addresses: ['*:443'] })
  expect(refusal(open)).toContain('add to the entry: addresses: ["HOST:443"]')
})

test('what is granted and not declared is not given', () => {
  const cwd = settings(
    `plugins:\n  - package: ./plugin\n    env: [TOKEN, OTHER]\n    addresses: ['ntfy.sh:443', 'other.example:443']\n`,
    undefined,
    declared,
  )
  const [type] = load(cwd).plugins
  expect(type?.plugin.grant.env).toEqual(['TOKEN'])
  expect(type?.plugin.grant.addresses.map(({ text }) => text)).toEqual(['ntfy.sh:443'])
})

test.each([
  ['2', 'speaks channel API 2, this Broadsheet speaks 1: install a newer Broadsheet'],
  ['3 - 4', 'speaks channel API 3 - 4, this Broadsheet speaks 1: install a newer Broadsheet'],
  ['latest', '"latest" is no range'],
])('another API than ours: %s', (api, message) => {
  const cwd = settings('plugins:\n  - package: ./plugin\n', undefined, { api })
  expect(refusal(cwd)).toContain(message)
})

test.each([
  [
    'no such folder',
    'plugins: [{ package: ./elsewhere }]',
    {},
    /plugins\[0\]: there is no package in .*elsewhere/,
  ],
  ['no such package', 'plugins: [{ package: not-there }]', {}, /"not-there" is not installed in/],
  [
    'no such file',
    'plugins: [{ package: ./plugin }]',
    { channel: './other.js' },
    /broadsheet.channel: there is no file/,
  ],
  [
    'a file elsewhere',
    'plugins: [{ package: ./plugin }]',
    { channel: './../other.js' },
    /broadsheet.channel/,
  ],
  ['a built-in name', 'plugins: [{ package: ./plugin }]', { name: 'smtp' }, /there is such a type already/],
  [
    'a variable of ours',
    'plugins: [{ package: ./plugin }]',
    { env: ['BROADSHEET_SECRETS'] },
    /is not a variable that plugins can have/,
  ],
  [
    'a setting that is none',
    'plugins: [{ package: ./plugin, adresses: [] }]',
    {},
    /plugins\[0\].adresses: there is no such setting. Did you mean "plugins\[0\].addresses"/,
  ],
])('is refused: %s', (_what, yaml, manifest, message) => {
  expect(refusal(settings(`${yaml}\n`, undefined, manifest))).toMatch(message)
})

test('is found by name where it is installed', () => {
  const cwd = settings(
    'plugins: [{ package: broadsheet-well-behaved }]\nchannels: { mine: { type: well-behaved, url: "https://a.example" } }\n',
  )
  mkdirSync(join(cwd, 'node_modules'))
  // TypeScript within node_modules, and zod beside it.
  cpSync(join(cwd, 'plugin'), join(cwd, 'node_modules/broadsheet-well-behaved'), { recursive: true })
  const { plugins } = load(cwd)
  expect(plugins[0]?.trouble).toBe(null)
  expect(plugins[0]?.plugin.folder).toBe(join(cwd, 'node_modules/broadsheet-well-behaved'))
})

test.each([
  ['exits-at-import', 'it exited with code 3'],
  ['throws-at-import', 'RangeError: there is no printer'],
])('%s: its settings stay unchecked, and that is told', async (name, trouble) => {
  const cwd = settings(
    `plugins: [{ package: ./plugin }]\nchannels: { mine: { type: ${name}, anything: 1 } }\n`,
    `./hostile/${name}.ts`,
  )
  expect(await run(cwd, ['config', 'check'])).toMatchObject({
    code: 3,
    err: expect.stringContaining(`cannot check its settings: ${trouble}`),
  })
  const config = load(cwd)
  expect(config.plugins.map((type) => type.trouble)).toEqual([trouble])
  expect(config.channels.mine?.config).toEqual({ anything: 1 })
})
