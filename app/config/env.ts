import { alternatives, alternativesFor, isNullable, type JsonSchema, knownPaths } from './json-schema.ts'
import { nearest } from './nearest.ts'
import { isRecord, type Path } from './tree.ts'

export const envPrefix = 'BROADSHEET_'

/** Variables that say where to look and whom to speak to; no settings of the daemon. */
export const reservedVariables = [
  'BROADSHEET_CONFIG',
  'BROADSHEET_URL',
  'BROADSHEET_KEY',
  'BROADSHEET_KEY_FILE',
] as const

export interface EnvTarget {
  readonly path: Path
  readonly schema: JsonSchema
  /** The variable names a file that holds the value. */
  readonly fromFile: boolean
}

const tokensOf = (key: string): readonly string[] =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)

const startsWith = (tokens: readonly string[], start: readonly string[]): boolean =>
  start.length <= tokens.length && start.every((token, index) => token === tokens[index])

/** `http.retryBaseMs` -> `BROADSHEET_HTTP_RETRY_BASE_MS`. */
export const variableFor = (path: string): string => envPrefix + tokensOf(path).join('_')

/** Which setting a variable means: `BROADSHEET_CHANNELS_SMTP_HOST` -> `channels.smtp.host`. Entries of
 *  `channels` and `limits.channel` may be made this way; other tables whose keys are outsiders' names
 *  (domains, addresses) only where the entry is there already, since a dot cannot be written in a variable. */
export function resolveVariable(name: string, root: JsonSchema, present: unknown): EnvTarget | null {
  const resolve = (
    tokens: readonly string[],
    schema: JsonSchema,
    value: unknown,
    path: Path,
  ): EnvTarget | null => {
    if (tokens.length === 0) return { path, schema, fromFile: false }
    for (const one of alternativesFor(schema, value)) {
      const found =
        inProperties(tokens, one, value, path) ??
        inEntries(tokens, one, value, path) ??
        inItems(tokens, one, value, path)
      if (found !== null) return found
    }
    const text = alternatives(schema).some((one) => one.type === 'string')
    const list = alternatives(schema).some((one) => one.type === 'array' && one.items?.type === 'string')
    return tokens.length === 1 && tokens[0] === 'FILE' && (text || list)
      ? { path, schema, fromFile: true }
      : null
  }

  const inProperties = (tokens: readonly string[], schema: JsonSchema, value: unknown, path: Path) => {
    const keys = Object.keys(schema.properties ?? {})
      .map((key) => ({ key, start: tokensOf(key) }))
      .filter(({ start }) => startsWith(tokens, start))
      .sort((a, b) => b.start.length - a.start.length)
    for (const { key, start } of keys) {
      const inner = isRecord(value) ? value[key] : undefined
      const found = resolve(tokens.slice(start.length), schema.properties![key]!, inner, [...path, key])
      if (found !== null) return found
    }
    return null
  }

  const inEntries = (tokens: readonly string[], schema: JsonSchema, value: unknown, path: Path) => {
    if (!isRecord(schema.additionalProperties)) return null
    const entry = schema.additionalProperties as JsonSchema
    const there = isRecord(value) ? Object.keys(value) : []
    for (const key of there.sort((a, b) => b.length - a.length)) {
      const start = tokensOf(key)
      if (!startsWith(tokens, start)) continue
      const found = resolve(tokens.slice(start.length), entry, (value as Record<string, unknown>)[key], [
        ...path,
        key,
      ])
      if (found !== null) return found
    }
    if (!path.at(-1)?.toString().startsWith('channel')) return null
    for (let length = 1; length < tokens.length; length++) {
      const key = tokens.slice(0, length).join('-').toLowerCase()
      const found = resolve(tokens.slice(length), entry, { type: key }, [...path, key])
      if (found !== null) return found
    }
    return null
  }

  const inItems = (tokens: readonly string[], schema: JsonSchema, value: unknown, path: Path) => {
    if (schema.items === undefined || !/^\d{1,3}$/.test(tokens[0]!)) return null
    const index = Number(tokens[0])
    const inner = Array.isArray(value) ? (value as unknown[])[index] : undefined
    return resolve(tokens.slice(1), schema.items, inner, [...path, index])
  }

  return resolve(name.slice(envPrefix.length).split('_'), root, present, [])
}

/** Text as a value of the schema: numbers, true and false, JSON for tables and lists, commas or lines for
 *  lists of words. What does not fit is left as text for the schema to refuse. */
export function coerce(text: string, schema: JsonSchema): unknown {
  const kinds = alternatives(schema)
  const has = (type: string) => kinds.some((one) => one.type === type || one.type?.includes(type) === true)
  if (isNullable(schema) && text === 'null') return null
  if (/^\s*[[{]/.test(text) && (has('object') || has('array'))) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  if (has('array')) {
    const items = kinds.find((one) => one.items !== undefined)?.items ?? {}
    return text
      .split(text.includes('\n') ? /\r?\n/ : ',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => coerce(part, items))
  }
  if ((has('number') || has('integer')) && text.trim() !== '' && Number.isFinite(Number(text)))
    return Number(text)
  if (has('boolean')) {
    const word = text.trim().toLowerCase()
    if (['true', 'yes', 'on', '1'].includes(word)) return true
    if (['false', 'no', 'off', '0'].includes(word)) return false
  }
  return text
}

/** What an unknown variable was probably meant to be. */
export function nearestVariable(name: string, schema: JsonSchema): string | null {
  return nearest(name, [...reservedVariables, ...knownPaths(schema).map(variableFor)])
}
