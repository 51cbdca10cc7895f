import type { Json } from '../../../engine/model/ids.ts'

/** A JSON Schema as the API's own description has it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly Json[]
  readonly const?: Json
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: { readonly [name: string]: Schema }
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
}

/** What no honest client sends. */
export const junk: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  -9_007_199_254_740_991,
  0.1,
  '',
  ' ',
  '\u0000',
  'a\r\nBcc: victim@example.org',
  '\ud800',
  '‮evil',
  "'; DROP TABLE subscriber; --",
  '<script>alert(1)</script>',
  '{{ "x" | append: "y" }}',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '%00%ff',
  '='.repeat(1000),
  '2026-02-30T25:61:61Z',
  'javascript:alert(1)',
  'http://169.254.169.254/latest/meta-data',
  [],
  [[[[[[]]]]]],
  {},
  { ['__proto__']: { admin: true } },
  { constructor: { prototype: {} } },
]

/** Words that are names, ids or addresses of something that there is. */
export const known = [
  '1',
  '2',
  'weekly',
  'readers',
  'letter',
  'security',
  'climate',
  'file',
  'reader1@readers.example',
]

/** As it would stand in an address. */
export const wordOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

export type Chance = () => number
export const oneOf = <T>(chance: Chance, from: readonly T[]): T => from[Math.floor(chance() * from.length)]!

/** Something that a schema allows, more often than not. */
export function instanceOf(
  schema: Schema,
  chance: Chance,
  resolve: (ref: string) => Schema,
  depth = 0,
): Json {
  const again = (inner: Schema) => instanceOf(inner, chance, resolve, depth + 1)
  if (schema.$ref !== undefined) return depth > 8 ? null : again(resolve(schema.$ref))
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return oneOf(chance, schema.enum)
  const choice = schema.anyOf ?? schema.oneOf
  if (choice !== undefined) return depth > 8 ? null : again(oneOf(chance, choice))
  if (schema.allOf !== undefined)
    return Object.assign({}, ...schema.allOf.map((part) => again(part) as object)) as Json
  switch (Array.isArray(schema.type) ? oneOf(chance, schema.type) : schema.type) {
    case 'string':
      return textOf(schema, chance)
    case 'integer':
    case 'number': {
      const { minimum = -5, maximum = 100_000 } = schema
      return oneOf(chance, [minimum, Math.min(maximum, minimum + 1), Math.min(maximum, 7), maximum])
    }
    case 'boolean':
      return chance() < 0.5
    case 'null':
      return null
    case 'array': {
      const count = (schema.minItems ?? 0) + Math.floor(chance() * 3)
      return depth > 8 ? [] : Array.from({ length: count }, () => again(schema.items ?? {}))
    }
    case 'object':
      return objectOf(schema, chance, again, depth)
    default:
      return oneOf(chance, junk)
  }
}

function objectOf(schema: Schema, chance: Chance, again: (inner: Schema) => Json, depth: number): Json {
  const made: { [name: string]: Json } = {}
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    if (schema.required?.includes(name) || (depth < 6 && chance() < 0.4)) made[name] = again(inner)
  const { additionalProperties: more } = schema
  if (typeof more === 'object' && depth < 6 && chance() < 0.5) made[oneOf(chance, known)] = again(more)
  return made
}

function textOf({ format, minLength = 0, maxLength = 40, pattern }: Schema, chance: Chance): string {
  switch (format) {
    case 'email':
      return `scan${Math.floor(chance() * 50)}@scanned.example`
    case 'uri':
      // Nobody's server is asked: these are refused.
      return oneOf(chance, ['https://10.0.0.1/a?b=c#d', 'http://127.0.0.1:9/x', 'https://[::1]/'])
    case 'date':
      return oneOf(chance, ['2026-11-28', '1970-01-01', '9999-12-31'])
    case 'date-time':
      return oneOf(chance, ['2026-11-28T10:00:00Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])
    default:
  }
  if (pattern?.includes('a-z0-9') || chance() < 0.5) return oneOf(chance, [...known, 'scan-1', 'scan-2'])
  return oneOf(chance, ['ä', '文', 'x', 'Hello there', '🙂'])
    .repeat(Math.max(1, minLength))
    .slice(0, maxLength)
}

/** The same with one thing in it that is not as it should be. */
export function spoil(value: Json, chance: Chance): Json {
  if (Array.isArray(value) && value.length > 0 && chance() < 0.8) {
    const at = Math.floor(chance() * value.length)
    return value.map((part, i) => (i === at ? spoil(part as Json, chance) : (part as Json)))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const object = value as { readonly [name: string]: Json }
    const names = Object.keys(object)
    const name = names.length > 0 ? oneOf(chance, names) : null
    const how = chance()
    if (name === null || how < 0.15)
      return { ...object, [oneOf(chance, ['nobody', 'x'.repeat(300), 'toString'])]: 1 }
    if (how < 0.3) return Object.fromEntries(Object.entries(object).filter(([other]) => other !== name))
    return { ...object, [name]: spoil(object[name]!, chance) }
  }
  return oneOf(chance, junk)
}
