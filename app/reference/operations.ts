import { type Described, describedApi } from './api.ts'

/** What is read here of JSON Schema, draft 2020-12, as OpenAPI 3.1 has it. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: { readonly [name: string]: Schema }
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly prefixItems?: readonly Schema[]
  readonly items?: Schema
  readonly description?: string
}

type Operation = Described['paths'][string][string]

/** The types of every operation under /api/v1, as the console and other programs in TypeScript use them: made from the
 *  schemas that the API checks requests and answers by. */
export async function operationTypes(): Promise<string> {
  const { paths, components } = await describedApi()
  const named = Object.entries(components.schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const operations = Object.entries(paths)
    .filter(([path]) => path.startsWith(prefix))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [`${method.toUpperCase()} ${path.slice(prefix.length)}`, operation] as const,
      ),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `// Made by \`npm run docs:generate\` from the schemas of the API: change those.
// biome-ignore-all format: generated
// biome-ignore-all lint: generated

${named.map(([name, schema]) => `export type ${name} = ${typeOf(schema as Schema, '')}`).join('\n')}

/** By method and path below /api/v1: what a request takes, and what its answer is. */
export interface Operations {
${operations.map(([name, operation]) => `  '${name}': ${operationType(operation)}`).join('\n')}
}
`
}

const prefix = '/api/v1'

function operationType({ parameters = [], requestBody, responses }: Operation): string {
  const fields = ['path', 'query'].flatMap((place) => {
    const those = parameters.filter((parameter) => parameter.in === place)
    if (those.length === 0) return []
    const optional = those.every(({ required }) => required !== true)
    const members = those.map(
      ({ name, required, schema }) =>
        `${key(name)}${required === true ? '' : '?'}: ${asWritten(typeOf(schema as Schema, '    '))}`,
    )
    return [`${place}${optional ? '?' : ''}: { ${members.join('; ')} }`]
  })
  if (requestBody !== undefined) {
    const optional = requestBody.required === false
    fields.push(`body${optional ? '?' : ''}: ${contentType(requestBody.content)}`)
  }
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => (content === undefined ? 'undefined' : contentType(content)))
  fields.push(`answer: ${[...new Set(answers)].join(' | ')}`)
  return `{ ${fields.join('; ')} }`
}

/** In an address all is text: who writes a number there means it. */
const asWritten = (type: string): string => (type === 'string' ? 'string | number' : type)

/** JSON by its schema; all else is text or bytes. */
function contentType(content: { readonly [type: string]: { readonly schema?: unknown } }): string {
  const json = content['application/json']
  return json === undefined ? 'string | Blob' : typeOf((json.schema ?? {}) as Schema, '    ')
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const one = schema.anyOf ?? schema.oneOf
  if (one !== undefined) return [...new Set(one.map((each) => wrap(each, indent)))].join(' | ')
  if (schema.allOf !== undefined) return schema.allOf.map((each) => wrap(each, indent)).join(' & ')
  if (Array.isArray(schema.type))
    return schema.type.map((type: string) => typeOf({ ...schema, type }, indent)).join(' | ')
  switch (schema.type) {
    case 'string':
      return 'string'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case 'array':
      if (schema.prefixItems !== undefined)
        return `readonly [${schema.prefixItems.map((item) => typeOf(item, indent)).join(', ')}]`
      return `readonly ${wrap(schema.items ?? {}, indent)}[]`
    case 'object':
      return objectType(schema, indent)
    default:
      return 'unknown'
  }
}

function objectType(schema: Schema, indent: string): string {
  const required = new Set(schema.required)
  const inner = `${indent}  `
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    ...(property.description === undefined
      ? []
      : [`${inner}/** ${property.description.replaceAll('*/', '*\\/').replaceAll('\n', ' ')} */`]),
    `${inner}readonly ${key(name)}${required.has(name) ? '' : '?'}: ${typeOf(property, inner)}`,
  ])
  const { additionalProperties: more } = schema
  if (members.length === 0)
    return `{ readonly [key: string]: ${typeof more === 'object' ? typeOf(more, indent) : 'unknown'} }`
  return `{\n${members.join('\n')}\n${indent}}`
}

/** In brackets where something follows that binds closer. */
function wrap(schema: Schema, indent: string): string {
  const text = typeOf(schema, indent)
  return /^readonly |[|&]/.test(text) && !/^\{[\s\S]*\}$/.test(text) ? `(${text})` : text
}

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))
