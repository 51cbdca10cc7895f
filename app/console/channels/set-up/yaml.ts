import { isObject, isSecret, type Path, type Settings, type Value } from './schema.ts'

/** `channels:` with one channel, as it goes into broadsheet.yaml. Secrets are left out, with the variables that bring them. */
export function yamlOf(name: string, type: string, settings: Settings): string {
  const secrets: Path[] = []
  const shown = withoutSecrets(settings, ['channels', name], secrets)
  const body = { ...(type !== name && { type }), ...(isObject(shown) ? shown : {}) }
  const lines = ['channels:', ...linesOf({ [name]: body }, 1)]
  if (secrets.length > 0)
    lines.push('', ...secrets.map((path) => `# ${variableOf(path)}_FILE=/run/secrets/…`))
  return `${lines.join('\n')}\n`
}

/** The variable of the daemon that brings a setting: `BROADSHEET_CHANNELS_MAIL_AUTH_PASS`. */
export const variableOf = (path: Path): string =>
  `BROADSHEET_${path
    .map((key) =>
      String(key)
        .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
        .toUpperCase()
        .replace(/[^A-Z0-9]+/g, '_'),
    )
    .join('_')}`

function withoutSecrets(value: Value, path: Path, secrets: Path[]): Value {
  if (!isObject(value)) return value
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key]
    if (isSecret(here) && !isObject(inner)) {
      secrets.push(here)
      return []
    }
    return [[key, withoutSecrets(inner, here, secrets)] as const]
  })
  return Object.fromEntries(kept)
}

function linesOf(value: Settings, depth: number): string[] {
  const indent = '  '.repeat(depth)
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = /^[A-Za-z_][\w.-]*$/.test(key) ? key : JSON.stringify(key)
    if (isObject(inner))
      return Object.keys(inner).length === 0
        ? [`${indent}${name}: {}`]
        : [`${indent}${name}:`, ...linesOf(inner, depth + 1)]
    if (Array.isArray(inner)) return [`${indent}${name}: ${flow(inner)}`]
    return [`${indent}${name}: ${scalar(inner)}`]
  })
}

const flow = (values: readonly Value[]): string =>
  `[${values.map((each) => (isObject(each) || Array.isArray(each) ? JSON.stringify(each) : scalar(each))).join(', ')}]`

/** Text that YAML would take for something else, or could not read, is in quotes. JSON's are YAML's. */
const scalar = (value: Value): string =>
  typeof value === 'string' &&
  /^[A-Za-z/][\w./@+-]*$/.test(value) &&
  !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value)
