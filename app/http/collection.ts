import { z } from 'zod'
import type { Scope } from '../../engine/model/scope.ts'
import type { Authored, Kept, Unkept } from '../../engine/ports/collection.ts'
import { type Api, operation, type Parts } from './api.ts'
import { byIdOrName, idOrNameParams, notFound, pageOf, pageQuery, toPage } from './reply/page.ts'
import { problems } from './reply/problem.ts'
import { callerName } from './request/caller-name.ts'
import { etagOf, versionHeaders, versionOf, versionQuery } from './request/version.ts'

interface Kind<T extends Kept, Input extends Unkept<T>> {
  /** `list`, as in `/lists` and "There is no list 42." */
  readonly noun: string
  readonly tag: string
  /** Who may read it, who may change it. */
  readonly scopes: { readonly read: Scope; readonly write: Scope }
  readonly collection: Authored<T>
  readonly input: z.ZodType<Input>
  readonly view: z.ZodType<T>
  readonly bodyLimitBytes?: number
  /** What a removal does not do. */
  readonly removal: string
}

/** GET list, POST, GET, PUT and DELETE of a collection of small named documents. */
export function collectionRoutes<T extends Kept, Input extends Unkept<T>>(
  app: Api,
  parts: Parts,
  kind: Kind<T, Input>,
): void {
  // Fastify's types do not resolve while T is open; the routes need no more of a document than `Kept` says.
  keptRoutes(app, parts, kind as unknown as Kind<Kept, Unkept<Kept>>)
}

function keptRoutes(app: Api, parts: Parts, kind: Kind<Kept, Unkept<Kept>>): void {
  const { collection, noun, tag, scopes, view } = kind
  const { clock } = parts
  const limit = kind.bodyLimitBytes === undefined ? {} : { bodyLimit: kind.bodyLimitBytes }
  const path = `/${noun}s`
  const find = (idOrName: string): Promise<Kept> =>
    byIdOrName(noun, idOrName, {
      get: (id) => collection.get(id),
      byName: async (name) => (await collection.byName([name]))[0] ?? null,
    })

  app.route({
    method: 'GET',
    url: path,
    config: { scope: scopes.read },
    schema: {
      ...operation(tag, `List ${noun}s`),
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(view), ...problems('read') },
    },
    handler: async (request) => toPage(await collection.page(request.query), (row) => row),
  })

  app.route({
    method: 'POST',
    url: path,
    config: { scope: scopes.write },
    ...limit,
    schema: {
      ...operation(tag, `Create a ${noun}`),
      body: kind.input,
      response: { 201: view, ...problems('write', 'E_EXISTS') },
    },
    handler: async (request, reply) => {
      const made = await collection.insert(request.body, clock.now(), await callerName(request, parts))
      return reply.code(201).header('etag', etagOf(made)).send(made)
    },
  })

  app.route({
    method: 'GET',
    url: `${path}/:idOrName`,
    config: { scope: scopes.read },
    schema: {
      ...operation(tag, `Read a ${noun}`),
      params: idOrNameParams,
      response: { 200: view, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const found = await find(request.params.idOrName)
      return reply.header('etag', etagOf(found)).send(found)
    },
  })

  app.route({
    method: 'PUT',
    url: `${path}/:idOrName`,
    config: { scope: scopes.write },
    ...limit,
    schema: {
      ...operation(tag, `Replace a ${noun}`, 'Say which version it replaces, by `If-Match` or `?version=`.'),
      params: idOrNameParams,
      querystring: versionQuery,
      headers: versionHeaders,
      body: kind.input,
      response: { 200: view, ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_EXISTS') },
    },
    handler: async (request, reply) => {
      const present = await find(request.params.idOrName)
      const version = versionOf(request, present)
      const author = await callerName(request, parts)
      const updated = await collection.update(present.id, version, request.body, clock.now(), author)
      return reply.header('etag', etagOf(updated)).send(updated)
    },
  })

  app.route({
    method: 'DELETE',
    url: `${path}/:idOrName`,
    config: { scope: scopes.write },
    schema: {
      ...operation(tag, `Remove a ${noun}`, kind.removal),
      params: idOrNameParams,
      response: { 204: z.undefined().describe('Removed.'), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const { id } = await find(request.params.idOrName)
      if (!(await collection.remove(id))) throw notFound(noun, request.params.idOrName)
      return reply.code(204).send()
    },
  })
}
