import { isRecord } from './tree.ts'

/** The part of JSON Schema that settings are made of. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly properties?: { readonly [key: string]: JsonSchema }
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
  readonly required?: readonly string[]
}

/** The alternatives of a schema, itself when it has none; `null` is not one of them. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const inner = schema.anyOf ?? schema.oneOf
  return inner === undefined ? [schema] : inner.flatMap(alternatives).filter((one) => one.type !== 'null')
}

export const isNullable = (schema: JsonSchema): boolean =>
  schema.type === 'null' || (schema.anyOf ?? schema.oneOf ?? []).some(isNullable)

/** The schemas that `value` may be meant for: where alternatives differ by a constant `type`, the one it names. */
export function alternativesFor(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const all = alternatives(schema)
  if (!isRecord(value)) return all
  const named = all.filter((one) => one.properties?.type?.const === value.type)
  return named.length > 0 ? named : all
}

/** What stands under a key of it, or nothing. */
export function childSchema(schema: JsonSchema, key: string | number, value: unknown): JsonSchema | null {
  for (const one of alternativesFor(schema, value)) {
    if (typeof key === 'number' && one.items !== undefined) return one.items
    if (typeof key !== 'string') continue
    if (one.properties !== undefined && Object.hasOwn(one.properties, key)) return one.properties[key]!
    if (isRecord(one.additionalProperties)) return one.additionalProperties as JsonSchema
  }
  return null
}

/** The keys that an object under this schema may have. */
export const knownKeys = (schema: JsonSchema, value: unknown): readonly string[] =>
  alternativesFor(schema, value).flatMap((one) => Object.keys(one.properties ?? {}))

/** Every setting that has a fixed name: `http.port`, `dkim`, ... */
export function knownPaths(schema: JsonSchema, prefix = ''): readonly string[] {
  return alternatives(schema).flatMap((one) =>
    Object.entries(one.properties ?? {}).flatMap(([key, inner]) => {
      const path = prefix === '' ? key : `${prefix}.${key}`
      return [path, ...knownPaths(inner, path)]
    }),
  )
}
