import { isSecretPath } from '../../../config/redact.ts'

/** The part of JSON Schema that settings are made of. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: { readonly [key: string]: Schema }
  readonly additionalProperties?: Schema | boolean
  readonly propertyNames?: Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly format?: string
}

export type Path = readonly (string | number)[]
export type Value = unknown
export type Settings = { readonly [key: string]: Value }

/** What a setting can be, without null; the first of several. Null where it is nothing that a form can show. */
export function plain(schema: Schema): Schema {
  const options = (schema.anyOf ?? schema.oneOf)?.filter(({ type }) => type !== 'null')
  const [first] = options ?? []
  if (first === undefined) return schema
  const { description = schema.description, default: given = schema.default } = first
  return {
    ...plain(first),
    ...(description !== undefined && { description }),
    ...(given !== undefined && { default: given }),
  }
}

/** `type: ['string', 'null']` is a string. */
export const kindOf = ({ type, properties, enum: options, const: fixed }: Schema): string =>
  options !== undefined || fixed !== undefined
    ? 'enum'
    : ((typeof type === 'string' ? type : type?.find((each) => each !== 'null')) ??
      (properties === undefined ? 'string' : 'object'))

/** Keys of passwords and the like: their values are for the try only, and never in the settings that are shown. */
export const isSecret = (path: Path): boolean => isSecretPath(path)

export const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value there, or nothing. */
export function valueAt(value: Value, [key, ...rest]: Path): Value {
  if (key === undefined) return value
  if (Array.isArray(value)) return valueAt(value[Number(key)], rest)
  return isObject(value) && Object.hasOwn(value, key) ? valueAt(value[key], rest) : undefined
}

/** The same with another value there; undefined takes it away, and whatever is empty then. */
export function withValue(value: Value, [key, ...rest]: Path, to: Value): Value {
  if (key === undefined) return to
  const before = isObject(value) ? value : {}
  const inner = withValue(Object.hasOwn(before, key) ? before[key] : undefined, rest, to)
  const others = Object.fromEntries(Object.entries(before).filter(([each]) => each !== String(key)))
  if (inner === undefined) return Object.keys(others).length === 0 ? undefined : others
  return { ...before, [key]: inner }
}
