import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { operationId } from './operation-id.ts'
import { problems } from './reply/problem.ts'

/** Describe every route of `app` at /openapi.json. Call it before the routes are made. `schemas` are those
 *  that the document names and refers to. */
export async function useOpenApi(
  app: FastifyInstance,
  options: {
    readonly version: string
    readonly publicUrl: string | null
    readonly schemas: { readonly [name: string]: z.ZodType }
  },
): Promise<void> {
  // The generator reads descriptions from zod's one registry, so the names have to be there too.
  for (const [id, schema] of Object.entries(options.schemas))
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id })

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Broadsheet',
        version: options.version,
        description: about,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      ...(options.publicUrl !== null && { servers: [{ url: options.publicUrl }] }),
      components: {
        securitySchemes: {
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-broadsheet',
            description: 'Of somebody who signed in; `broadsheet` where the daemon is reached by plain http.',
          },
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key: `broadsheet key create`.' },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform({ ...document, schema: withRefusals(document) })
      if (schema === undefined) return { schema, url }
      const marked = {
        ...schema,
        ...(url.startsWith('/api/') &&
          typeof document.route.method === 'string' && {
            operationId: operationId(document.route.method, url),
          }),
        'x-broadsheet-scope': document.route.config?.scope,
        ...(takesKeys(document.route) && { 'x-idempotent': true }),
      }
      return { schema: marked, url }
    },
    transformObject: (document) => tidy(jsonSchemaTransformObject(document), Object.keys(options.schemas)),
  })

  app.get(
    '/openapi.json',
    { config: { scope: 'public' }, schema: { hide: true } },
    async (_request, reply) => {
      reply.header('cache-control', 'no-cache').type('application/json; charset=utf-8')
      return app.swagger()
    },
  )
}

const about = `Everything under \`/api/v1\` needs a key as \`Authorization: Bearer bs_...\`, or the cookie of somebody who signed in
(\`POST /access/login\`). Each operation names as \`x-broadsheet-scope\` who may: a scope, one of two (\`a or b\`), \`user\` (somebody signed in), \`local\` (commands on the daemon's machine), \`any\`
(whoever is known) or \`public\`. Without it: 401 E_AUTH, 403 E_FORBIDDEN.

Refusals are RFC 9457 problems (\`application/problem+json\`) with a stable \`code\`. Lists come in pages:
\`{ data, next }\`, with \`?limit=\` and \`?after=\` the \`next\` of the page before. Times are milliseconds since
1970-01-01T00:00:00Z. \`Idempotency-Key\` on POST, PUT and PATCH makes a repeat safe for 24 hours: the same request
gets the same answer, with \`Idempotency-Replayed: true\`. A PUT names the version that it replaces, by \`If-Match\` or
\`?version=\`, and is refused with E_CONFLICT (409) when that is no longer the present one. \`X-Request-Id\` and
\`traceparent\` (W3C) are taken over into the log and answered; what a request begins (a campaign, the telling of an alert) keeps
its trace until the last delivery.`

/** With what is refused before a route is asked: a path that cannot be read, a body of a type that nothing takes. */
function withRefusals<
  T extends { readonly schema: FastifySchema; readonly url: string; readonly route: RouteOptions },
>({ schema, url, route }: T): FastifySchema {
  const writes = [route.method].flat().includes('POST')
  const refusals = problems(
    'public',
    ...(url.includes(':') ? ['E_INPUT' as const] : []),
    ...(writes ? ['E_MEDIA_TYPE' as const] : []),
  )
  return { ...schema, response: { ...refusals, ...(schema?.response as object | undefined) } }
}

const takesKeys = (route: RouteOptions): boolean =>
  route.config?.idempotent === true &&
  [route.method].flat().some((method) => /^(POST|PUT|PATCH)$/.test(method))

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 255 },
  description: 'The same request with the same key, within 24 hours, is done once and gets the same answer.',
}

/** What the generator leaves to do:
 *  - a schema that refers to itself (any JSON value) becomes a reference to nothing: such a place takes any value;
 *  - every named schema is there twice, and only the one of answers is used;
 *  - a body that may be left out counts as required; ours say so by `x-optional`;
 *  - the header that every writing route takes. */
function tidy(document: object, names: readonly string[]): object {
  const inputs = new Set(names.map((name) => `${name}Input`))
  const known = new Set(names.map((name) => `#/components/schemas/${name}`))
  return JSON.parse(JSON.stringify(document), (key, value: unknown) => {
    if (value === 'Default Response') return 'Done.'
    if (typeof value !== 'object' || value === null) return value
    if ('$ref' in value && typeof value.$ref === 'string' && !known.has(value.$ref)) return {}
    if (key === 'schemas')
      return Object.fromEntries(Object.entries(value).filter(([name]) => !inputs.has(name)))
    if (key === 'requestBody' && JSON.stringify(value).includes('"x-optional":true'))
      return { ...value, required: false }
    if ('x-idempotent' in value) {
      const { 'x-idempotent': _mark, ...rest } = value
      const parameters = 'parameters' in rest && Array.isArray(rest.parameters) ? rest.parameters : []
      return { ...rest, parameters: [...parameters, idempotencyKey] }
    }
    return value
  }) as object
}
