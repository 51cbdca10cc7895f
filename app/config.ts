import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { EngineConfig } from '../engine/config.ts'
import { BroadsheetError } from '../engine/errors.ts'
import { channelTypes } from './config/channel-types.ts'
import { coerce, envPrefix, nearestVariable, reservedVariables, resolveVariable } from './config/env.ts'
import { type ConfigProblem, explainIssues } from './config/explain.ts'
import { childSchema, type JsonSchema } from './config/json-schema.ts'
import { isSecretPath } from './config/redact.ts'
import {
  type AppConfigInput,
  appConfigSchema,
  type ChannelSetting,
  type ChannelTypes,
  jsonSchemaOf,
  nameTypes,
} from './config/schema.ts'
import { type TracingSettings, tracingOf } from './config/tracing.ts'
import { createTree, formatPath, isRecord, type Origin, type Path, type Tree } from './config/tree.ts'
import { readYamlFile } from './config/yaml-file.ts'
import { pluginsSchema } from './plugins/grant.ts'
import { loadPlugin } from './plugins/load.ts'
import { type PluginType, pluginType } from './plugins/type.ts'

/** The settings of a daemon, checked and complete. All paths in it are absolute. */
export interface AppConfig {
  readonly data: string
  /** `memory:`, `sqlite:/absolute/file` or `postgres://...`. */
  readonly store: string
  readonly postgres: AppConfigInput['postgres']
  /** Null: this daemon is alone, or the others hear of it from the store. */
  readonly redis: string | null
  readonly role: AppConfigInput['role']
  readonly http: AppConfigInput['http']
  readonly log: AppConfigInput['log']
  /** Null: nobody wants spans. */
  readonly tracing: TracingSettings | null
  readonly metrics: AppConfigInput['metrics']
  readonly dns: AppConfigInput['dns']
  readonly channels: { readonly [name: string]: ChannelSetting }
  /** The kinds of channels that plugins bring. */
  readonly plugins: readonly PluginType[]
  readonly egress: AppConfigInput['egress']
  /** Null: in the data folder, made at the first start. */
  readonly secrets: readonly string[] | null
  /** Null: in the data folder, made when they are needed; none with Postgres. */
  readonly vaultKeys: readonly string[] | null
  readonly engine: Omit<EngineConfig, 'secrets'>
  /** Who signs in, and for how long. */
  readonly access: AppConfigInput['access']
  /** The public pages. */
  readonly pages: AppConfigInput['pages']
  /** Ways by which bounces and complaints come in. */
  readonly feedback: AppConfigInput['feedback']
  /** False where `publicUrl` was not said and was made from the port. */
  readonly hasPublicUrl: boolean
  /** The files that were read. */
  readonly files: { readonly yaml: string | null; readonly dotenv: string | null }
}

/** Where settings come from; everything outside the process that decides something comes in here. */
export interface ConfigSources {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** `--config`: this file must exist. Default: `broadsheet.yaml` in the working folder, where there is one. */
  readonly file?: string | undefined
  /** Flags by setting, in the order given: `{ flag: '--port', path: 'http.port', value: '8080' }`. */
  readonly flags?: readonly FlagSetting[]
}
export interface FlagSetting {
  readonly flag: string
  readonly path: string
  readonly value: string
}

/** What a client of a running daemon needs from the environment. */
export function clientSettings(env: NodeJS.ProcessEnv = process.env): {
  readonly url: string | null
  readonly key: string | null
} {
  const file = env.BROADSHEET_KEY_FILE
  return {
    url: env.BROADSHEET_URL || null,
    key: env.BROADSHEET_KEY || (file ? readSetting(file, 'BROADSHEET_KEY_FILE').trim() : null),
  }
}

/** Flags > environment > .env > broadsheet.yaml > defaults. Refuses with E_CONFIG, naming for everything
 *  that is wrong its path, the place that said it and the nearest thing that would be right. */
export function loadConfig(sources: ConfigSources = {}, builtIn: ChannelTypes = channelTypes): AppConfig {
  const { tree, schema, problems, files, cwd, plugins, types } = gatherWithPlugins(sources, builtIn)
  nameTypes(tree.root, types)
  const parsed = appConfigSchema(types).safeParse(tree.root)
  if (!parsed.success) problems.push(...explainIssues(parsed.error.issues, tree, schema, isSecretPath))
  if (problems.length > 0 || !parsed.success) throw refusal(problems)
  const tracing = tracingOf(parsed.data.tracing, sources.env ?? process.env)
  return { ...finish(parsed.data, tree, files, cwd, types), tracing, plugins }
}

/** The settings as they were said, before defaults; for `config print`. */
export function saidSettings(sources: ConfigSources = {}, types: ChannelTypes = channelTypes): Tree {
  return gather(sources, types).tree
}

/** Of the settings file: with the plugins that `sources` name, where they are given. */
export function configJsonSchema(sources?: ConfigSources): JsonSchema {
  return sources === undefined ? jsonSchemaOf(channelTypes) : gatherWithPlugins(sources, channelTypes).schema
}

/** Plugins bring kinds of channels, and which plugins there are is a setting: settings are read for `plugins` first, and then
 *  once more with all kinds known. */
function gatherWithPlugins(sources: ConfigSources, builtIn: ChannelTypes) {
  const first = gather(sources, builtIn)
  const said = pluginsSchema.safeParse(first.tree.get(['plugins']))
  // What is wrong with the list itself is told with everything else.
  if (!said.success || said.data.length === 0) return { ...first, plugins: [], types: builtIn }
  const env = sources.env ?? process.env
  const types: Record<string, ChannelTypes[string]> = { ...builtIn }
  const problems: ConfigProblem[] = []
  const plugins: PluginType[] = []
  for (const [index, setting] of said.data.entries()) {
    const origin = first.tree.origin(['plugins', index, 'package'])
    const refuse = (message: string) =>
      problems.push({ path: formatPath(['plugins', index]), message, source: origin?.source ?? null })
    try {
      const plugin = loadPlugin(setting, origin?.base ?? first.cwd)
      const { name, package: from } = plugin.manifest
      if (Object.hasOwn(types, name)) {
        refuse(`${from.name} brings channels of the type "${name}", and there is such a type already`)
        continue
      }
      const type = pluginType(plugin, env)
      plugins.push(type)
      types[name] = type
    } catch (error) {
      if (!(error instanceof BroadsheetError)) throw error
      refuse(error.message)
    }
  }
  // What channels of a missing kind are set to cannot be judged.
  if (problems.length > 0) throw refusal(problems)
  return { ...gather(sources, types), plugins, types }
}

function gather(sources: ConfigSources, types: ChannelTypes) {
  const cwd = sources.cwd ?? process.cwd()
  const env = sources.env ?? process.env
  const schema = jsonSchemaOf(types)
  const tree = createTree()
  const problems: ConfigProblem[] = []

  const named = sources.file ?? env.BROADSHEET_CONFIG
  const yaml = resolve(cwd, named || 'broadsheet.yaml')
  const said = readYamlFile(yaml, cwd)
  if (said === null && named) throw new BroadsheetError('E_CONFIG', `There is no file ${yaml}.`)
  for (const { path, value, origin } of said ?? []) tree.set(path, value, origin)

  const dotenv = join(cwd, '.env')
  const fromFile = readDotenv(dotenv)
  const above = (source: string): Origin => ({ source, base: cwd })
  for (const [variables, suffix] of [
    [fromFile ?? {}, ' (.env)'],
    [env, ''],
  ] as const) {
    for (const [name, text] of Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!name.startsWith(envPrefix) || (reservedVariables as readonly string[]).includes(name)) continue
      // Compose files and unit files pass on what is not set as an empty text.
      if (text === undefined || text === '') continue
      const target = resolveVariable(name, schema, tree.root)
      if (target === null) {
        const meant = nearestVariable(name, schema)
        problems.push({
          path: name,
          message: `there is no such setting.${meant === null ? '' : ` Did you mean ${meant}?`}`,
          source: null,
        })
        continue
      }
      const value = target.fromFile ? readSetting(resolve(cwd, text), name).trim() : text
      tree.set(target.path, coerce(value, target.schema), above(name + suffix))
    }
  }
  for (const { flag, path, value } of sources.flags ?? []) {
    const keys = parsePath(path)
    tree.set(keys, coerce(value, schemaAt(schema, keys, tree)), above(flag))
  }
  const files = { yaml: said === null ? null : yaml, dotenv: fromFile === null ? null : dotenv }
  return { tree, schema, problems, files, cwd }
}

function finish(
  input: AppConfigInput,
  tree: Tree,
  files: AppConfig['files'],
  cwd: string,
  types: ChannelTypes,
): Omit<AppConfig, 'plugins' | 'tracing'> {
  // What nobody said lies beside broadsheet.yaml, wherever the command was started.
  const home = files.yaml === null ? cwd : dirname(files.yaml)
  const locate = (path: string, said: Path): string => resolve(tree.origin(said)?.base ?? home, path)

  const {
    store,
    postgres,
    redis,
    role,
    http,
    log,
    metrics,
    dns,
    plugins: _,
    tracing: __,
    channels,
    egress,
    secrets,
    vaultKeys,
    publicUrl,
    dkim,
    access,
    pages,
    feedback,
    data: folder,
    ...engine
  } = input
  const data = locate(folder, ['data'])
  const file = store?.startsWith('sqlite:') ? store.slice('sqlite:'.length) : null
  const located = Object.entries(channels ?? { file: fileChannel(data, types) }).map(([name, setting]) => {
    if (!isRecord(setting.config)) return [name, setting] as const
    const config = { ...setting.config }
    for (const key of types[setting.type]?.paths ?? []) {
      const path = config[key]
      if (typeof path === 'string' && !isAbsolute(path)) config[key] = locate(path, ['channels', name, key])
    }
    return [name, { type: setting.type, config }] as const
  })

  return {
    data,
    store:
      file === null
        ? (store ?? `sqlite:${join(data, 'broadsheet.db')}`)
        : `sqlite:${locate(file, ['store'])}`,
    postgres,
    redis,
    role,
    http,
    log,
    metrics,
    dns,
    channels: Object.fromEntries(located),
    egress,
    secrets: secrets ?? null,
    vaultKeys: vaultKeys ?? null,
    hasPublicUrl: publicUrl !== undefined,
    access,
    pages,
    feedback,
    engine: {
      ...engine,
      publicUrl: publicUrl ?? `http://localhost:${http.port}`,
      ranking: {
        ...engine.ranking,
        module: engine.ranking.module === null ? null : locate(engine.ranking.module, ['ranking', 'module']),
      },
      dkim: dkim.map(({ domain, selector, privateKey, privateKeyFile }, index) => ({
        domain,
        selector,
        privateKey:
          privateKey ??
          readSetting(
            locate(privateKeyFile ?? '', ['dkim', index, 'privateKeyFile']),
            tree.origin(['dkim', index, 'privateKeyFile'])?.source ?? 'dkim',
          ),
      })),
    },
    files,
  }
}

/** Something that works before a mail server is known. */
function fileChannel(data: string, types: ChannelTypes): ChannelSetting {
  const [directory = 'directory'] = types.file?.paths ?? []
  const config: unknown = types.file?.definition.config.parse({ [directory]: join(data, 'outbox') })
  return { type: 'file', config }
}

function refusal(problems: readonly ConfigProblem[]): BroadsheetError {
  const lines = problems.map(
    ({ source, path, message }) =>
      `${source === null ? '' : `${source}: `}${path}${path === '' ? '' : ': '}${message}`,
  )
  const count =
    lines.length === 1 ? 'The settings have a mistake' : `The settings have ${lines.length} mistakes`
  return new BroadsheetError('E_CONFIG', `${count}:\n${lines.map((line) => `  ${line}`).join('\n')}`, {
    issues: problems.map(({ path, message, source }) => ({
      path,
      message: source === null ? message : `${message} (${source})`,
    })),
  })
}

function schemaAt(schema: JsonSchema, path: Path, tree: Tree): JsonSchema {
  let here = schema
  for (const [index, key] of path.entries())
    here = childSchema(here, key, tree.get(path.slice(0, index))) ?? {}
  return here
}

/** `channels.smtp.host`, `dkim[0].domain`. */
function parsePath(text: string): Path {
  return [...text.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, key]) =>
    index === undefined ? (quoted ?? key ?? '') : Number(index),
  )
}

function readSetting(file: string, source: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    throw new BroadsheetError('E_CONFIG', `${source}: ${file} could not be read: ${why}.`)
  }
}

function readDotenv(file: string): Record<string, string | undefined> | null {
  try {
    return parseEnv(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new BroadsheetError('E_CONFIG', `${file} could not be read: ${(error as Error).message}`)
  }
}

export { formatPath }
